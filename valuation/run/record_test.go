package run

import (
	"math"
	"testing"

	"cbv/valuation/simulation"
)

// What runs of 90 days ago or more gave as the chance of a purchase stands in the manifest
// beside the share of customers who made one, of the last run of a month, and 90 days apart.
func TestRecordOfEarlierRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("seven runs")
	}
	options := simulation.Default()
	options.Customers, options.Returns, options.Seed = 1500, 0, 31
	c, _ := simulated(t, options)
	customers := firstSeen(t, readOrders(t, c))
	chances := map[string]float64{}
	var last Result
	for _, day := range []string{"2023-04-20", "2023-04-30", "2023-06-30", "2023-10-02", "2023-10-03", "2023-12-31"} {
		of := c
		of.Time.AsOf = parseDay(t, day)
		last = runBatch(t, of)
		chances[day] = *last.Figures.Base["sale_chance_all_90d"].Value
	}
	// October 3 is 89 days before the last, and it is the run of its month
	want := []string{"2023-06-30"}
	if got := last.Manifest.Record; len(got) != len(want) {
		t.Fatalf("the record is %+v, want %v", got, want)
	}
	for i, record := range last.Manifest.Record {
		day := dayNumber(want[i])
		known, bought := 0, 0
		for _, of := range customers {
			if of.purchases[0] > day {
				continue
			}
			known++
			for _, purchase := range of.purchases {
				if purchase > day && purchase <= day+90 {
					bought++
					break
				}
			}
		}
		if record.AsOf != want[i] || record.Days != 90 || record.Expected != chances[want[i]] || record.Customers != int64(known) ||
			record.Known != int64(known) || !(math.Abs(record.Actual-float64(bought)/float64(known)) <= 1e-12) {
			t.Errorf("%+v, want %g of %s, and %d of %d did", record, chances[want[i]], want[i], bought, known)
		}
	}
	later := c
	later.Time.AsOf = parseDay(t, "2024-01-01")
	if record := runBatch(t, later).Manifest.Record; len(record) != 2 || record[0].AsOf != "2023-10-03" || record[1].AsOf != "2023-06-30" {
		t.Errorf("a day later the record is %+v", record)
	}
}
