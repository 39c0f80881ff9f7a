package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/report/page/pagetest"
)

// hostile are names that a page must show as text.
var hostile = []string{
	`<script>alert(1)</script>`, `"quoted" & 'single'`, "\u202eright to left\u2066", "👩‍👩‍👧 emoji", strings.Repeat("long name ", 30), "</title></svg><b>", "a\x00b\x1bc", "–", " ",
}

// hostileData is a run whose segments, channels, first orders and warnings have hostile
// names.
func hostileData(t *testing.T) Data {
	t.Helper()
	settings, err := json.Marshal(config.Default())
	if err != nil {
		t.Fatal(err)
	}
	manifest := publication.Manifest{
		Version: "1", Identity: strings.Repeat("0", 32), AsOf: "2023-12-31", Currency: "EUR", MoneyBasis: "revenue", Configuration: settings,
		Model: &publication.Model{Name: hostile[0]}, Backtest: publication.Backtest{Reason: hostile[5]},
	}
	for _, name := range hostile {
		manifest.Warnings = append(manifest.Warnings, pipeline.Warning{Code: "no_returns", Message: name})
	}
	d, err := Read(t.TempDir(), manifest, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range hostile {
		d.tables["segments"] = append(d.tables["segments"], parquetfile.Record{
			"segment": name, "customers": int64(i + 1), "retain_customers": int64(1), "lookalike_customers": int64(i), "clv": float64(i), "retain_clv": float64(i), "lookalike_clv": 0.,
		})
		d.tables["channels"] = append(d.tables["channels"], parquetfile.Record{
			"scope": "channel", "channel": name, "new_customers": int64(i + 1), "ltv_cac": 1.5, "ltv_cac_low": 1., "ltv_cac_high": 2., "period": "trailing_12m",
		})
		d.tables["first_orders"] = append(d.tables["first_orders"], parquetfile.Record{
			"attribute": hostile[0], "value": name, "customers": int64(i + 1), "repeat_ratio": 1., "repeat_ratio_low": .5, "repeat_ratio_high": 2., "repeat_ratio_shrunken": 1., "repeat_verdict": "as_others",
		})
	}
	return d
}

func TestHostileNamesAreText(t *testing.T) {
	var html bytes.Buffer
	if err := Write(&html, hostileData(t)); err != nil {
		t.Fatal(err)
	}
	root := pagetest.Sound(t, html.String())
	names := map[string]int{}
	for _, cell := range root.All("th") {
		names[cell.Text]++
	}
	for _, name := range hostile[:len(hostile)-2] {
		if shown := strings.NewReplacer("\x00", " ", "\x1b", " ").Replace(name); names[shown] < 3 {
			t.Errorf("%q stands %d times in the tables, want in those of segments, channels and first orders", shown, names[shown])
		}
	}
}

// A page says what it may load: nothing.
func TestThePageForbidsEverything(t *testing.T) {
	var html bytes.Buffer
	if err := Write(&html, hostileData(t)); err != nil {
		t.Fatal(err)
	}
	if want := `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`; !strings.Contains(html.String(), want) {
		t.Errorf("the page has no policy %s", want)
	}
}

var schemes = regexp.MustCompile(`:root\{([^}]*)\}`)

// Text has a contrast of 4.5 to what it stands on and marks have 3, in light and dark.
// WCAG 2.2, 1.4.3 and 1.4.11.
func TestContrast(t *testing.T) {
	blocks := schemes.FindAllStringSubmatch(style, -1)
	if len(blocks) != 3 { // light, dark, paper
		t.Fatalf("%d schemes", len(blocks))
	}
	for scheme, block := range blocks {
		colours := map[string]string{}
		for declaration := range strings.SplitSeq(strings.ReplaceAll(block[1], "\n", ""), ";") {
			if name, value, is := strings.Cut(declaration, ":"); is {
				colours[strings.TrimSpace(name)] = value
			}
		}
		for _, c := range []struct {
			text, ground string
			least        float64
		}{
			{"--ink", "--ground", 4.5}, {"--ink", "--panel", 4.5}, {"--ink", "--shade", 4.5}, {"--soft", "--ground", 4.5}, {"--soft", "--shade", 4.5}, {"--alarm", "--panel", 3},
			{"--s1", "--ground", 4.5}, {"--s2", "--ground", 4.5}, {"--s3", "--ground", 4.5}, {"--s4", "--ground", 4.5}, {"--s5", "--ground", 4.5}, {"--s6", "--ground", 4.5}, // names of series are text
			{"--s1", "--shade", 3}, {"--s2", "--shade", 3}, {"--s3", "--shade", 3},
		} {
			if got := contrast(t, colours[c.text], colours[c.ground]); !(got >= c.least) {
				t.Errorf("scheme %d: %s on %s has a contrast of %.2f, want %g", scheme, c.text, c.ground, got, c.least)
			}
		}
	}
}

// contrast is that of two colours by their relative luminance.
func contrast(t *testing.T, one, other string) float64 {
	t.Helper()
	a, b := luminance(t, one), luminance(t, other)
	return (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05)
}

func luminance(t *testing.T, colour string) (sum float64) {
	t.Helper()
	if len(colour) != 7 {
		t.Fatalf("%q is no colour", colour)
	}
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		part, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		v := float64(part) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

func TestFiguresAreWrittenForReaders(t *testing.T) {
	d := Data{Minor: 100}
	whole := Data{Minor: 1}
	for want, got := range map[string]string{
		"12,345": asCount(int64(12345)), "0.4": asCount(0.44), "1,235": asCount(1234.5), "3": asCount(3.), "12.3\u00a0%": asShare(0.1234), "under 0.1\u00a0%": asShare(0.0001),
		"0.0\u00a0%": asShare(0.), "-4.0\u00a0%": asShare(-0.04), "999.99": d.asMoney(999.99), "1,000": d.asMoney(1000.4), "-1,500": d.asMoney(-1500.), "12": whole.asMoney(12.),
		"–": asShare(nil), "2.50": asRatio(2.5), "2023-02": asMonth(time.Date(2023, 2, 3, 0, 0, 0, 0, time.UTC)), "1 day": days(1), "1,200 days": days(1200),
	} {
		if want != got {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// An order of points that is thinned keeps its ends.
func TestThinnedRowsKeepTheirEnds(t *testing.T) {
	var rows []parquetfile.Record
	for i := range 1000 {
		rows = append(rows, parquetfile.Record{"day": int64(i)})
	}
	few := thinned(rows, 40)
	if len(few) != 40 || few[0]["day"] != int64(0) || few[39]["day"] != int64(999) || fmt.Sprint(few[1]["day"]) != "25" {
		t.Errorf("%d rows, %v to %v, the second %v", len(few), few[0], few[len(few)-1], few[1])
	}
}

// The row that stands for all higher numbers says so, and no other does.
func TestRowsWithAnOpenEnd(t *testing.T) {
	rows := []parquetfile.Record{{"n": int64(1)}, {"n": int64(1200), "is_and_more": false}, {"n": int64(1201), "is_and_more": true}}
	for i, want := range []written{{1, "1"}, {1200, "1,200"}, {1201, "1,201 and later"}} {
		if got := withOpenEnd(rows, "n", "step", "and later")[i]; got["step"] != want || got["n"] != rows[i]["n"] || rows[i]["step"] != nil {
			t.Errorf("row %d is %v, want %v", i, got, want)
		}
	}
}
