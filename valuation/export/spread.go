package export

import (
	"cmp"
	"math"
	"slices"

	"cbv/valuation/experiment"
)

// audienceSpend is what customers of some number of purchases, and of some days since the
// last, spent within a window behind, and the chances of such customers of the audience, in
// billionths.
type audienceSpend struct {
	WindowDays     int64
	PurchasesFrom  int64
	DaysSinceFrom  int64
	Buyers         int64
	MeanSpend      float64
	SpendDeviation float64
	Purchasing30d  int64
	Purchasing90d  int64
	Purchasing365d int64
}

// chance is the sum of the chances of a purchase within the window of chances that is
// nearest to a window.
func (s audienceSpend) chance(days int) float64 {
	return float64([]int64{s.Purchasing30d, s.Purchasing90d, s.Purchasing365d}[nearestWindow(days)])
}

// variation is the standard deviation of what the audience's buyers will spend within a
// window over their mean, if they spend as customers did in windows behind who had bought as
// often and as lately. Between two windows that are known it follows the logarithm of
// their days; beyond them it is that of the nearest. It is nil where no window had enough
// buyers.
func variation(spends []audienceSpend, windowDays int) *float64 {
	slices.SortFunc(spends, func(a, b audienceSpend) int { // so that sums are the same in every run
		return cmp.Or(cmp.Compare(a.WindowDays, b.WindowDays), cmp.Compare(a.PurchasesFrom, b.PurchasesFrom), cmp.Compare(a.DaysSinceFrom, b.DaysSinceFrom))
	})
	var below, above *knownSpread
	for len(spends) > 0 {
		of := 1
		for of < len(spends) && spends[of].WindowDays == spends[0].WindowDays {
			of++
		}
		spread, isKnown := spreadOf(spends[:of])
		spends = spends[of:]
		switch {
		case !isKnown:
		case spread.days <= windowDays:
			below = &spread
		case above == nil:
			above = &spread
		}
	}
	squared := 0.0
	switch {
	case below == nil && above == nil:
		return nil
	case above == nil:
		squared = below.squared
	case below == nil:
		squared = above.squared
	default:
		part := distance(windowDays, below.days) / distance(above.days, below.days)
		squared = below.squared + part*(above.squared-below.squared)
	}
	value := math.Sqrt(squared)
	return &value
}

// knownSpread is the squared variation of what is spent within a window.
type knownSpread struct {
	days    int
	squared float64
}

// spreadOf is that of the audience within the one window of some spends, which are in the
// order of their bands. Windows with as few buyers as no measurement would speak of say
// nothing.
func spreadOf(spends []audienceSpend) (knownSpread, bool) {
	all := sumOf(spends)
	if all.buyers < experiment.LeastBuyers {
		return knownSpread{}, false
	}
	var chances, mean, square float64
	days := int(spends[0].WindowDays)
	for len(spends) > 0 {
		alike := 1 // as many purchases
		for alike < len(spends) && spends[alike].PurchasesFrom == spends[0].PurchasesFrom {
			alike++
		}
		for i, spend := range spends[:alike] {
			of := nearest(spends[:alike], i, all)
			chance := spend.chance(days)
			chances += chance
			mean += chance * of.sum / of.buyers
			square += chance * of.squares / of.buyers
		}
		spends = spends[alike:]
	}
	if !(mean > 0) {
		return knownSpread{}, false
	}
	return knownSpread{days, math.Max(0, square*chances/(mean*mean)-1)}, true
}

// nearest are the moments of buyers like those at a place among the bands of one number of
// purchases: where they are few, with those of the next bands of days since the last
// purchase on both sides, and so on. Where all of them are few, all of the window stand in.
func nearest(alike []audienceSpend, place int, all moments) moments {
	for width := range alike {
		of := sumOf(alike[max(0, place-width):min(len(alike), place+width+1)])
		if of.buyers >= experiment.LeastBuyers {
			return of
		}
	}
	return all
}

// moments are the sums of what buyers spent, and of its squares.
type moments struct{ buyers, sum, squares float64 }

func sumOf(spends []audienceSpend) moments {
	var m moments
	for _, s := range spends {
		n := float64(s.Buyers)
		m.buyers, m.sum = m.buyers+n, m.sum+n*s.MeanSpend
		m.squares += n * (s.MeanSpend*s.MeanSpend + s.SpendDeviation*s.SpendDeviation)
	}
	return m
}
