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
