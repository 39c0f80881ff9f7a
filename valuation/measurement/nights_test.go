package measurement

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
)

// 60 nights of 200 people, half and half, of whom 5 and 10 % buy within 30 days: nothing
// is decided until a quarter of the planned people are mature, and then the challenger
// is promoted, and the champion at no time.
func TestACampaignThatFillsOverSixtyNights(t *testing.T) {
	s := sixtyNights()
	c := s.write(t)
	var verdicts []experiment.Verdict
	for _, day := range []int{1, 3, 29, 31, 43, 44, 48, 60, 89} {
		c.Time.AsOf = &config.Day{Time: time.Unix(int64(19_000+day)*86400, 0).UTC()}
		d := measureShop(t, c, "spring").Document
		if day < 44 && (d.Decision.Verdict != experiment.Undecided || d.ThisLook.ReachedOn != "") || d.PlannedPeople != 12_000 && day < 59 {
			t.Errorf("day %d: %+v with %d of %d", day, d.Decision, d.MaturePeople, d.PlannedPeople)
		}
		if day == 44 && (d.MaturePeople != 3000 || d.Look != 1) {
			t.Errorf("day 44: look %d with %d mature", d.Look, d.MaturePeople)
		}
		verdicts = append(verdicts, d.Decision.Verdict)
	}
	if verdicts[len(verdicts)-1] != experiment.Promote || verdicts[6] != experiment.Promote || slices.Contains(verdicts, experiment.Keep) {
		t.Errorf("verdicts %v", verdicts)
	}
}

// A plan that grows after a look leaves nothing to spend on the next: it is no look, has
// no interval, and is measured all the same. More of it is one again.
func TestAPlanThatGrowsHasNoLook(t *testing.T) {
	s := sixtyNights()
	s.terms.Nights, s.asOf = 1, 19_000+30 // the first night is all that is planned, by the terms
	s.people = slices.DeleteFunc(s.people, func(a assigned) bool { return a.day > 19_002 })
	c := s.write(t)
	grown := func(day int, planned int64) Document {
		t.Helper()
		c.Time.AsOf = &config.Day{Time: time.Unix(int64(19_000+day)*86400, 0).UTC()}
		foreign := Foreign{Assignments: []string{writeRows(t, "arms.parquet", s.foreignRows())}, WindowDays: 30, PlannedPeople: planned}
		measured, err := MeasureForeign(t.Context(), testJob(c), "mails", foreign)
		if err != nil {
			t.Fatalf("day %d: %v", day, err)
		}
		return measured.Document
	}
	first := grown(30, 400)
	if first.Look != 1 || first.Information != 0.5 || first.SequentialBound < 2 {
		t.Fatalf("%+v", first)
	}
	for _, planned := range []int64{1000, 4000} { // above a quarter, and below
		d := grown(31, planned)
		if d.Look != 0 || d.LooksTaken != 1 || d.SequentialBound != 0 || !strings.HasPrefix(d.NoLook, "not a look: the plan has grown since look 1, which was at 200 people: the next is when more than 50 %") ||
			d.Conclusion != "Nothing more can be concluded: "+d.NoLook+"." || d.Decision.Reason != d.NoLook {
			t.Errorf("of %d planned: look %d of %d, %q, %q, %+v", planned, d.Look, d.LooksTaken, d.NoLook, d.Conclusion, d.Decision)
		}
	}
	if d := grown(32, 1000); d.Look != 2 || d.SequentialBound < 2 || d.SequentialBound > 3 {
		t.Errorf("look %d, bound %v, %s", d.Look, d.SequentialBound, d.NoLook)
	}
}

// After the last look the others have no interval, and say what the last one did.
func TestAfterTheLastLook(t *testing.T) {
	s := sixtyNights()
	s.people = slices.DeleteFunc(s.people, func(a assigned) bool { return a.day > 19_002 })
	s.terms.Nights, s.terms.PlannedPeople = 1, 400
	c := s.write(t)
	var last Document
	for day := 31; day <= 32; day++ {
		c.Time.AsOf = &config.Day{Time: time.Unix(int64(19_000+day)*86400, 0).UTC()}
		d := measureShop(t, c, "spring").Document
		if day == 31 {
			if last = d; d.Look != 1 || d.LooksAreOver || d.Information != 1 {
				t.Fatalf("%+v", d)
			}
			continue
		}
		if !d.LooksAreOver || d.Look != 0 || d.LooksTaken != 1 || d.SequentialBound != 0 || d.Conclusion != "The looks are over. At the last, on "+last.AsOf+": "+last.Conclusion {
			t.Errorf("%+v", d)
		}
		for _, f := range d.Figures {
			if f.SequentialLow != nil || f.SequentialHigh != nil {
				t.Errorf("%s has an interval of a look: %+v", f.Metric, f)
			}
		}
	}
}

func sixtyNights() measuredShop {
	random := rand.New(rand.NewPCG(5, 5))
	const started, window, nights = 19_000, 30, 60
	s := measuredShop{
		asOf: started + nights - 1 + window, zone: time.UTC, percentile: 99, marginOfRow: 0.4,
		terms: campaign.Terms{
			Audience: "retain", Started: time.Unix(started*86400, 0).UTC().Format(time.DateOnly), WindowDays: window, Nights: nights, Covariate: byPriorSpend,
			Design: experiment.Design{Campaign: "spring", Salt: "s", Shares: experiment.Shares{Champion: 5000, Challenger: 5000}},
		},
	}
	at := func(day int) time.Time { return time.Unix(int64(day)*86400+36_000, 0) }
	for i := range 200 * nights {
		id := fmt.Sprintf("c%05d", i)
		arm, from := s.terms.Design.Arm(id), started+i/200
		s.people = append(s.people, assigned{id, arm, 0, from})
		s.orders = append(s.orders, rawPurchase{id, at(from - 2*window), 500, ""})
		rate := 0.05
		if arm == experiment.Challenger {
			rate = 0.1
		}
		if random.Float64() < rate {
			s.orders = append(s.orders, rawPurchase{id, at(from + 1 + random.IntN(window)), 1000 + int64(random.ExpFloat64()*4000), ""})
		}
	}
	for day := started - window; day <= s.asOf; day++ {
		s.orders = append(s.orders, rawPurchase{"everyday", at(day), 100, ""})
	}
	return s
}
