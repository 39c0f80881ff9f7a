package chart

import "math"

// Bars lie, one below the other.
type Bars struct {
	Unit   string
	Format func(float64) string // of the axis
	Parts  []string             // names of the parts of each bar; one needs none
	Rows   []Bar
	Mark   *Reference
}

// Bar is one bar.
type Bar struct {
	Label     string
	Values    []*float64 // by part; nil is not known
	Text      string     // beside the bar, its figure
	Low, High *float64   // an interval of the whole
}

// Reference is a value that the bars are compared with.
type Reference struct {
	Value float64
	Label string
}

const (
	barStep   = 21
	barHeight = 13
	// mostLabel is how wide a label is at the most; what is wider is cut, and whole in
	// the table below the chart.
	mostLabel = 118
)

func (b Bars) draw(c *canvas) {
	left, right := 0., 0.
	low, high := 0., 0.
	for _, row := range b.Rows {
		left = math.Max(left, TextWidth(Fit(row.Label, mostLabel)))
		right = math.Max(right, TextWidth(row.Text))
		negative, positive := row.reach()
		low, high = math.Min(low, negative), math.Max(high, positive)
	}
	if b.Mark != nil {
		high = math.Max(high, b.Mark.Value)
	}
	y := 0.
	if b.Unit != "" {
		c.text("label", start, 0, lineHeight-3, Fit(b.Unit, Width))
		y = lineHeight + 2
	}
	if len(b.Parts) > 1 {
		var entries []entry
		for i, part := range b.Parts {
			entries = append(entries, entry{name: part, class: fill(i)})
		}
		y = c.legend(y, entries)
	}
	if b.Mark != nil {
		y += lineHeight
	}
	x := scale{from: left + 8, to: Width - right - 6}
	var ticks []float64
	x.low, x.high, ticks = niceRange(low, high, 3)
	bottom := y + barStep*float64(len(b.Rows)) + 2
	var labels []Tick
	for _, tick := range ticks {
		c.line("grid", x.at(tick), y, x.at(tick), bottom)
		labels = append(labels, Tick{tick, b.Format(tick)})
	}
	for i, row := range b.Rows {
		row.draw(c, x, y+barStep*float64(i)+(barStep-barHeight)/2)
	}
	if b.Mark != nil {
		at := x.at(b.Mark.Value)
		c.line("reference", at, y-2, at, bottom)
		half := TextWidth(b.Mark.Label) / 2
		c.text("label", middle, math.Min(math.Max(at, half), Width-half), y-5, b.Mark.Label)
	}
	c.height = drawTicks(c, x, bottom, labels) + 4
}

// reach returns how far a bar reaches below and above 0.
func (b Bar) reach() (low, high float64) {
	for _, v := range b.Values {
		if v != nil {
			low, high = low+math.Min(0, *v), high+math.Max(0, *v)
		}
	}
	if b.Low != nil {
		low = math.Min(low, *b.Low)
	}
	if b.High != nil {
		high = math.Max(high, *b.High)
	}
	return low, high
}

func (b Bar) draw(c *canvas, x scale, y float64) {
	c.text("name", end, x.from-6, y+barHeight-3, Fit(b.Label, mostLabel))
	negative, positive, whole := 0., 0., 0.
	for i, v := range b.Values {
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
		whole += *v
		from, to := x.at(math.Min(at, at+*v)), x.at(math.Max(at, at+*v))
		c.rect(fill(i), from, y, math.Max(to-from, 0.5), barHeight)
	}
	reach := math.Max(0, whole)
	if b.Low != nil && b.High != nil {
		centre := y + barHeight/2.
		for _, form := range []string{"halo", "whisker"} {
			c.line(form, x.at(*b.Low), centre, x.at(*b.High), centre)
			c.line(form, x.at(*b.Low), centre-3, x.at(*b.Low), centre+3)
			c.line(form, x.at(*b.High), centre-3, x.at(*b.High), centre+3)
		}
		reach = math.Max(reach, *b.High)
	}
	c.text("value", start, x.at(reach)+4, y+barHeight-3, b.Text)
}

// fill is the form of a part or series that is an area, by its place: the first is full,
// the second an outline.
func fill(place int) string {
	if place == 1 {
		return "hollow s2"
	}
	return "full " + class(place)
}
