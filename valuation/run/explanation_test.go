package run

import (
	"context"
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/explanation"
	"cbv/valuation/movement"
)

// explained are two runs of the shop of the fixtures, a month apart, of which the later one
// has a cost of retention.
func explained(t *testing.T) (before, after sharedRun) {
	t.Helper()
	before = runShared(t, "explained before", func(folder string) config.Config {
		c := shop(t)
		c.Out, c.Time.AsOf = filepath.Join(folder, "out"), parseDay(t, "2023-11-30")
		return c
	})
	after = runShared(t, "explained", func(string) config.Config {
		c := shop(t)
		c.Out, c.Value.RetentionCost = before.Config.Out, 0.75
		return c
	})
	return before, after
}

// What explain says of a customer is what customers.parquet says, its steps lead to the
// published mark, and what changed since the run before adds up.
func TestExplanationsAgreeWithTheTables(t *testing.T) {
	t.Parallel()
	before, after := explained(t)
	result, cost := after.Result, after.Config.Value.RetentionCost
	then := map[any]float64{}
	for _, row := range readRecords(t, before.Result, "customers") {
		then[row["customer_id"]] = row["keep_value"].(float64)
	}
	steps := map[string]int{}
	for i, row := range readRecords(t, result, "customers") {
		if testing.Short() && i%9 != 0 {
			continue
		}
		id := row["customer_id"].(string)
		e, err := explanation.Of(result.Folder, id)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range row {
			if got := e.Values[name]; !reflect.DeepEqual(got, value) && reflect.TypeOf(got) == reflect.TypeOf(value) {
				t.Fatalf("%s: %s is %v, want %v", id, name, got, value)
			}
		}
		for at, column := range []string{"r_score", "f_score", "m_score"} {
			if s := e.Scores[at]; s.Score != row[column] || (s.Next == nil) != (s.Score == 5) {
				t.Errorf("%s: %s is %+v, want %v", id, column, s, row[column])
			}
		}
		if r := e.Scores[0]; r.Next != nil && r.Value <= *r.Next {
			t.Errorf("%s: a recency of %g would have the next score, up to %g", id, r.Value, *r.Next)
		}
		if f := e.Scores[1]; f.Next != nil && f.Value >= *f.Next {
			t.Errorf("%s: %g purchases would have the next score, from %g", id, f.Value, *f.Next)
		}
		if m := e.Scores[2]; m.Next != nil && m.Value > *m.Next {
			t.Errorf("%s: a revenue of %g would have the next score, above %g", id, m.Value, *m.Next)
		}
		m := e.Mark
		if !(math.Abs(m.CLV-cost-m.Replacement-m.KeepValue) <= 0.0151) || m.KeepValue != row["keep_value"] || m.Mark != row["mark"] {
			t.Errorf("%s: %+v does not lead to %v", id, m, row["keep_value"])
		}
		if math.Abs(m.Needed) > 0.02 && (m.Needed > 0) != (m.Mark == "retain") {
			t.Errorf("%s: %s with %g to go", id, m.Mark, m.Needed)
		}
		steps[m.Mark]++
		was, isKnown := then[id]
		if isKnown != (e.Before != nil) {
			t.Fatalf("%s: the run before is %+v, the customer is in it: %v", id, e.Before, isKnown)
		}
		if isKnown {
			k := e.Before.KeepValue
			if !(math.Abs(k.Total-(m.KeepValue-was)) <= 1e-9) || !(math.Abs(k.CLV+k.Replacement+k.RetentionCost-k.Total) <= 0.0251) || !(math.Abs(k.RetentionCost+cost) <= 1e-12) {
				t.Errorf("%s: the change %+v, of %g to %g", id, k, was, m.KeepValue)
			}
		}
	}
	if steps["retain"] == 0 || steps["acquisition_lookalike"] == 0 {
		t.Errorf("the customers have the marks %v", steps)
	}
}

// So it is for a thousand customers of CDNOW, of whom a short run takes a hundred.
func TestExplanationsOfCDNOWAgreeWithTheTable(t *testing.T) {
	t.Parallel()
	result := runCDNOW(t, "cdnow_master.parquet", "1998-06-15", false)
	held, every, want := 0, 23, 1000
	if testing.Short() {
		every, want = 230, 100
	}
	for i, row := range readRecords(t, result, "customers") {
		if i%every != 0 || held == want {
			continue
		}
		e, err := explanation.Of(result.Folder, row["customer_id"].(string))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range row {
			if got := e.Values[name]; !reflect.DeepEqual(got, value) && reflect.TypeOf(got) == reflect.TypeOf(value) {
				t.Fatalf("%s: %s is %v, want %v", row["customer_id"], name, got, value)
			}
		}
		if e.Mark.Mark != row["mark"] || e.Mark.KeepValue != row["keep_value"] || e.Mark.CLV != row["clv"] || e.Scores[0].Score != row["r_score"] {
			t.Errorf("%s: %+v, published %v", row["customer_id"], e.Mark, row)
		}
		held++
	}
	if held != want {
		t.Errorf("%d customers were held", held)
	}
}

// What moved a customer leads from what the run before published to what this one does.
func TestExplainedMovesAddUp(t *testing.T) {
	t.Parallel()
	before, after := explained(t)
	then := map[any]float64{}
	for _, row := range readRecords(t, before.Result, "customers") {
		then[row["customer_id"]] = row["clv"].(float64)
	}
	for i, row := range readRecords(t, after.Result, "customers") {
		was, isKnown := then[row["customer_id"]]
		if i%97 != 0 || !isKnown {
			continue
		}
		moves, err := movement.OfCustomer(context.Background(), testJob(after.Config), before.Folder, after.Folder, row["customer_id"].(string))
		if err != nil {
			t.Fatal(err)
		}
		sum := was
		for _, move := range moves {
			sum += move.CLVChange
		}
		if len(moves) < 3 || !(math.Abs(sum-row["clv"].(float64)) <= 1e-9) || *moves[len(moves)-1].MarkTo != row["mark"] || *moves[len(moves)-1].SegmentTo != row["segment"] {
			t.Errorf("%s: %+v does not lead from %g to %v", row["customer_id"], moves, was, row["clv"])
		}
	}
}

// The days of a customer are those behind the facts of customers.parquet.
func TestDaysOfACustomerAreThoseOfTheTables(t *testing.T) {
	t.Parallel()
	before, _ := explained(t)
	c := before.Config
	c.Time.AsOf = nil // that of the run is taken
	held := 0
	for i, row := range readRecords(t, before.Result, "customers") {
		if i%400 != 0 {
			continue
		}
		days, why, err := DaysOf(context.Background(), testJob(c), before.Manifest, row["customer_id"].(string))
		if err != nil || why != "" {
			t.Fatal(why, err)
		}
		purchases, revenue := int64(0), 0.
		for _, day := range days {
			revenue += day.Moved
			if day.IsPurchase {
				purchases++
			}
		}
		if purchases != row["purchases"] || !(math.Abs(revenue-row["revenue"].(float64)) <= 1e-6) {
			t.Errorf("%s: %d purchases and %g of revenue, want %v and %v", row["customer_id"], purchases, revenue, row["purchases"], row["revenue"])
		}
		held++
	}
	if held < 3 {
		t.Errorf("%d customers were held", held)
	}
}
