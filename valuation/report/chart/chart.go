// Package chart draws charts as SVG: text as text, colours as classes of the page they
// stand on, in a view box as wide as a phone, so that what is read on one is read on a
// board's paper too. No colour has a meaning of its own: series differ in form, and stand
// beside their names.
//
// The same chart gives the same bytes.
package chart

import (
	"fmt"
	"math"
	"strings"
)

// Width is that of the view box; a pixel of a phone is about one unit.
const Width = 360

// Drawing is a chart without its title. Its bars, lines, points and bands are of the class
// mark.
type Drawing interface {
	draw(c *canvas)
}

// SVG returns a drawing as an element, with a title and a description for who does not
// see it. The id is unique on its page.
func SVG(id, title, description string, d Drawing) string {
	c := &canvas{}
	d.draw(c)
	return fmt.Sprintf("<svg role=\"img\" viewBox=\"0 0 %d %s\" aria-labelledby=\"%s-t %s-d\">\n<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">%s</desc>\n%s</svg>\n",
		Width, number(c.height), id, id, id, Escape(title), id, Escape(description), c.body.String())
}

// canvas collects the elements of a drawing.
type canvas struct {
	body   strings.Builder
	height float64
}

// The sizes of text, in units.
const (
	textSize   = 11
	lineHeight = 14
)

func (c *canvas) add(format string, args ...any) { fmt.Fprintf(&c.body, format, args...) }

// rect draws a bar, or part of one, as a mark.
func (c *canvas) rect(class string, x, y, width, height float64) {
	c.add("<rect class=\"mark %s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>\n", class, number(x), number(y), number(width), number(height))
}

// shade draws a stretch of ground, which is no mark.
func (c *canvas) shade(x, y, width, height float64) {
	c.add("<rect class=\"shade\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>\n", number(x), number(y), number(width), number(height))
}

// hatching is the distance of the lines of a gap.
const hatching = 7

// gap shades and hatches a stretch of ground, between two edges.
func (c *canvas) gap(x, y, width, height float64) {
	c.shade(x, y, width, height)
	for at := hatching - height; at < width; at += hatching {
		from, to := math.Max(0, at), math.Min(width, at+height) // upwards to the right
		c.line("hatch", x+from, y+height-(from-at), x+to, y+height-(to-at))
	}
	c.line("edge", x, y, x, y+height)
	c.line("edge", x+width, y, x+width, y+height)
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	c.add("<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n", class, number(x1), number(y1), number(x2), number(y2))
}

func (c *canvas) circle(class string, x, y, radius float64) {
	c.add("<circle class=\"mark %s\" cx=\"%s\" cy=\"%s\" r=\"%s\"/>\n", class, number(x), number(y), number(radius))
}

// path draws a line through points, or an area, as a mark.
func (c *canvas) path(class, d string) {
	c.add("<path class=\"mark %s\" d=\"%s\"/>\n", class, d)
}

// The anchors of a text.
const (
	start  = "start"
	middle = "middle"
	end    = "end"
)

// text writes a text that begins, ends or has its middle at x, and stands on y.
func (c *canvas) text(class, anchor string, x, y float64, text string) {
	if anchor != start {
		class += " " + anchor
	}
	c.add("<text class=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n", class, number(x), number(y), Escape(text))
}

// number writes a coordinate, to a hundredth of a unit.
func number(v float64) string {
	text := fmt.Sprintf("%.2f", v)
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if text == "-0" {
		return "0"
	}
	return text
}

// legend writes the names of series beside what they look like, in as many lines as they
// need, and returns the y below it.
func (c *canvas) legend(y float64, entries []entry) float64 {
	const swatch, gap = 14, 12
	x, y := 0., y+lineHeight-3
	for _, e := range entries {
		name := Fit(e.name, Width-swatch-4)
		width := swatch + 4 + TextWidth(name)
		if x > 0 && x+width > Width {
			x, y = 0, y+lineHeight
		}
		if e.isLine {
			c.line("line "+e.class, x, y-4, x+swatch, y-4)
		} else {
			c.add("<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%d\" height=\"9\"/>\n", e.class, number(x+1), number(y-8.5), swatch-2)
		}
		c.text("label", start, x+swatch+4, y, name)
		x += width + gap
	}
	return y + 6
}

// entry is one series of a legend.
type entry struct {
	name, class string
	isLine      bool
}

// pushApart moves the places of labels, ascending, so that neighbours are at least gap
// apart and none lies beyond low and high where there is room.
func pushApart(places []float64, gap, low, high float64) {
	for i := range places {
		least := low
		if i > 0 {
			least = places[i-1] + gap
		}
		places[i] = math.Max(places[i], least)
	}
	for i := len(places) - 1; i >= 0; i-- {
		most := high
		if i < len(places)-1 {
			most = places[i+1] - gap
		}
		places[i] = math.Min(places[i], most)
	}
}
