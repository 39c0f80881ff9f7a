package measurement

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/intake"
	"cbv/valuation/parquetfile"
	"cbv/valuation/schema"
)

// agree holds a measurement to the oracle's, to the last digit, in the document
// and in the table.
func (s measuredShop) agree(t *testing.T, got Result) {
	t.Helper()
	facts, reasons, counts := s.oracle()
	want := New(facts)
	want.Stand(nil)
	want.Conclude(facts, nil)
	document, err := readDocument(got.Folder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Figures, document.Figures, figureOptions); diff != "" {
		t.Fatalf("figures, oracle (-) and measured (+):\n%s", diff)
	}
	if document.WinsorisedAt != want.WinsorisedAt || document.SampleRatio != want.SampleRatio || document.ThisLook != want.ThisLook ||
		document.LeastDays != want.LeastDays || document.MostDays != want.MostDays || document.Look != want.Look || document.Information != want.Information ||
		document.MaturePeople != want.MaturePeople || document.PlannedPeople != want.PlannedPeople || document.Conclusion != want.Conclusion || document.Mature != want.Mature {
		t.Errorf("%+v\nwant %+v", document, want)
	}
	if len(s.contacts) > 0 && !maps.Equal(document.ContactRows, reasons) {
		t.Errorf("contacts %v, want %v", document.ContactRows, reasons)
	}
	agreeWarnings(t, document, counts)
	later := int64(0)
	for _, a := range s.people {
		if a.day > s.asOf {
			later++
		}
	}
	if document.AssignedLater != later {
		t.Errorf("%d assigned later, want %d", document.AssignedLater, later)
	}
	s.agreeTable(t, got, document)
}

// figureOptions let what rests on margin less cost be off by a millionth: its skew is
// that of amounts in units of a millionth of the largest (see arm_sums). All else is met
// to the last digit.
var figureOptions = cmp.FilterPath(func(path cmp.Path) bool {
	for _, step := range path {
		if f, isFigure := figureAt(step); isFigure {
			return strings.Contains(f.Metric, "less_cost") || f.Metric == "probability_it_pays"
		}
	}
	return false
}, cmpopts.EquateApprox(1e-6, 1e-6))

func figureAt(step cmp.PathStep) (Figure, bool) {
	value, _ := step.Values()
	if !value.IsValid() || !value.CanInterface() {
		return Figure{}, false
	}
	f, isFigure := value.Interface().(Figure)
	return f, isFigure
}

// firstNumber is that of a warning, the number of customers.
var firstNumber = regexp.MustCompile(`\d+`)

// agreeWarnings holds the counts that are in warnings alone to the oracle's.
func agreeWarnings(t *testing.T, document Document, counts map[string]int64) {
	t.Helper()
	for code, want := range counts {
		got := int64(0)
		for _, warning := range document.Warnings {
			if warning.Code == code {
				var err error
				if got, err = strconv.ParseInt(firstNumber.FindString(warning.Message), 10, 64); err != nil {
					t.Errorf("%s: %v", warning.Message, err)
				}
			}
		}
		if got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
}

func (s measuredShop) agreeTable(t *testing.T, got Result, want Document) {
	t.Helper()
	rows, err := parquetfile.Read[struct {
		Arm            *string  `parquet:"arm"`
		Versus         *string  `parquet:"versus"`
		Metric         *string  `parquet:"metric"`
		Estimate       *string  `parquet:"estimate"`
		Value          *float64 `parquet:"value"`
		Low            *float64 `parquet:"low"`
		High           *float64 `parquet:"high"`
		SequentialLow  *float64 `parquet:"sequential_low"`
		SequentialHigh *float64 `parquet:"sequential_high"`
		StandardError  *float64 `parquet:"standard_error"`
		PValue         *float64 `parquet:"p_value"`
		Unit           *string  `parquet:"unit"`
		N              *int64   `parquet:"n"`
		Reason         *string  `parquet:"reason"`
	}](filepath.Join(got.Folder, "measure.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	found := map[string]Figure{}
	for _, r := range rows {
		f := Figure{
			Arm: text(r.Arm), Versus: text(r.Versus), Metric: text(r.Metric), Estimate: text(r.Estimate), Unit: text(r.Unit), Reason: text(r.Reason), N: *r.N,
			Value: r.Value, Low: r.Low, High: r.High, SequentialLow: r.SequentialLow, SequentialHigh: r.SequentialHigh, StandardError: r.StandardError, PValue: r.PValue,
		}
		found[f.Arm+" "+f.Versus+" "+f.Metric+" "+f.Estimate] = f
	}
	if len(rows) != len(want.Figures) || len(found) != len(rows) {
		t.Errorf("%d rows and %d keys of measure.parquet, want %d", len(rows), len(found), len(want.Figures))
	}
	for _, f := range want.Figures {
		if diff := cmp.Diff(f, found[f.Arm+" "+f.Versus+" "+f.Metric+" "+f.Estimate]); diff != "" {
			t.Errorf("measure.parquet (+) is not the document (-):\n%s", diff)
		}
	}
}

// Windows that begin and end on order days, returns, people without orders,
// several assignment days, zones, contacts of every kind: SQL and the oracle agree
// to the last digit.
func TestMeasurementsEqualAPlainComputation(t *testing.T) {
	seen := map[string]int64{}
	seeds := uint64(16)
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			s := edgyShop(seed)
			measured := measureShop(t, s.write(t), "spring")
			s.agree(t, measured)
			for reason, rows := range measured.Document.ContactRows {
				seen[reason] += rows
			}
		})
	}
	if testing.Short() {
		return // too few for contacts of every kind
	}
	want := []string{intake.AfterAsOf, "null_campaign", "null_cost", "null_customer", "null_time", otherCampaign, "unreadable_time", "unusable_cost", "unusable_discount", intake.Used}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, want) {
		t.Errorf("contacts were %v, want every reason of %v", got, want)
	}
}

