package backtest_test

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/parquetfile"
)

// daily is an order of a real history.
type daily struct {
	CustomerID string
	Day        int32 // since 1970
	Value      float64
}

// ordersOf reads a real order history.
func ordersOf(t *testing.T, set string) (orders []daily) {
	t.Helper()
	if set == "cdnow" {
		type order struct {
			CustomerID string `parquet:"customer_id"`
			Day        int32  `parquet:"date,date"`
			Cents      int64  `parquet:"amount,decimal(2:10)"`
		}
		rows, err := parquetfile.Read[order](sharedData(t, "cdnow_master.parquet"))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			orders = append(orders, daily{row.CustomerID, row.Day, float64(row.Cents) / 100})
		}
		return orders
	}
	type order struct {
		CustomerID string  `parquet:"customer_id"`
		Day        int32   `parquet:"date,date"`
		Amount     float64 `parquet:"amount"`
	}
	rows, err := parquetfile.Read[order](sharedData(t, set+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		orders = append(orders, daily{row.CustomerID, row.Day, row.Amount})
	}
	return orders
}

// purchasesOf returns the purchases of each customer, counted from the first day of the
// history, which is returned. Orders of a day are one, and what is worth nothing is none.
func purchasesOf(orders []daily) (customers [][]purchase, first int32) {
	first = slices.MinFunc(orders, func(a, b daily) int { return cmp.Compare(a.Day, b.Day) }).Day
	slices.SortStableFunc(orders, func(a, b daily) int {
		return cmp.Or(cmp.Compare(a.CustomerID, b.CustomerID), cmp.Compare(a.Day, b.Day))
	})
	for i, order := range orders {
		if order.Value <= 0 {
			continue
		}
		isNew := i == 0 || orders[i-1].CustomerID != order.CustomerID
		if last := len(customers) - 1; !isNew || last >= 0 && len(customers[last]) == 0 {
			day := int(order.Day - first)
			if of := customers[last]; len(of) > 0 && of[len(of)-1].day == day {
				of[len(of)-1].value += order.Value
				continue
			}
			customers[last] = append(customers[last], purchase{day, order.Value})
			continue
		}
		customers = append(customers, []purchase{{int(order.Day - first), order.Value}})
	}
	return customers, first
}

// realSplits are those of truth.csv: as of which day, and how many days are forecast.
var realSplits = []struct {
	set, asOf string
	horizon   int
}{
	{"cdnow", "1997-09-30", 90},
	{"cdnow", "1997-09-30", 273},
	{"cdnow", "1997-12-31", 90},
	{"cdnow", "1997-12-31", 181},
	{"cdnow", "1998-03-31", 90},
	{"debruyn", "2009-12-31", 365},
	{"debruyn", "2010-12-31", 365},
	{"debruyn", "2011-12-31", 365},
	{"debruyn", "2012-12-31", 365},
	{"debruyn", "2013-06-30", 180},
	{"debruyn", "2013-12-31", 365},
	{"debruyn", "2014-06-30", 180},
	{"debruyn", "2014-12-31", 365},
	{"debruyn", "2015-06-30", 180},
	{"git_ansible", "2015-12-31", 365},
	{"git_ansible", "2016-12-31", 365},
	{"git_ansible", "2017-12-31", 365},
	{"git_ansible", "2018-12-31", 365},
	{"git_ansible", "2019-12-31", 365},
	{"git_ansible", "2020-12-31", 365},
	{"git_ansible", "2022-12-31", 365},
}

// The published 80 % interval of a total holds in 14 to 20 of 21 splits of real order
// histories, and none that is trusted is off by more than the interval and 25 %.
func TestIntervalsOfRealHistories(t *testing.T) {
	if testing.Short() {
		t.Skip("many fits")
	}
	histories, firsts := map[string][][]purchase{}, map[string]int32{}
	for _, set := range []string{"cdnow", "debruyn", "git_ansible"} {
		histories[set], firsts[set] = purchasesOf(ordersOf(t, set))
	}
	results := tries(t, len(realSplits), func(i int) (trial, error) {
		split := realSplits[i]
		asOf, err := time.Parse(time.DateOnly, split.asOf)
		if err != nil {
			return trial{}, err
		}
		return try(histories[split.set], int(asOf.Unix()/86400)-int(firsts[split.set]), split.horizon)
	})
	holds, narrows := 0, 0
	for i, r := range results {
		split := realSplits[i]
		published, narrow := r.holds()
		if published {
			holds++
		}
		if narrow {
			narrows++
		}
		off := math.Abs(math.Log1p(r.missed(1)))
		t.Logf("%s %s, %d days, %s: purchases %+.3f, money %+.3f, ratios %.3f %.3f, forecast error %.3f, holds %t, without it %t, trust %d %.200q",
			split.set, split.asOf, split.horizon, r.family, r.missed(0), r.missed(1), r.ratios[0].Multiplier, r.ratios[1].Multiplier,
			r.sigma[1], published, narrow, r.judgement.Trust, r.judgement.Reasons)
		if r.judgement.Trust == backtest.Trusted && off > math.Log(1.25) && !published {
			t.Errorf("%s %s is trusted, and money is off by %+.3f", split.set, split.asOf, r.missed(1))
		}
	}
	t.Logf("the interval holds in %d of %d splits, without the forecast error in %d", holds, len(realSplits), narrows)
	if holds < 14 || holds > 20 {
		t.Errorf("the interval holds in %d of %d splits, want 14 to 20", holds, len(realSplits))
	}
}
