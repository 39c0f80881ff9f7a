package campaign

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

var day = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

func terms() Terms {
	return Terms{
		Audience: "winback", Started: "2026-11-21", WindowDays: 30, Nights: 30, Covariate: "clv",
		Design: experiment.Design{Campaign: "spring", Salt: "s1", Shares: experiment.Shares{None: 1000, Champion: 9000}},
	}
}

func assign(t *testing.T, c *Campaign, asOf time.Time, ids ...string) {
	t.Helper()
	err := c.Append(asOf, func(add func(Assignment) error) error {
		for _, id := range ids {
			arm := c.Terms.Design.Arm(id)
			if err := add(Assignment{CustomerID: id, Arm: arm, Probability: c.Terms.Design.Probability(arm)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPartsAreAddedInOrderAndReadBack(t *testing.T) {
	out := t.TempDir()
	if _, err := Open(out, "spring"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a campaign that has not begun: %v", err)
	}
	c, err := Begin(out, terms())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 11 { // the tenth part sorts before the second as text
		assign(t, c, day.AddDate(0, 0, -i), string(rune('a'+i)))
	}
	assign(t, c, day) // nobody
	c, err = Open(out, "spring")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i, part := range c.Parts {
		rows, err := parquetfile.Read[Assignment](part)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			ids = append(ids, row.CustomerID)
			if want := int32(20778 - i); row.AsOf != want || row.Campaign != "spring" || row.Salt != "s1" {
				t.Errorf("row %+v, want day %d", row, want)
			}
		}
		info, err := os.Stat(part)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", part, info.Mode(), err)
		}
	}
	if strings.Join(ids, "") != "abcdefghijk" {
		t.Errorf("read back %v", ids)
	}
	names, err := Names(out)
	if err != nil || !slices.Equal(names, []string{"spring"}) {
		t.Errorf("names %v, %v", names, err)
	}
}

func TestTermsNeverChange(t *testing.T) {
	out := t.TempDir()
	if _, err := Begin(out, terms()); err != nil {
		t.Fatal(err)
	}
	later := terms()
	later.Started = "2026-12-01"
	c, err := Begin(out, later)
	if err != nil || c.Terms.Started != "2026-11-21" {
		t.Fatalf("the second export: %+v, %v", c, err)
	}
	for text, change := range map[string]func(*Terms){
		"nights":                func(x *Terms) { x.Nights += 60 },
		"window_days":           func(x *Terms) { x.WindowDays++ },
		"planned_people":        func(x *Terms) { x.PlannedPeople = 7 },
		"covariate":             func(x *Terms) { x.Covariate += "x" },
		"salt":                  func(x *Terms) { x.Design.Salt = "s2" },
		"holdout":               func(x *Terms) { x.Design.Shares.None += 100; x.Design.Shares.Champion -= 100 },
		"challenger":            func(x *Terms) { x.Design.Shares.Challenger += 100; x.Design.Shares.Champion -= 100 },
		"export.global_holdout": func(x *Terms) { x.Design.GlobalHoldout += 100 },
		"export.global_salt":    func(x *Terms) { x.Design.GlobalSalt += "x" },
		"audience":              func(x *Terms) { x.Audience = "other" },
	} {
		changed := terms()
		change(&changed)
		_, err := Begin(out, changed)
		if err == nil || !strings.Contains(err.Error(), "began on 2026-11-21 with "+text+" ") || strings.Count(err.Error(), ", now ") != 1 {
			t.Errorf("%s: %v", text, err)
		}
	}
	changed := terms()
	changed.Design.Shares.None, changed.Design.Shares.Champion = 5000, changed.Design.Shares.Champion+changed.Design.Shares.None-5000
	changed.Nights = 7
	want := fmt.Sprintf("with holdout %g, now 0.5; nights %d, now 7: the terms", float64(terms().Design.Shares.None)/10_000, terms().Nights)
	if _, err := Begin(out, changed); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// 60 nights of 200 people and a window of 30 days: planned are 12,000 from the first
// night on, the first look is on the 45th day, when 3,000 are mature, and the last on
// the 89th.
func TestInformationGrowsWithThePeopleWhoAreMature(t *testing.T) {
	every := func(people int64, nights int) map[int]int64 {
		assigned := map[int]int64{}
		for night := range nights {
			assigned[night] = people
		}
		return assigned
	}
	sixty := Terms{WindowDays: 30, Nights: 60}
	once := Terms{WindowDays: 30, Nights: 1}
	first := Terms{WindowDays: 30, Nights: 1, PlannedPeople: 30_000}
	said := Terms{WindowDays: 30, Nights: 60, PlannedPeople: 20_000}
	for _, c := range []struct {
		name     string
		terms    Terms
		assigned map[int]int64
		mature   int64
		day      int
		planned  int64
		share    float64
	}{
		{"first night", sixty, every(200, 1), 0, 0, 12_000, 0},
		{"third night", sixty, every(200, 3), 0, 2, 12_000, 0},
		{"a quarter", sixty, every(200, 45), 3000, 44, 12_000, 0.25},
		{"the nights are over", sixty, every(200, 60), 6000, 59, 12_000, 0.5},
		{"the last are mature", sixty, every(200, 60), 12_000, 89, 12_000, 1},
		{"what is not yet assigned counts for nothing", sixty, every(200, 60), 200, 30, 12_000, 200.0 / 12_000},
		{"the week is not alike", sixty, map[int]int64{0: 70, 3: 70, 9: 1000}, 70, 30, 1200, 70.0 / 1200},
		{"more came than the week promised", sixty, map[int]int64{0: 70, 9: 5000}, 70, 30, 5070, 70.0 / 5070},
		{"fewer came in the end", sixty, map[int]int64{0: 70, 9: 10}, 80, 59, 80, 1},
		{"one send", once, map[int]int64{0: 500}, 0, 29, 500, 0},
		{"one send, mature", once, map[int]int64{0: 500}, 500, 30, 500, 1},
		{"one send, and others after it", once, map[int]int64{0: 500, 4: 300}, 500, 30, 500, 1},
		{"planned people", said, every(200, 60), 5000, 55, 20_000, 0.25},
		{"fewer than planned, all mature", said, every(200, 60), 12_000, 89, 20_000, 0.6},
		{"all who came of a first wave", first, map[int]int64{0: 600}, 600, 30, 30_000, 0.02},
		{"one short of the plan", first, map[int]int64{0: 600, 5: 29_400}, 29_999, 35, 30_000, 29_999.0 / 30_000},
		{"as many as planned", first, map[int]int64{0: 600, 5: 29_400}, 30_000, 35, 30_000, 1},
		{"more than planned", first, map[int]int64{0: 600, 5: 30_000}, 30_600, 35, 30_000, 1},
		{"nobody came on the planned nights", once, map[int]int64{3: 500}, 500, 40, 0, 0},
		{"fewer than planned, and not over", said, every(200, 40), 8000, 58, 20_000, 0.4},
		{"nobody", sixty, nil, 0, 70, 0, 0},
	} {
		got := c.terms.Information(c.mature, c.assigned, c.day, false)
		if got.People != c.mature || got.Planned != c.planned || !(math.Abs(got.Share-c.share) <= 1e-12) {
			t.Errorf("%s: %+v, want %d planned and a share of %g", c.name, got, c.planned, c.share)
		}
	}
}

// Where somebody said that nobody else comes those who came are all, on whatever nights.
func TestInformationOfACampaignThatHasEnded(t *testing.T) {
	assigned := map[int]int64{0: 600, 5: 300, 90: 50}
	for _, terms := range []Terms{{WindowDays: 30, Nights: 1, PlannedPeople: 30_000}, {WindowDays: 30, Nights: 60}} {
		for _, c := range []struct {
			mature int64
			day    int
			want   float64
		}{{600, 30, 600.0 / 900}, {900, 35, 1}, {900, 90, 900.0 / 950}} {
			got := terms.Information(c.mature, assigned, c.day, true)
			if got.People != c.mature || !(math.Abs(got.Share-c.want) <= 1e-12) {
				t.Errorf("day %d: %+v, want a share of %g", c.day, got, c.want)
			}
		}
	}
}

// An end is kept once, and not taken back.
func TestEnd(t *testing.T) {
	out := t.TempDir()
	c, err := Begin(out, terms())
	if err != nil {
		t.Fatal(err)
	}
	name := c.Terms.Design.Campaign
	if day, err := EndedOn(out, name); day != "" || err != nil {
		t.Errorf("%q, %v", day, err)
	}
	if err := End(out, name, "2026-03-01"); err != nil {
		t.Fatal(err)
	}
	if err := End(out, name, "2026-03-02"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("ended twice: %v", err)
	}
	if day, err := EndedOn(out, name); day != "2026-03-01" || err != nil {
		t.Errorf("%q, %v", day, err)
	}
	if c, err := Begin(out, terms()); err != nil || c.EndedOn != "2026-03-01" {
		t.Errorf("%+v, %v", c, err)
	}
	if err := os.WriteFile(filepath.Join(out, folder, name, endName), []byte(`{"ended_on": "soon"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := EndedOn(out, name); failure.KindOf(err) != failure.Input {
		t.Errorf("no day: %v", err)
	}
}

// A part that is missing or there twice is noticed, and nothing is written over.
func TestPartsAreNumberedWithoutGaps(t *testing.T) {
	out := t.TempDir()
	c, err := Begin(out, terms())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b", "c"} {
		assign(t, c, day, id)
	}
	third, err := os.ReadFile(c.Parts[2])
	if err != nil {
		t.Fatal(err)
	}
	away := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(c.Parts[1], away); err != nil {
		t.Fatal(err)
	}
	_, err = Open(out, "spring")
	if err == nil || !strings.Contains(err.Error(), "part 2 of its assignments is missing") || !strings.Contains(err.Error(), "assigned-<day>-2.parquet") {
		t.Errorf("a part is missing: %v", err)
	}
	if _, err := Begin(out, terms()); err == nil {
		t.Error("a part is missing, and the campaign goes on")
	}
	if _, err := Resume(out, terms()); err == nil {
		t.Error("a part is missing, and the campaign is resumed")
	}
	// whoever still thinks that two parts are all does not write over the third
	stale := *c
	stale.Parts = stale.Parts[:2]
	err = stale.Append(day, func(add func(Assignment) error) error { return add(Assignment{CustomerID: "d"}) })
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("an existing part: %v", err)
	}
	if now, err := os.ReadFile(c.Parts[2]); err != nil || string(now) != string(third) {
		t.Errorf("the third part has changed, %v", err)
	}
	for _, name := range []string{"assigned-2026-11-22-3.parquet", "assigned-2026-11-21-03.parquet"} {
		if err := copyFile(away, c.Parts[1]); err != nil {
			t.Fatal(err)
		}
		twice := filepath.Join(filepath.Dir(c.Parts[0]), name)
		if err := copyFile(away, twice); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(out, "spring"); err == nil || !strings.Contains(err.Error(), "a part 3 too many") {
			t.Errorf("%s beside another third part: %v", name, err)
		}
		if err := os.Remove(twice); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(out, "spring"); err != nil {
		t.Errorf("all parts are back: %v", err)
	}
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	return errors.Join(err, os.WriteFile(to, text, 0o600))
}

func TestAFailedPartLeavesNothing(t *testing.T) {
	out := t.TempDir()
	c, err := Begin(out, terms())
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err = c.Append(day, func(add func(Assignment) error) error {
		return errors.Join(add(Assignment{CustomerID: "a"}), broken)
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(out, "campaigns", "spring", "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestNamesThatAreNoFolder(t *testing.T) {
	for _, name := range []string{"", "..", "a/b", "A", "-x", "a|b", strings.Repeat("a", 64)} {
		if ValidateName(name) == nil {
			t.Errorf("%q passes", name)
		}
	}
}
