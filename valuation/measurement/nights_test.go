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
	if testing.Short() {
		t.Skip("nine measurements")
	}
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
	for _, of := range []struct {
		name         string
		night, grows int // of the first look, and on which everyone comes who is left
	}{{"to above a quarter", 47, 49}, {"to below a quarter", 44, 45}} {
		if testing.Short() && of.night > 44 {
			continue
		}
		first, night, grows := of.name, of.night, of.grows
		s := sixtyNights()
		half := s.people[:0:0] // 100 of each night, and 6,000 planned by the first week
		for i, a := range s.people {
			if a.day < 19_000+grows && i%2 == 0 {
				continue
			}
			a.day = min(a.day, 19_000+grows)
			half = append(half, a)
		}
		s.people = half
		c := s.write(t)
		on := func(day int) Document {
			t.Helper()
			c.Time.AsOf = &config.Day{Time: time.Unix(int64(19_000+day)*86400, 0).UTC()}
			return measureShop(t, c, "spring").Document
		}
		before := on(night)
		if before.Look != 1 || before.PlannedPeople != 6000 || before.MaturePeople != int64(100*(night-29)) || before.SequentialBound < 2 {
			t.Fatalf("%s: look %d, %d of %d", first, before.Look, before.MaturePeople, before.PlannedPeople)
		}
		d := on(grows)
		start := fmt.Sprintf("not a look: the plan has grown since look 1, which was at %d people: the next is when more than %.0f %%", before.MaturePeople, 100*before.Information)
		if d.PlannedPeople <= 6000 || d.Information > before.Information {
			t.Fatalf("%s: %d planned, %v known", first, d.PlannedPeople, d.Information)
		}
		if d.Look != 0 || d.LooksTaken != 1 || d.SequentialBound != 0 || !strings.HasPrefix(d.NoLook, start) || !strings.HasPrefix(d.Conclusion, "Nothing more can be concluded: "+d.NoLook+".") || d.ThisLook.Reason != d.NoLook {
			t.Errorf("%s: look %d of %d, %q, %q, %+v", first, d.Look, d.LooksTaken, d.NoLook, d.Conclusion, d.Decision)
		}
		if d := on(grows + 15); d.Look != 2 || d.SequentialBound < 2 || d.SequentialBound > 3 {
			t.Errorf("%s: look %d, bound %v, %s", first, d.Look, d.SequentialBound, d.NoLook)
		}
	}
}

// After the last look the others have no interval, and say what the last one did.
func TestAfterTheLastLook(t *testing.T) {
	s := sixtyNights()
	s.people = slices.DeleteFunc(s.people, func(a assigned) bool { return a.day > 19_012 })
	s.terms.Nights, s.terms.PlannedPeople = 1, 2400
	c := s.write(t)
	var last Document
	for day := 41; day <= 42; day++ {
		c.Time.AsOf = &config.Day{Time: time.Unix(int64(19_000+day)*86400, 0).UTC()}
		d := measureShop(t, c, "spring").Document
		if day == 41 {
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

// A first wave is not the campaign, whoever assigned it and on however many nights: of
// 12,000 planned 2,999 are too few for a look, though everyone who came is mature.
func TestAFirstWaveIsNotTheLastLook(t *testing.T) {
	for _, wave := range []struct {
		people, planned int
		look            int
		isLast          bool
	}{
		{600, 30_000, 0, false},
		{2999, 12_000, 0, false},
		{3000, 12_000, 1, false},
		{3000, 3001, 1, false},
		{3000, 3000, 1, true},
	} {
		if testing.Short() && wave.planned > 3001 {
			continue // of those who are not all there
		}
		s := sixtyNights()
		s.people, s.asOf = s.people[:wave.people], 19_030
		for i := range s.people {
			s.people[i].day = 19_000
		}
		s.terms.Nights, s.terms.PlannedPeople = 1, int64(wave.planned)
		c := s.write(t)
		foreign, err := MeasureForeign(t.Context(), testJob(c), "mails", Foreign{
			Assignments: []string{writeRows(t, "arms.parquet", s.foreignRows())}, WindowDays: 30, PlannedPeople: int64(wave.planned),
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, d := range map[string]Document{"ours": measureShop(t, c, "spring").Document, "another tool's": foreign.Document} {
			if d.Look != wave.look || d.MaturePeople != int64(wave.people) || d.IsLastLook() != wave.isLast || d.Look == 0 && d.ThisLook.decides() {
				t.Errorf("%s, %d of %d: look %d of %d mature, the last: %t; %+v", name, wave.people, wave.planned, d.Look, d.MaturePeople, d.IsLastLook(), d.ThisLook)
			}
		}
	}
}

// A look at which nothing is known, of all who are planned, is not the last: once there is
// something to see it is looked at.
func TestALookThatSaysNothingIsNotTheLast(t *testing.T) {
	s := sixtyNights()
	s.people = slices.DeleteFunc(s.people, func(a assigned) bool { return a.day > 19_012 })
	s.terms.Nights, s.terms.PlannedPeople = 1, 200 // of whom some 15 buy
	c := s.write(t)
	on := func(day int) Document {
		c.Time.AsOf = &config.Day{Time: time.Unix(int64(19_000+day)*86400, 0).UTC()}
		return measureShop(t, c, "spring").Document
	}
	if d := on(30); d.Look != 1 || d.Information != 1 || d.IsLastLook() || d.hasIntervals() {
		t.Errorf("look %d, %v known, the last: %t", d.Look, d.Information, d.IsLastLook())
	}
	if d := on(41); d.Look != 1 || d.LooksAreOver || !d.IsLastLook() || !d.hasIntervals() {
		t.Errorf("look %d, over: %t, the last: %t", d.Look, d.LooksAreOver, d.IsLastLook())
	}
	if d := on(42); d.Look != 0 || !d.LooksAreOver {
		t.Errorf("look %d, over: %t", d.Look, d.LooksAreOver)
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