// simulatedCampaign draws a campaign whose conversion rates are known. Each buys
// at most once in the window, and who bought before is likelier to.
func simulatedCampaign(seed uint64, lift float64) measuredShop {
	return simulatedNights(seed, lift, 1)
}

// simulatedNights is a simulated campaign whose people are assigned over some nights.
func simulatedNights(seed uint64, lift float64, nights int) measuredShop {
	random := rand.New(rand.NewPCG(seed, 11))
	const started, window = 19_000, 30
	s := measuredShop{
		asOf: started + nights - 1 + window, zone: time.UTC, percentile: 99, marginRate: 0.3,
		terms: campaign.Terms{
			Audience: "retain", Started: time.Unix(started*86400, 0).UTC().Format(time.DateOnly), WindowDays: window, Nights: nights, Covariate: byPriorSpend,
			Design: experiment.Design{Campaign: "spring", Salt: fmt.Sprint("s", seed), Shares: experiment.Shares{None: 2000, Champion: 4000, Challenger: 4000}},
		},
	}
	at := func(day int) time.Time { return time.Unix(int64(day)*86400+36_000, 0) }
	for i := range 3000 {
		id := fmt.Sprintf("c%04d", i)
		arm, from := s.terms.Design.Arm(id), started+i%nights
		s.people = append(s.people, assigned{id, arm, 0, from})
		s.orders = append(s.orders, rawPurchase{id, at(from - 2*window), 500, ""}) // as everyone whom an export assigns
		rate := 0.1
		if random.IntN(2) == 0 {
			s.orders = append(s.orders, rawPurchase{id, at(from - 1 - random.IntN(window)), 1 + int64(random.IntN(9000)), ""})
			rate = 0.3
		}
		if arm == experiment.Challenger {
			rate *= 1 + lift
		}
		if random.Float64() < rate {
			s.orders = append(s.orders, rawPurchase{id, at(from + 1 + random.IntN(window)), 1 + int64(random.IntN(9000)), ""})
		}
	}
	for day := started - window; day <= s.asOf; day++ {
		s.orders = append(s.orders, rawPurchase{"everyday", at(day), 100, ""})
	}
	return s
}

// Campaigns of a known lift, zero among them, through files, SQL and statistics:
// the truth is inside the interval as often as it has to be. That it is in 95 of
// 100 is shown by the thousand in package experiment; here the wiring is.
func TestSimulatedCampaignsFindTheKnownLift(t *testing.T) {
	if testing.Short() {
		t.Skip("a long simulation")
	}
	inside, all, narrower := 0, 0, 0
	for seed := range uint64(21) {
		lift := []float64{0, 0.2, -0.2}[seed%3]
		s := simulatedCampaign(seed, lift)
		measured := measureShop(t, s.write(t), "spring")
		s.agree(t, measured)
		for versus, truth := range map[string]float64{"none": 0.2 * lift, "champion": 0.2 * lift} {
			raw, _ := measured.Document.Find("challenger", versus, "conversion_rate_difference", Raw)
			adjusted, _ := measured.Document.Find("challenger", versus, "conversion_rate_difference", Adjusted)
			for _, f := range []Figure{raw, adjusted} {
				all++
				if *f.Low <= truth && truth <= *f.High {
					inside++
				}
			}
			if *adjusted.High-*adjusted.Low < *raw.High-*raw.Low {
				narrower++
			}
		}
	}
	// 84 intervals in 21 independent campaigns: 95 % of them, less 4 standard
	// errors of 21
	if share := float64(inside) / float64(all); !(share >= 0.76) {
		t.Errorf("the truth is inside %d of %d intervals", inside, all)
	}
	if narrower < 40 {
		t.Errorf("CUPED narrows %d of 42 intervals", narrower)
	}
}

