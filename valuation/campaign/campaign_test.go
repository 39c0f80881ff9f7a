package campaign

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/experiment"
	"cbv/valuation/parquetfile"
)

var day = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

func terms() Terms {
	return Terms{
		Audience: "winback", Started: "2026-11-21", WindowDays: 30, Looks: 30, Covariate: "clv",
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
		"nights":                func(x *Terms) { x.Looks += 60 },
		"window_days":           func(x *Terms) { x.WindowDays++ },
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
	changed.Looks = 7
	want := fmt.Sprintf("with holdout %g, now 0.5; nights %d, now 7: the terms", float64(terms().Design.Shares.None)/10_000, terms().Looks)
	if _, err := Begin(out, changed); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// The planned looks end on the day that the first assigned are mature, unless
// more are planned than there are days.
func TestLook(t *testing.T) {
	for _, c := range []struct{ window, looks, day, want int }{
		{30, 1, 1, -28}, {30, 1, 29, 0}, {30, 1, 30, 1}, {30, 1, 31, 2},
		{30, 7, 23, 0}, {30, 7, 24, 1}, {30, 7, 30, 7},
		{30, 30, 1, 1}, {30, 30, 30, 30},
		{30, 60, 1, 1}, {30, 60, 60, 60},
	} {
		if got := (Terms{WindowDays: c.window, Looks: c.looks}).Look(c.day); got != c.want {
			t.Errorf("day %d of %d with %d looks: look %d, want %d", c.day, c.window, c.looks, got, c.want)
		}
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
