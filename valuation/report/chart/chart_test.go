package chart

import (
	"math"
	"strings"
	"testing"
)

func of(v float64) *float64 { return &v }

// Each drawing has a mark for each of its values.
func TestMarksAreThoseOfTheValues(t *testing.T) {
	for name, c := range map[string]struct {
		drawing Drawing
		want    int
	}{
		"bars":    {Bars{Format: Short, Parts: []string{"a", "b"}, Rows: []Bar{{Label: "x", Values: []*float64{of(1), of(2)}}, {Label: "y", Values: []*float64{of(0), nil}}}}, 2},
		"columns": {Columns{Format: Short, Categories: []string{"1", "2"}, Series: []Column{{"a", []*float64{of(1), of(2)}}, {"b", []*float64{nil, of(3)}}}}, 3},
		"stacked": {Columns{Format: Short, Stacked: true, Categories: []string{"1", "2"}, Series: []Column{{"a", []*float64{of(1), of(2)}}, {"b", []*float64{of(-1), of(3)}}}}, 4},
		// a line, its band, and a point that stands alone in a second one
		"lines": {Lines{Format: Short, Series: []Series{
			{Name: "a", Points: []Point{{X: 0, Y: of(1), Low: of(0), High: of(2)}, {X: 1, Y: of(2), Low: of(1), High: of(3)}}},
			{Name: "b", Points: []Point{{X: 0, Y: nil}, {X: 1, Y: of(2)}, {X: 2, Y: nil}}},
		}}, 4},
		"grid": {Grid{Size: 5, Text: Short, Cells: []Cell{{1, 1, 3}, {5, 5, 12}}}, 2},
	} {
		if got := strings.Count(SVG("x", "t", "d", c.drawing), `class="mark `); got != c.want {
			t.Errorf("%s: %d marks, want %d", name, got, c.want)
		}
	}
}

// A length is in proportion to its value, below 0 too.
func TestBarsAreInProportion(t *testing.T) {
	svg := SVG("x", "t", "d", Bars{Format: Short, Rows: []Bar{{Label: "a", Values: []*float64{of(50)}}, {Label: "b", Values: []*float64{of(100)}}, {Label: "c", Values: []*float64{of(-25)}}}})
	var widths []float64
	for part := range strings.SplitSeq(svg, "<rect ") {
		if at := strings.Index(part, `width="`); at >= 0 {
			text, _, _ := strings.Cut(part[at+7:], `"`)
			var width float64
			for _, r := range strings.Replace(text, ".", "", 1) {
				width = 10*width + float64(r-'0')
			}
			if _, digits, has := strings.Cut(text, "."); has {
				width /= math.Pow(10, float64(len(digits)))
			}
			widths = append(widths, width)
		}
	}
	if len(widths) != 3 || !(math.Abs(widths[1]/widths[0]-2) <= 0.01) || !(math.Abs(widths[0]/widths[2]-2) <= 0.01) {
		t.Errorf("widths %v, want them as 50, 100 and 25", widths)
	}
}

func TestNiceRanges(t *testing.T) {
	for _, c := range []struct{ low, high, from, to float64 }{
		{0, 97, 0, 100}, {0, 0.52, 0, 0.6}, {0, 0, 0, 1}, {-30, 170, -50, 200}, {0, 1e9, 0, 1e9}, {0, 100, 0, 100},
	} {
		from, to, ticks := niceRange(c.low, c.high, 4)
		if !(math.Abs(from-c.from) <= 1e-12*math.Abs(c.to)) || !(math.Abs(to-c.to) <= 1e-12*math.Abs(c.to)) || len(ticks) < 3 || len(ticks) > 7 {
			t.Errorf("%g to %g: %g to %g in %v, want %g to %g", c.low, c.high, from, to, ticks, c.from, c.to)
		}
	}
}

func TestLabelsArePushedApart(t *testing.T) {
	places := []float64{10, 11, 12, 95}
	pushApart(places, 10, 0, 100)
	for i, want := range []float64{10, 20, 30, 95} {
		if places[i] != want {
			t.Errorf("place %d is %g, want %g", i, places[i], want)
		}
	}
	low := []float64{95, 96, 97}
	pushApart(low, 10, 0, 100)
	if low[0] != 80 || low[2] != 100 {
		t.Errorf("places %v, want them to end at 100", low)
	}
}

func TestTextsAreCutBetweenCharacters(t *testing.T) {
	if short := Fit("short", 100); short != "short" {
		t.Errorf("%q", short)
	}
	long := Fit(strings.Repeat("wide ", 40), 80)
	if !strings.HasSuffix(long, "…") || TextWidth(long) > 80 {
		t.Errorf("%q is %.0f wide", long, TextWidth(long))
	}
	if family := Fit("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 40); strings.HasSuffix(family, "\u200d…") {
		t.Errorf("%q ends in what joins", family)
	}
	if got := Fit("two\nlines", 100); got != "two lines" {
		t.Errorf("%q", got)
	}
}

func TestAxesAreWrittenShort(t *testing.T) {
	for want, got := range map[string]string{
		"0": Short(0), "1.5k": Short(1500), "20M": Short(2e7), "3bn": Short(3e9), "-2k": Short(-2000), "0.25": Short(0.25), "0.3": Short(0.1 + 0.2), "25 %": Percent(0.25), "0.5 %": Percent(0.005),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
