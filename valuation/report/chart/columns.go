package chart

import (
	"math"
	"slices"
)

// Columns stand side by side over categories, or on each other.
type Columns struct {
	Unit       string
	Across     string
	Format     func(float64) string
	Categories []string
	Series     []Column
	Stacked    bool
	Gaps       []Shade // from the first category of each to the last, by their places
}

// Column is a series with a value for each category, nil where it is not known.
type Column struct {
	Name   string
	Values []*float64
}

func (k Columns) draw(c *canvas) {
	y := scale{}
	var ticks []float64
	y.low, y.high, ticks = k.reach()
	left, right := 0., 6.
	for _, tick := range ticks {
		left = math.Max(left, TextWidth(k.Format(tick)))
	}
	top := 8.
	if k.Unit != "" {
		c.text("label", start, 0, lineHeight-3, Fit(k.Unit, Width))
		top = lineHeight + 8
	}
	switch {
	case k.Stacked:
		for _, s := range k.Series {
			right = math.Max(right, TextWidth(Fit(s.Name, 92))+8)
		}
	case len(k.Series) > 1:
		var entries []entry
		for i, s := range k.Series {
			entries = append(entries, entry{name: s.Name, class: fill(i)})
		}
		top = c.legend(top-6, entries) + 6
	}
	x := scale{low: 0, high: float64(len(k.Categories)), from: left + 8, to: Width - right}
	y.from, y.to = top+plotHeight, top
	for _, gap := range k.Gaps {
		gap.To++
		gap.draw(c, x, y, 0)
	}
	for _, tick := range ticks {
		c.line("grid", x.from, y.at(tick), x.to, y.at(tick))
		c.text("tick", end, x.from-5, y.at(tick)+4, k.Format(tick))
	}
	var places []float64
	if k.Stacked {
		places = k.drawStacks(c, x, y)
	} else {
		k.drawGroups(c, x, y)
	}
	if y.low < 0 {
		c.line("axis", x.from, y.at(0), x.to, y.at(0))
	}
	var labels []Tick
	for i, name := range k.Categories {
		labels = append(labels, Tick{float64(i) + 0.5, name})
	}
	bottom := drawTicks(c, x, y.from, labels)
	if k.Across != "" {
		c.text("label", middle, (x.from+x.to)/2, bottom+lineHeight-2, Fit(k.Across, Width))
		bottom += lineHeight
	}
	c.height = bottom + 4
	k.drawNames(c, x, y, places)
}

// reach returns the range of the values, and its ticks.
func (k Columns) reach() (from, to float64, ticks []float64) {
	low, high := 0., 0.
	for i := range k.Categories {
		negative, positive := 0., 0.
		for _, s := range k.Series {
			v := s.Values[i]
			switch {
			case v == nil:
			case k.Stacked:
				negative, positive = negative+math.Min(0, *v), positive+math.Max(0, *v)
			default:
				negative, positive = math.Min(negative, *v), math.Max(positive, *v)
			}
		}
		low, high = math.Min(low, negative), math.Max(high, positive)
	}
	return niceRange(low, high, 4)
}

// drawGroups draws the series side by side.
func (k Columns) drawGroups(c *canvas, x, y scale) {
	step := x.at(1) - x.at(0)
	width := math.Min(step*0.8/float64(len(k.Series)), 22)
	for i := range k.Categories {
		from := x.at(float64(i)+0.5) - width*float64(len(k.Series))/2
		for place, s := range k.Series {
			if v := s.Values[i]; v != nil {
				k.column(c, place, from+width*float64(place), width, y, 0, *v)
			}
		}
	}
}

// drawStacks draws the series on each other and returns the middle of the last part of
// each, NaN where there is none.
func (k Columns) drawStacks(c *canvas, x, y scale) (places []float64) {
	step := x.at(1) - x.at(0)
	places = slices.Repeat([]float64{math.NaN()}, len(k.Series))
	for i := range k.Categories {
		negative, positive := 0., 0.
		for place, s := range k.Series {
			v := s.Values[i]
			if v == nil || *v == 0 {
				continue
			}
			at := positive
			if *v < 0 {
				at = negative
				negative += *v
			} else {
				positive += *v
			}
			k.column(c, place, x.at(float64(i))+0.08*step, 0.84*step, y, at, *v)
			places[place] = y.at(at + *v/2)
		}
	}
	return places
}

// column draws a value from another one on.
func (k Columns) column(c *canvas, place int, x, width float64, y scale, from, value float64) {
	top, bottom := y.at(math.Max(from, from+value)), y.at(math.Min(from, from+value))
	form := fill(place)
	if k.Stacked {
		form = "full stacked " + class(place)
	}
	c.rect(form, x, top, width, math.Max(bottom-top, 0.5))
}

// drawNames writes the names of stacked series beside the last column.
func (k Columns) drawNames(c *canvas, x, y scale, places []float64) {
	var order []int
	for place, at := range places {
		if !math.IsNaN(at) {
			order = append(order, place)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if places[a] < places[b] {
			return -1
		}
		return 1
	})
	sorted := make([]float64, len(order))
	for i, place := range order {
		sorted[i] = places[place]
	}
	pushApart(sorted, lineHeight-1, y.to, y.from)
	for i, place := range order {
		c.text("name "+class(place), start, x.to+5, sorted[i]+4, Fit(k.Series[place].Name, 92))
	}
}
