package proposal

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/vocabulary"
)

// firstReading is what texts are taken for where all of them can be read.
func firstReading(texts ...string) string {
	for _, r := range candidates(texts) {
		pattern := regexp.MustCompile("^(?:" + r.pattern + ")$")
		if !slices.ContainsFunc(texts, func(text string) bool { return !pattern.MatchString(strings.TrimSpace(text)) }) {
			return r.about
		}
	}
	return "text"
}

func TestTextsAreTakenForWhatTheyAre(t *testing.T) {
	for _, c := range []struct{ texts, want string }{
		{"12|-3|0", "whole numbers"},
		{"007|12", "numbers"}, // where a name says that they are names, they stay text
		{"12.50|-3|1e-5", "numbers"},
		{"1,250.50|3", "amounts with a decimal point"},
		{"$1,250.50|-$3.00|($2.00)", "amounts with a decimal point"},
		{"12.50 EUR|EUR 3", "amounts with a decimal point"},
		{"1.250,50 €|3", "amounts with a decimal comma"},
		{"1 250,50|3,00", "amounts with a decimal comma"},
		{"12,5,0|3", "text"},
		{"2024-01-31|2024-02-01", "days"},
		{"2024-01-31 10:00|2024-02-01 11:12:13.5", "times"},
		{"2024-01-31T10:00:00Z|2024-01-31 10:00:00 UTC", "times in UTC"},
		{"2024-01-31 10:00:00 +0100|2024-07-31 10:00:00 +0200", localTimes.about},
		{"31/01/2024|01/02/2024", "days"},
		{"01/31/2024 3:04 PM|02/01/2024 10:00 AM", "times"},
		{"31.1.24|1.2.24", "days"},
		{"Jan 5, 2024 3:04:05 PM", "times"},
		{"5 Jan 2024|12-Feb-2024", "days"},
		{"true|FALSE", "true or false"},
		{"paid|open", "text"},
		{"12|x", "text"},
	} {
		// Which number is the month, the engine sees.
		got, _, _ := strings.Cut(firstReading(strings.Split(c.texts, "|")...), ",")
		if got != c.want {
			t.Errorf("%s are %s, want %s", c.texts, got, c.want)
		}
	}
}

// The sign of the fraction and the order of day and month are those of the columns that
// leave no choice.
func TestAFileHasOneWayOfWriting(t *testing.T) {
	day, month := numericTimes("/", "%d/%m", "%m/%d")[0], numericTimes("/", "%d/%m", "%m/%d")[6]
	if day.dayFirst != "yes" || month.dayFirst != "no" {
		t.Fatalf("%s and %s", day.about, month.about)
	}
	open := []attempt{{plainNumber, 0}, {commaNumber, 0}}
	sure := []attempt{{commaNumber, 0}, {plainNumber, 7}}
	if got := agreed([][]attempt{open, sure}, func(r reading) string { return r.decimal }); got != "," {
		t.Errorf("the decimal sign is %q", got)
	}
	c := column{Type: engine.Varchar}
	c.choose(open, ",", "")
	if c.asText.about != commaNumber.about {
		t.Errorf("read as %s", c.asText.about)
	}
	c.choose([]attempt{{day, 0}, {month, 0}}, ".", "no")
	if c.asText.dayFirst != "no" {
		t.Errorf("read as %s", c.asText.about)
	}
	c.choose([]attempt{{plainNumber, 3}, {pointNumber, 1}}, ".", "")
	if c.asText.about != pointNumber.about || c.unread != 1 {
		t.Errorf("read as %s with %d unread", c.asText.about, c.unread)
	}
}

func TestEveryReadingHasItsKey(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range allReadings {
		if seen[r.key()] {
			t.Errorf("two readings are %s", r.key())
		}
		seen[r.key()] = true
		regexp.MustCompile(r.pattern)
		if strings.Count(r.expression, "%[1]s") == 0 {
			t.Errorf("%s reads nothing", r.key())
		}
	}
}

// A template names roles and parts that its export has.
func TestTemplatesAreWhole(t *testing.T) {
	for _, x := range append(slices.Clone(exports), plainLines, plainOrders) {
		isPlain := len(x.roles) == 0
		known := map[string]bool{}
		for _, r := range roles {
			known[r.name] = isPlain
		}
		for role := range x.roles {
			known[role] = true
		}
		known["minor"] = true
		parts := map[string]bool{}
		for _, p := range x.parts {
			parts[p.name] = true
		}
		check := func(text string) {
			for _, found := range inserted.FindAllStringSubmatch(text, -1) {
				if found[1] != "" && !known[found[1]] || found[3] != "" && !parts[found[3]] {
					t.Errorf("%s: %s is not declared", x.name, found[0])
				}
			}
		}
		for _, c := range slices.Concat(x.parts, x.columns) {
			for _, o := range c.options {
				check(o.text)
				check(o.when)
			}
		}
		for _, k := range x.keep {
			check(k.text)
		}
		for _, names := range x.roles {
			for _, name := range names {
				if vocabulary.Normalised(name) != name {
					t.Errorf("%s: %q is not normalised", x.name, name)
				}
			}
		}
	}
}

func TestScalarsOfYAML(t *testing.T) {
	for text, want := range map[string]string{
		"amount": "amount", "Created at": "Created at", `"a" + b`: `'"a" + b'`, "null": "'null'", "a: b": "'a: b'", "case when x = 'y' then 1 end": "'case when x = ''y'' then 1 end'",
		"-amount": "'-amount'", "Order #": "'Order #'", "1": "'1'", "orders/*.parquet": "orders/*.parquet", "a,b": "a,b",
	} {
		if got := scalar(text); got != want {
			t.Errorf("%s is written %s, want %s", text, got, want)
		}
	}
}
