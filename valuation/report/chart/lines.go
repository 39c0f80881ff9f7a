package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Lines are series over a common axis.
type Lines struct {
	Unit   string // of the values
	Across string // what the axis below is of
	Ticks  []Tick // of that axis, ascending; those for which there is no room are left out
	Format func(float64) string
	Series []Series
	Shades []Shade
	Height float64 // of the plot; 0: 150
}

// Tick is a place on the axis below.
type Tick struct {
	At    float64
	Label string
}

// Series is a line through points, which has gaps where there is no value.
type Series struct {
	Name   string
	Points []Point
	Dots   bool // show the points
}

// Point is one of a series; a nil Y is no value, and a Low and High make a band.
type Point struct {
	X            float64
	Y, Low, High *float64
}

// Shade is a stretch of the ground with a name. One that is a gap is hatched: of it nothing
// is known.
type Shade struct {
	From, To float64
	Label    string
	Gap      bool
}

const plotHeight = 150

func (l Lines) draw(c *canvas) {
	y := scale{}
	var ticks []float64
	y.low, y.high, ticks = l.reach()
	left, right := 0., 0.
	for _, tick := range ticks {
		left = math.Max(left, TextWidth(l.Format(tick)))
	}
	if len(l.Series) > 1 {
		for _, s := range l.Series {
			right = math.Max(right, TextWidth(Fit(s.Name, 92)))
		}
		right += 8
	} else {
		right = 12
	}
	height := l.Height
	if height == 0 {
		height = plotHeight
	}
	top := 8.
	if l.Unit != "" {
		c.text("label", start, 0, lineHeight-3, Fit(l.Unit, Width))
		top = lineHeight + 8
	}
	if slices.ContainsFunc(l.Shades, func(s Shade) bool { return !s.Gap }) {
		top += lineHeight
	}
	x := scale{from: left + 8, to: Width - right}
	x.low, x.high = l.span()
	y.from, y.to = top+height, top
	l.drawShades(c, x, y)
	for _, tick := range ticks {
		c.line("grid", x.from, y.at(tick), x.to, y.at(tick))
		c.text("tick", end, x.from-5, y.at(tick)+4, l.Format(tick))
	}
	bottom := drawTicks(c, x, y.from, l.Ticks)
	if l.Across != "" {
		c.text("label", middle, (x.from+x.to)/2, bottom+lineHeight-2, Fit(l.Across, Width))
		bottom += lineHeight
	}
	c.height = bottom + 4
	for i, s := range l.Series {
		s.draw(c, i, x, y)
	}
	l.drawNames(c, x, y)
}

// reach returns the range of the values, 0 among them, and its ticks.
func (l Lines) reach() (from, to float64, ticks []float64) {
	low, high := 0., 0.
	for _, s := range l.Series {
		for _, p := range s.Points {
			for _, v := range []*float64{p.Y, p.Low, p.High} {
				if v != nil {
					low, high = math.Min(low, *v), math.Max(high, *v)
				}
			}
		}
	}
	return niceRange(low, high, 4)
}

// span returns the range of the axis below.
func (l Lines) span() (from, to float64) {
	from, to = math.Inf(1), math.Inf(-1)
	for _, s := range l.Series {
		for _, p := range s.Points {
			from, to = math.Min(from, p.X), math.Max(to, p.X)
		}
	}
	return from, to
}

func (l Lines) drawShades(c *canvas, x, y scale) {
	free := 0.
	for _, shade := range l.Shades {
		free = shade.draw(c, x, y, free)
	}
}

