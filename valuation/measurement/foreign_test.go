package measurement

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/campaign"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
)

// foreignRow is an assignment of another tool.
type foreignRow struct {
	Customer string  `parquet:"customer_id"`
	Arm      string  `parquet:"arm"`
	At       int64   `parquet:"assigned_at,timestamp(microsecond:local)"`
	Share    float64 `parquet:"share"`
}

// foreignRows are the shop's assignments as another tool would write them.
func (s measuredShop) foreignRows() (rows []foreignRow) {
	for _, a := range s.people {
		share := float64(s.terms.Design.Shares.Of(a.arm)) / experiment.Buckets
		rows = append(rows, foreignRow{a.customer, string(a.arm), int64(a.day)*86400e6 + 3600e6, share})
	}
	return rows
}

// A campaign that another tool assigned is measured as one of ours, also where it has
// not the arms that our design would have drawn.
func TestForeignAssignmentsAreMeasuredAsOurs(t *testing.T) {
	s := simulatedNights(4, 0.5, 3)
	s.marginRate, s.marginOfRow = 0, 0.3
	c := s.write(t)
	ours := measureShop(t, c, "spring")
	foreign := Foreign{Assignments: []string{writeRows(t, "arms.parquet", s.foreignRows())}, WindowDays: s.terms.WindowDays}
	measured, err := MeasureForeign(t.Context(), testJob(c), "mails", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ours.Document.Figures, measured.Document.Figures); diff != "" {
		t.Errorf("ours (-) and another tool's (+):\n%s", diff)
	}
	d := measured.Document
	if d.Campaign != "mails" || d.Started != ours.Document.Started || d.Conclusion != ours.Document.Conclusion || d.SampleRatio != ours.Document.SampleRatio || !strings.Contains(measured.Folder, "campaigns/mails/measured/") {
		t.Errorf("%s: %+v", measured.Folder, d)
	}
	again, err := MeasureForeign(t.Context(), testJob(c), "mails", foreign)
	if err != nil || !again.Already {
		t.Errorf("the same assignments are measured anew: %v", err)
	}
	// no campaign of ours may begin under the name
	terms := s.terms
	terms.Design.Campaign = "mails"
	for name, begin := range map[string]func(string, campaign.Terms) (*campaign.Campaign, error){"begin": campaign.Begin, "resume": campaign.Resume} {
		if _, err := begin(c.Out, terms); err == nil || failure.KindOf(err) != failure.Usage || !strings.Contains(err.Error(), "give the campaign another name") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !campaign.IsMeasuredOnly(c.Out, "mails") || campaign.IsMeasuredOnly(c.Out, "spring") || campaign.IsMeasuredOnly(c.Out, "letters") {
		t.Error("which campaigns were only measured is not seen")
	}
	// what is planned in all may be more than the file holds
	foreign.PlannedPeople = 1_000_000
	early, err := MeasureForeign(t.Context(), testJob(c), "more", foreign)
	if err != nil || early.Document.Look != 0 || early.Document.PlannedPeople != 1_000_000 {
		t.Errorf("%v: look %d of %d planned", err, early.Document.Look, early.Document.PlannedPeople)
	}
}

func TestForeignAssignmentsThatCannotBeMeasured(t *testing.T) {
	s := simulatedCampaign(4, 0)
	c := s.write(t)
	type instant struct {
		Customer string  `parquet:"customer_id"`
		Arm      string  `parquet:"arm"`
		At       int64   `parquet:"assigned_at,timestamp(microsecond)"`
		Share    float64 `parquet:"share"`
	}
	type without struct {
		Customer string `parquet:"customer_id"`
		Arm      string `parquet:"arm"`
	}
	type textRow struct {
		Customer string  `parquet:"customer_id"`
		Arm      string  `parquet:"arm"`
		At       string  `parquet:"assigned_at"`
		Share    float64 `parquet:"share"`
	}
	type nullable struct {
		Customer *string  `parquet:"customer_id"`
		Arm      *string  `parquet:"arm"`
		At       *int64   `parquet:"assigned_at,timestamp(microsecond:local)"`
		Share    *float64 `parquet:"share"`
	}
	lacking := func(lose func(*nullable)) string {
		var rows []nullable
		for _, r := range s.foreignRows() {
			rows = append(rows, nullable{&r.Customer, &r.Arm, &r.At, &r.Share})
		}
		lose(&rows[7])
		return writeRows(t, "arms.parquet", rows)
	}
	type withoutShare struct {
		Customer string `parquet:"customer_id"`
		Arm      string `parquet:"arm"`
		At       int64  `parquet:"assigned_at,timestamp(microsecond:local)"`
	}
	text := func(at string) string {
		return writeRows(t, "arms.parquet", []textRow{{"a", "none", "2022-01-08", 0.5}, {"b", "champion", at, 0.5}})
	}
	changed := func(change func(*foreignRow)) string {
		rows := s.foreignRows()
		change(&rows[7])
		return writeRows(t, "arms.parquet", rows)
	}
	all := func(share float64) string {
		rows := s.foreignRows()
		for i := range rows {
			rows[i].Share = share
		}
		return writeRows(t, "arms.parquet", rows)
	}
	for _, test := range []struct{ name, file, campaign, want string }{
		{"unknown arm", changed(func(r *foreignRow) { r.Arm = "control" }), "mails", `arm "control": write none, champion or challenger`},
		{"two shares", changed(func(r *foreignRow) { r.Share = 0.31 }), "mails", "it has several shares"},
		{"no share", all(1.5), "mails", "is not between 0 and 1"},
		{"shares that are not all", all(0.2), "mails", "give the designed share of each arm, which are 1 in all"},
		{"twice", changed(func(r *foreignRow) { r.Customer = s.people[8].customer }), "mails", "everyone is assigned once: got 1, want 0"},
		{"an instant", writeRows(t, "arms.parquet", []instant{{"a", "none", 0, 0.5}}), "mails", "assigned_at is a time with a zone"},
		{"an instant as text", text("2022-01-08T23:30:00Z"), "mails", "assigned_at is a time with a zone"},
		{"an offset as text", text("2022-01-08 23:30:00+02"), "mails", "assigned_at is a time with a zone"},
		{"an offset west as text", text("2022-01-08T23:30:00.5-0500 "), "mails", "assigned_at is a time with a zone"},
		{"no time as text", text("soon"), "mails", "these assignments cannot be read"},
		{"no column of shares", writeRows(t, "arms.parquet", []withoutShare{{"a", "none", 0}}), "mails", `arms.parquet: no column "share" (it has customer_id, arm, assigned_at): these assignments need the columns customer_id, arm`},
		{"columns are missing", writeRows(t, "arms.parquet", []without{{"a", "none"}}), "mails", `no column "assigned_at" (it has customer_id, arm): these assignments need the columns customer_id, arm (none, champion or challenger), assigned_at`},
		{"one share is missing", lacking(func(r *nullable) { r.Share = nil }), "mails", "arms.parquet: there are rows without a share: give each the designed share of its arm"},
		{"one customer is missing", lacking(func(r *nullable) { r.Customer = nil }), "mails", "every assignment has a customer and a day: got 1, want 0"},
		{"one day is missing", lacking(func(r *nullable) { r.At = nil }), "mails", "every assignment has a customer and a day: got 1, want 0"},
		{"one arm is missing", lacking(func(r *nullable) { r.Arm = nil }), "mails", "arms are none, champion, challenger and global_holdout: got 1, want 0"},
		{"nobody", writeRows(t, "arms.parquet", []foreignRow{}), "mails", "nobody is assigned yet"},
		{"has begun", writeRows(t, "arms.parquet", s.foreignRows()), "spring", "--campaign: spring has begun here"},
	} {
		_, err := MeasureForeign(context.Background(), testJob(c), test.campaign, Foreign{Assignments: []string{test.file}, WindowDays: 30})
		if err == nil || !strings.Contains(err.Error(), test.want) || failure.KindOf(err) != failure.Input && failure.KindOf(err) != failure.Usage {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
		t.Log(err)
	}
}