// The verdict of the look that reached it stands on all later ones, also where
// they would say something else, and the same inputs are measured once.
func TestTheFirstVerdictStands(t *testing.T) {
	s := simulatedNights(1, 3, 30) // clear before the last are mature
	s.marginRate, s.marginOfRow = 0, 0.3
	c := s.write(t)
	day := func(n int) { c.Time.AsOf = &config.Day{Time: time.Unix(int64(19_000+n)*86400, 0).UTC()} }
	var reached string
	number := 0
	for _, look := range []int{2, 36, 40, 50, 59} {
		day(look)
		if look > 36 { // a quarter are mature on the 37th day
			number++
		}
		measured := measureShop(t, c, "spring")
		d := measured.Document
		switch {
		case d.Decision.Verdict == experiment.Promote && reached == "":
			reached = d.AsOf
			if d.Decision.ReachedOn != d.AsOf || d.Decision.Look != number {
				t.Errorf("%+v", d.Decision)
			}
		case reached != "" && (d.Decision.Verdict != experiment.Promote || d.Decision.ReachedOn != reached):
			t.Errorf("look %d: %+v, want the verdict of %s", look, d.Decision, reached)
		case reached == "" && look <= 36 && (d.Look != 0 || !strings.HasPrefix(d.Decision.Reason, "not a look yet: ")):
			t.Errorf("day %d: look %d, %+v", look, d.Look, d.Decision)
		}
		if d.Look != number {
			t.Errorf("day %d: look %d, want %d", look, d.Look, number)
		}
		if testing.Short() && look > 2 {
			continue
		}
		again := measureShop(t, c, "spring")
		if !again.Already || again.Folder != measured.Folder || !cmp.Equal(again.Document, d) {
			t.Errorf("look %d is measured again: %+v", look, again)
		}
	}
	if reached == "" {
		t.Fatal("no look promotes a challenger that sells four times as much")
	}
	// a look before it is measured late, and reaches the verdict itself: what
	// comes after is another measurement then
	day(59)
	before := measureShop(t, c, "spring")
	day(38)
	early := measureShop(t, c, "spring")
	if early.Document.Decision.Verdict != experiment.Promote {
		t.Fatalf("%+v", early.Document.Decision)
	}
	day(59)
	after := measureShop(t, c, "spring")
	if after.Folder == before.Folder || after.Document.Decision.ReachedOn != early.Document.AsOf || after.Document.Look != before.Document.Look+1 {
		t.Errorf("%s: look %d, %+v", after.Folder, after.Document.Look, after.Document.Decision)
	}
}

// The same inputs give the same bytes, whatever the threads and the order of
// rows.
func TestTheSameCampaignGivesTheSameBytes(t *testing.T) {
	s := edgyShop(3)
	c := s.write(t)
	c.Engine.Threads = 4
	first := measureShop(t, c, "spring")
	slices.Reverse(s.people)
	backwards := s
	backwards.orders = slices.Clone(s.orders)
	slices.Reverse(backwards.orders)
	other := backwards.write(t)
	other.Engine.Threads = 1
	other.Contacts.Files = c.Contacts.Files
	second := measureShop(t, other, "spring")
	sameFiles(t, first.Folder, second.Folder, "measure.parquet", "measure.json", "contact_quarantine.parquet")
	again := c
	again.Out = filepath.Join(t.TempDir(), "out")
	slices.Reverse(s.people)
	s.assign(t, again.Out)
	sameFiles(t, first.Folder, measureShop(t, again, "spring").Folder, "manifest.json")
}

// Every published column is described, in order and with its type.
func TestMeasurementTablesAreAsDescribed(t *testing.T) {
	measured := measureShop(t, edgyShop(1).write(t), "spring")
	for _, table := range schema.MeasurementTables {
		footer, err := parquetfile.ReadFooter(filepath.Join(measured.Folder, table.Name+".parquet"))
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, column := range footer.Columns {
			got = append(got, column.Name+" "+column.Type)
		}
		for _, column := range table.Columns {
			want = append(want, column.Name+" "+column.Type)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has columns\n%v, described as\n%v", table.Name, got, want)
		}
	}
	if files, err := filepath.Glob(filepath.Join(measured.Folder, "*.parquet")); err != nil || len(files) != len(schema.MeasurementTables) {
		t.Errorf("%v, %v: want the %d tables that are described", files, err, len(schema.MeasurementTables))
	}
	if info, err := os.Stat(filepath.Dir(filepath.Dir(measured.Folder))); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v: the folder of a campaign is its owner's alone", info.Mode(), err)
	}
}

// What another program measured may be something else, so it is measured anew.
func TestAnotherProgramMeasuresAnew(t *testing.T) {
	c := edgyShop(2).write(t)
	first := measureShop(t, c, "spring")
	job := testJob(c)
	job.Program.Identity = "another"
	second, err := Measure(t.Context(), job, "spring")
	if err != nil {
		t.Fatal(err)
	}
	if second.Already || second.Folder == first.Folder {
		t.Errorf("%+v", second)
	}
}