// draw draws a shade and, where there is room from free on, its name. It returns from where
// on there is room for the next. The name of a gap stands within the plot.
func (shade Shade) draw(c *canvas, x, y scale, free float64) float64 {
	from, to := x.at(math.Max(shade.From, x.low)), x.at(math.Min(shade.To, x.high))
	if to <= from {
		return free
	}
	width := TextWidth(shade.Label)
	if shade.Gap {
		c.gap(from, y.to, to-from, y.from-y.to)
		c.text("value", middle, math.Min(math.Max((from+to)/2, x.from+width/2), x.to-width/2), y.to+lineHeight-3, shade.Label)
		return free
	}
	c.shade(from, y.to, to-from, y.from-y.to)
	c.line("edge", from, y.to-lineHeight+3, from, y.from)
	if from+3 < free {
		return free
	}
	at := math.Min(from+3, Width-width)
	c.text("label", start, at, y.to-4, shade.Label)
	return at + width + 6
}

// drawTicks writes the labels below an axis for which there is room, and returns the y
// below them.
func drawTicks(c *canvas, x scale, y float64, ticks []Tick) float64 {
	c.line("axis", x.from, y, x.to, y)
	free := 0.
	for _, tick := range ticks {
		if tick.At < x.low || tick.At > x.high {
			continue
		}
		at := x.at(tick.At)
		half := TextWidth(tick.Label) / 2
		place := math.Min(math.Max(at, half), Width-half)
		if place-half < free {
			continue
		}
		c.line("axis", at, y, at, y+3)
		c.text("tick", middle, place, y+lineHeight, tick.Label)
		free = place + half + 7
	}
	return y + lineHeight + 2
}

// class is the form of a series by its place.
func class(place int) string { return fmt.Sprintf("s%d", place%seriesForms+1) }

// seriesForms is how many series a page's styles tell apart.
const seriesForms = 6

func (s Series) draw(c *canvas, place int, x, y scale) {
	s.drawBand(c, place, x, y)
	var d strings.Builder
	pen := "M"
	alone := 0 // points since the last gap
	var last Point
	for _, p := range append(slices.Clone(s.Points), Point{}) {
		if p.Y == nil {
			if alone == 1 && !s.Dots {
				c.circle("dot "+class(place), x.at(last.X), y.at(*last.Y), 2.5)
			}
			pen, alone = "M", 0
			continue
		}
		fmt.Fprintf(&d, "%s%s %s", pen, number(x.at(p.X)), number(y.at(*p.Y)))
		pen, last = "L", p
		alone++
		if s.Dots {
			c.circle("dot "+class(place), x.at(p.X), y.at(*p.Y), 2.5)
		}
	}
	if d.Len() > 0 {
		c.path("line "+class(place), d.String())
	}
}

func (s Series) drawBand(c *canvas, place int, x, y scale) {
	var upper, lower []string
	for _, p := range s.Points {
		if p.Low != nil && p.High != nil {
			upper = append(upper, number(x.at(p.X))+" "+number(y.at(*p.High)))
			lower = append(lower, number(x.at(p.X))+" "+number(y.at(*p.Low)))
		}
	}
	if len(upper) < 2 {
		return
	}
	slices.Reverse(lower)
	c.path("band "+class(place), "M"+strings.Join(append(upper, lower...), "L")+"Z")
}

// drawNames writes the name of each series beside its last point.
func (l Lines) drawNames(c *canvas, x, y scale) {
	if len(l.Series) < 2 {
		return
	}
	type name struct {
		place int
		y     float64
	}
	var names []name
	for i, s := range l.Series {
		for _, p := range slices.Backward(s.Points) {
			if p.Y != nil {
				names = append(names, name{i, y.at(*p.Y)})
				break
			}
		}
	}
	slices.SortStableFunc(names, func(a, b name) int {
		switch {
		case a.y < b.y:
			return -1
		case a.y > b.y:
			return 1
		}
		return 0
	})
	places := make([]float64, len(names))
	for i, n := range names {
		places[i] = n.y
	}
	pushApart(places, lineHeight-1, y.to, y.from)
	for i, n := range names {
		c.text("name "+class(n.place), start, x.to+5, places[i]+4, Fit(l.Series[n.place].Name, 92))
	}
}
