package measurement

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
)

// Of 24,000 planned 2,600 came, and nobody has for a whole window: no look is the first,
// and a warning says what to do. Once somebody says that the campaign has ended the look is
// the last, on that day, the next ones know it, and an earlier day is as it was.
func TestACampaignThatEndsBeforeItsPlan(t *testing.T) {
	s := sixtyNights()
	s.people = slices.DeleteFunc(s.people, func(a assigned) bool { return a.day > 19_012 })
	s.terms.PlannedPeople = 24_000
	c := s.write(t)
	of := func(day int, measure func(context.Context, pipeline.Job, string) (Result, error)) (Document, string) {
		t.Helper()
		c.Time.AsOf = &config.Day{Time: time.Unix(int64(19_000+day)*86400, 0).UTC()}
		measured, err := measure(context.Background(), testJob(c), "spring")
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, warning := range measured.Document.Warnings {
			if warning.Code == "plan_not_filled" {
				said = warning.Message
			}
		}
		return measured.Document, said
	}
	if d, said := of(41, Measure); d.Look != 0 || said != "" {
		t.Errorf("look %d before all are mature, %q", d.Look, said)
	}
	const want = "2,600 of 24,000 planned customers have come, all of them have been watched for the whole window, and so nobody has come for as long: where nobody else is to come, say so once with --ended"
	if d, said := of(42, Measure); d.Look != 0 || d.Information > 0.2 || !strings.HasPrefix(said, want) {
		t.Errorf("look %d at %v, %q", d.Look, d.Information, said)
	}
	c.Time.AsOf = &config.Day{Time: time.Unix(19_041*86400, 0).UTC()}
	if _, err := MeasureEnded(t.Context(), testJob(c), "spring"); failure.KindOf(err) != failure.Usage || !strings.HasSuffix(err.Error(), "it can be said from 2022-02-19 on") {
		t.Errorf("somebody came 29 days before: %v", err)
	}
	d, said := of(42, MeasureEnded)
	if d.Look != 1 || d.Information != 1 || !d.IsLastLook() || d.PlannedPeople != 2600 || said != "" {
		t.Errorf("look %d at %v of %d, %q", d.Look, d.Information, d.PlannedPeople, said)
	}
	if day, err := campaign.EndedOn(c.Out, "spring"); day != d.AsOf || err != nil {
		t.Errorf("%q, %v", day, err)
	}
	if d.EndedOn != d.AsOf {
		t.Errorf("ended on %q", d.EndedOn)
	}
	c.Time.AsOf = &config.Day{Time: time.Unix(19_041*86400, 0).UTC()}
	if _, err := MeasureEnded(t.Context(), testJob(c), "spring"); failure.KindOf(err) != failure.Usage || !strings.Contains(err.Error(), "leave the flag out") {
		t.Errorf("said of an earlier day: %v", err)
	}
	if d, said := of(43, Measure); d.Look != 1 || !d.IsLastLook() || said != "" { // the same people are the same look
		t.Errorf("look %d at %v, %q", d.Look, d.Information, said)
	}
	if d, _ := of(41, Measure); d.Look != 0 || d.PlannedPeople != 24_000 {
		t.Errorf("look %d of %d before it ended", d.Look, d.PlannedPeople)
	}
}

// Of a day on which it was first measured as under way and then as ended, the verdict is
// that of the end, whichever folder comes first, and so of one whose contacts were late.
func TestOfADayTheMeasurementThatKnowsMostCounts(t *testing.T) {
	const day, later = "2026-01-10", "2026-02-10"
	interval := 1.0
	of := func(information float64, verdict experiment.Verdict, withheld string) Document {
		return Document{
			AsOf: day, Look: 1, Information: information, MoneyWithheld: withheld, Figures: []Figure{{SequentialLow: &interval}},
			ThisLook: Decision{Verdict: verdict, ReachedOn: day}, Conclusion: string(verdict),
		}
	}
	ended, complete := of(1, experiment.Promote, ""), of(0.5, experiment.Promote, "")
	for name, documents := range map[string][]Document{
		"ended last":  {of(0.3, experiment.Undecided, ""), ended},
		"ended first": {ended, of(0.3, experiment.Undecided, "")},
		"late file":   {complete, of(0.5, experiment.Undecided, lostContacts)},
	} {
		if first, reached := firstReached(documents, later); !reached || first.Verdict != experiment.Promote {
			t.Errorf("%s: %+v", name, first)
		}
		if last, found := lastLook(documents, later); !found || last.Conclusion != string(experiment.Promote) {
			t.Errorf("%s: %+v", name, last.Conclusion)
		}
	}
	if _, reached := firstReached([]Document{complete, of(0.5, experiment.Undecided, "")}, later); reached {
		t.Error("measurements that know as much do not agree, and there is a verdict")
	}
}
