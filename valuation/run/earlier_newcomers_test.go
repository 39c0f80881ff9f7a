package run

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/parquetfile"
)

// A gift is a customer-day of debruyn, which has no returns.
type gift struct {
	day    int // since 1970
	amount float64
}

// debruynGifts are the gifts of each donor, by day.
func debruynGifts(t *testing.T) [][]gift {
	t.Helper()
	rows, err := parquetfile.Read[struct {
		ID     *string  `parquet:"customer_id"`
		Day    *int32   `parquet:"date,date"`
		Amount *float64 `parquet:"amount"`
	}](sharedData(t, "debruyn.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	byDay := map[string]map[int]float64{}
	for _, row := range rows {
		if byDay[*row.ID] == nil {
			byDay[*row.ID] = map[int]float64{}
		}
		byDay[*row.ID][int(*row.Day)] += *row.Amount
	}
	var donors [][]gift
	for _, days := range byDay {
		var gifts []gift
		for day, amount := range days {
			if amount > 0 {
				gifts = append(gifts, gift{day, amount})
			}
		}
		slices.SortFunc(gifts, func(a, b gift) int { return a.day - b.day })
		if len(gifts) > 0 {
			donors = append(donors, gifts)
		}
	}
	return donors
}

// firstYear returns how many donors gave first on the days from..to, and what they gave
// within a year after that, up to a day, discounted to the first gift.
func firstYear(donors [][]gift, from, to, until int, rate float64) (customers, gave float64, gifts int) {
	for _, of := range donors {
		first := of[0].day
		if first < from || first > to {
			continue
		}
		customers++
		for _, g := range of[1:] {
			if g.day <= min(first+365, until) {
				gave += g.amount * math.Pow(1+rate, -float64(g.day-first)/365)
				gifts++
			}
		}
	}
	return customers, gave, gifts
}

// A new donor of debruyn, where most give again after a year, is worth what those of the
// year before have brought, at the level of the latest beside them, to the cent by another
// program; and about what those of the next year then brought.
func TestNewDonorsAreWorthWhatTheYearBeforeBrought(t *testing.T) {
	donors := debruynGifts(t)
	for year := 2011; year <= 2013; year++ {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			c := cdnow(t, "debruyn.parquet", fmt.Sprintf("%d-12-31", year), false)
			result := runBatch(t, c)
			asOf := calendar.DaysBetween(time.Unix(0, 0).UTC(), c.Time.AsOf.Time)
			rate, margin := c.Value.DiscountRate, *c.Value.MarginRate

			earlier, whole, _ := firstYear(donors, asOf-729, asOf-365, asOf, rate)
			var soFar, asTheirs float64
			var latestGifts, earlierGifts int
			for band := 0; band <= 12; band++ {
				from, to := max(asOf-30*band-29, asOf-364), asOf-30*band
				latest, gave, gifts := firstYear(donors, from, to, asOf, rate)
				others, before, theirs := firstYear(donors, from-365, to-365, asOf-365, rate)
				if latest == 0 || others == 0 {
					continue
				}
				soFar, asTheirs = soFar+gave, asTheirs+latest*before/others
				latestGifts, earlierGifts = latestGifts+gifts, earlierGifts+theirs
			}
			k := 1 / (1 + (4/float64(latestGifts)+4/float64(earlierGifts))/.04)
			near(t, result, "newcomer_clv", margin*whole/earlier*math.Pow(soFar/asTheirs, k), 0.0101) // first_order_margin and newcomer_value are rounded

			next, came, _ := firstYear(donors, asOf+1, asOf+365, math.MaxInt, rate)
			got := *result.Figures.Base["newcomer_clv"].Value / margin
			t.Logf("%d: %.2f; of the next year's came %.2f", year, got, came/next)
			if math.Abs(math.Log(got/(came/next))) > 0.3 {
				t.Errorf("a new donor is worth %.2f, and those of the next year brought %.2f", got, came/next)
			}
		})
	}
}
