package measurement

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
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
	d, said := of(42, MeasureEnded)
	if d.Look != 1 || d.Information != 1 || !d.IsLastLook() || d.PlannedPeople != 2600 || said != "" {
		t.Errorf("look %d at %v of %d, %q", d.Look, d.Information, d.PlannedPeople, said)
	}
	if day, err := campaign.EndedOn(c.Out, "spring"); day != d.AsOf || err != nil {
		t.Errorf("%q, %v", day, err)
	}
	if d, said := of(43, Measure); d.Look != 1 || !d.IsLastLook() || said != "" { // the same people are the same look
		t.Errorf("look %d at %v, %q", d.Look, d.Information, said)
	}
	if d, _ := of(41, Measure); d.Look != 0 || d.PlannedPeople != 24_000 {
		t.Errorf("look %d of %d before it ended", d.Look, d.PlannedPeople)
	}
}
