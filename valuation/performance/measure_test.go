package performance

import (
	"slices"
	"testing"

	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/run"
)

func TestPartsAreOfSteps(t *testing.T) {
	for _, name := range slices.Concat(earlySteps, backtestSteps) {
		if !slices.ContainsFunc(run.Nightly, func(s pipeline.Step) bool { return s.Name == name }) {
			t.Errorf("the run has no step %s", name)
		}
	}
}

func TestMedians(t *testing.T) {
	rows := int64(3)
	round := func(first, second float64) []Step {
		return []Step{
			{Cost: Cost{Seconds: first, CPUSeconds: 2 * first, PeakBytes: int64(10 * first)}, Name: "orders", Rows: &rows},
			{Cost: Cost{Seconds: second, CPUSeconds: 2 * second, PeakBytes: int64(10 * second)}, Name: "model_fit"},
		}
	}
	rounds := [][]Step{round(1, 9), round(5, 7), round(3, 8)}
	steps, early := medianSteps(rounds), medianOf(rounds, earlySteps)
	if len(steps) != 2 || steps[0].Seconds != 3 || steps[0].CPUSeconds != 6 || steps[0].PeakBytes != 30 || steps[1].Seconds != 8 || *steps[0].Rows != 3 {
		t.Errorf("steps %+v", steps)
	}
	if early.Seconds != 3 || early.CPUSeconds != 6 || early.PeakBytes != 30 {
		t.Errorf("the early part is %+v, want that of the orders alone", early)
	}
	measured := Measured{Floor: Cost{Seconds: 2, CPUSeconds: 4}, Run: Cost{Seconds: 20, CPUSeconds: 48}}
	if measured.TimeRatio() != 10 || measured.CPURatio() != 12 {
		t.Errorf("ratios %g and %g, want 10 and 12", measured.TimeRatio(), measured.CPURatio())
	}
}

func TestOutputsOfTwoRounds(t *testing.T) {
	marks := publication.Output{Name: "marks.csv", Bytes: 10, Hash: "a"}
	other := marks
	other.Hash = "b"
	rows := [2]int64{7, 7} // of each run its own
	alike := marks
	marks.Rows, alike.Rows = &rows[0], &rows[1]
	tables := publication.Output{Name: "kpis.parquet", Bytes: 20, Hash: "c"}
	for _, c := range []struct {
		one, other []publication.Output
		want       string
	}{
		{[]publication.Output{tables, marks}, []publication.Output{tables, alike}, ""},
		{[]publication.Output{tables, marks}, []publication.Output{tables, other}, "marks.csv"},
		{[]publication.Output{tables, marks}, []publication.Output{tables}, "marks.csv"},
		{[]publication.Output{tables}, []publication.Output{tables, marks}, "marks.csv"},
	} {
		if got := different(c.one, c.other); got != c.want {
			t.Errorf("%v and %v: %q, want %q", c.one, c.other, got, c.want)
		}
	}
}

func TestHistoriesThatCannotBeMade(t *testing.T) {
	for _, h := range []History{{Customers: 0}, {Customers: 10, Lines: 9}, {Customers: 10, Files: -1}, {Customers: 10, Files: 10_001}} {
		if h.Validate() == nil {
			t.Errorf("%+v is taken", h)
		}
	}
	if err := (History{Customers: 10, Lines: 10, Files: 10_000, LongIDs: true}).Validate(); err != nil {
		t.Error(err)
	}
}
