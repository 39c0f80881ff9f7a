package intake

import (
	"context"
	"math"
	"slices"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/publication"
	"cbv/valuation/stat"
)

const (
	// fewVoids is how many purchases that came to nothing are too few to say anything of
	// others.
	fewVoids = 20
	// youngShare is the part of all voids by which a purchase is no longer young.
	youngShare = 0.95
)

type purchaseCount struct {
	OrderDay  time.Time
	Purchases int64
}

type voidCount struct {
	OrderDay, VoidedOn time.Time
	Purchases          int64
}

// readYoung finds out how many of the latest purchases will still come to nothing.
func (in *Intake) readYoung(ctx context.Context) error {
	purchases, err := engine.All[purchaseCount](ctx, in.Engine, "purchase_counts")
	if err != nil {
		return err
	}
	voids, err := engine.All[voidCount](ctx, in.Engine, "voided_purchases")
	if err != nil {
		return err
	}
	slices.SortFunc(purchases, func(a, b purchaseCount) int { return a.OrderDay.Compare(b.OrderDay) }) // a sum of doubles depends on the order
	in.Report.Young = youngPurchases(in.Days.AsOf, purchases, voids)
	return nil
}

// youngPurchases returns the purchases that are younger than nearly all voided ones were
// when they came to nothing, and the part of them that will still do so: by the
// Kaplan-Meier estimate of the age at which purchases do, since the young ones have been
// watched for a part of it only. It is nil where hardly any ever did.
func youngPurchases(asOf time.Time, purchases []purchaseCount, voids []voidCount) *publication.YoungPurchases {
	var counts []stat.EventCount
	var voided int64
	for _, v := range voids {
		voided += v.Purchases
		counts = append(counts, stat.EventCount{Day: int64(calendar.DaysBetween(v.OrderDay, v.VoidedOn)), Events: v.Purchases})
	}
	if voided < fewVoids {
		return nil
	}
	for _, p := range purchases {
		counts = append(counts, stat.EventCount{Day: int64(calendar.DaysBetween(p.OrderDay, asOf)), Censored: p.Purchases})
	}
	curve := stat.KaplanMeier(counts)
	end := curve[len(curve)-1].Survival
	young := &publication.YoungPurchases{}
	for _, point := range curve {
		if 1-point.Survival >= youngShare*(1-end) {
			young.Days = point.Day
			break
		}
	}
	expected := 0.0
	for _, p := range purchases {
		age := int64(calendar.DaysBetween(p.OrderDay, asOf))
		if age >= young.Days {
			continue
		}
		kept := 1.0
		for _, point := range curve {
			if point.Day <= age {
				kept = point.Survival
			}
		}
		young.Purchases += p.Purchases
		if kept > 0 {
			expected += float64(p.Purchases) * (1 - end/kept)
		}
	}
	if young.Purchases > 0 {
		young.VoidShare = math.Round(1e6*expected/float64(young.Purchases)) / 1e6
	}
	return young
}
