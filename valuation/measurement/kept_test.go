package measurement

import (
	"slices"
	"strings"
	"testing"

	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
)

// A campaign of another tool is measured by the terms and of the people that it was first
// measured by and of.
func TestACampaignOfAnotherToolKeepsToWhatItWas(t *testing.T) {
	s := simulatedNights(4, 0.5, 3)
	s.marginRate, s.marginOfRow = 0, 0.3
	c := s.write(t)
	rows := s.foreignRows()
	terms := Foreign{WindowDays: 30, PlannedPeople: 4000}
	measured := func(rows []foreignRow, change func(*Foreign)) (Result, error) {
		foreign := terms
		change(&foreign)
		foreign.Assignments = []string{writeRows(t, "arms.parquet", rows)}
		return MeasureForeign(t.Context(), testJob(c), "mails", foreign)
	}
	as := func(*Foreign) {}
	if _, err := measured(rows[:2000], as); err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*foreignRow)) []foreignRow {
		others := slices.Clone(rows)
		change(&others[1999])
		return others
	}
	shares := slices.Clone(rows)
	for i, row := range shares {
		shares[i].Share = map[string]float64{"none": 0.2, "champion": 0.41, "challenger": 0.39}[row.Arm]
	}
	for _, test := range []struct {
		name   string
		rows   []foreignRow
		change func(*Foreign)
		want   string
		kind   failure.Kind
	}{
		{"another window", rows, func(f *Foreign) { f.WindowDays = 29 }, "with window_days 30, now 29: the terms of a campaign never change", failure.Usage},
		{"another plan", rows, func(f *Foreign) { f.PlannedPeople = 3000 }, "with planned_people 4000, now 3000: the terms", failure.Usage},
		{"a plan that is not told any more", rows, func(f *Foreign) { f.PlannedPeople = 0 }, "with planned_people 4000, now 0: the terms", failure.Usage},
		{"other shares", shares, as, "with challenger 0.4, now 0.39: the terms", failure.Usage},
		{"another file", rows[1000:], as, "of 2,000 customers who were assigned when it was measured before, 1,000 are missing", failure.Input},
		{"one is missing", rows[1:], as, "of 2,000 customers who were assigned when it was measured before, 1 are missing", failure.Input},
		{"one is of another day", changed(func(r *foreignRow) { r.At += 86400e6 }), as, "1 are missing from the assignments, or are in another arm or from another day", failure.Input},
		{"one is in another arm", changed(func(r *foreignRow) {
			r.Arm = map[string]string{"none": "champion", "champion": "none", "challenger": "none"}[r.Arm]
			r.Share = map[string]float64{"none": 0.2, "champion": 0.4}[r.Arm]
		}), as, "1 are missing", failure.Input},
	} {
		_, err := measured(test.rows, test.change)
		if err == nil || !strings.Contains(err.Error(), test.want) || failure.KindOf(err) != test.kind {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	// later on the same day of the assignment is no other assignment, and more people are more
	slices.Reverse(rows)
	more := changed(func(r *foreignRow) { r.At += 3600e6 })
	for range 2 {
		if result, err := measured(more, as); err != nil || result.Document.MaturePeople != 3000 {
			t.Errorf("%v: %d mature", err, result.Document.MaturePeople)
		}
	}
	// and these are kept from then on
	if _, err := measured(more[1:], as); err == nil || !strings.Contains(err.Error(), "of 3,000 customers who were assigned when it was measured before, 1 are missing") {
		t.Errorf("one of those who came later is missing: %v", err)
	}
}

// Where nobody says how many are planned, a warning says what is taken for it.
func TestAPlanThatNobodyTells(t *testing.T) {
	s := simulatedCampaign(4, 0.5)
	c := s.write(t)
	for planned, want := range map[int64]int{0: 1, 3000: 0} {
		name := map[int64]string{0: "untold", 3000: "told"}[planned]
		result, err := MeasureForeign(t.Context(), testJob(c), name, Foreign{Assignments: []string{writeRows(t, "arms.parquet", s.foreignRows())}, WindowDays: 30, PlannedPeople: planned})
		if err != nil {
			t.Fatal(err)
		}
		got := slices.DeleteFunc(slices.Clone(result.Document.Warnings), func(w pipeline.Warning) bool { return w.Code != "plan_unknown" })
		if len(got) != want || want > 0 && !strings.HasPrefix(got[0].Message, "nobody says how many customers are planned, so the 3,000 of the assignments count as all") {
			t.Errorf("%s: %v", name, got)
		}
		if result.Document.PlannedPeople != 3000 {
			t.Errorf("%s: %d planned", name, result.Document.PlannedPeople)
		}
	}
	own := measureShop(t, c, "spring")
	if slices.ContainsFunc(own.Document.Warnings, func(w pipeline.Warning) bool { return w.Code == "plan_unknown" }) {
		t.Errorf("of ours: %v", own.Document.Warnings)
	}
}
