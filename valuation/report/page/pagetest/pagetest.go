// Package pagetest holds a page to what it may be: one file without script or outside
// request, whose charts and tables say what is known, whose texts do not overlap, and
// whose figures stand in the files that they name.
package pagetest

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"cbv/valuation/report/chart"
)

// Element is an element of a page with all that is in it.
type Element struct {
	Name     string
	Attr     map[string]string
	Text     string // of itself and all below, as read
	Children []*Element
}

// Parse reads a page, which must be well formed.
func Parse(t *testing.T, html string) *Element {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(html))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	root := &Element{}
	open := []*Element{root}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return root
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &Element{Name: token.Name.Local, Attr: map[string]string{}}
			for _, attribute := range token.Attr {
				e.Attr[attribute.Name.Local] = attribute.Value
			}
			parent := open[len(open)-1]
			parent.Children = append(parent.Children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, e := range open {
				e.Text += string(token)
			}
		}
	}
}

// All returns the elements of a name below an element, in their order.
func (e *Element) All(name string) (found []*Element) {
	for _, child := range e.Children {
		if child.Name == name {
			found = append(found, child)
		}
		found = append(found, child.All(name)...)
	}
	return found
}

// Sound holds a page to what every page is.
func Sound(t *testing.T, html string) *Element {
	t.Helper()
	root := Parse(t, html)
	for _, name := range []string{"script", "link", "img", "iframe", "object", "embed", "form", "input", "base", "image", "use", "foreignObject", "a"} {
		if found := root.All(name); len(found) > 0 {
			t.Errorf("the page has %d elements %s", len(found), name)
		}
	}
	visible := root.Text
	for _, style := range root.All("style") {
		visible = strings.Replace(visible, style.Text, "", 1)
		if strings.Contains(style.Text, "url(") || strings.Contains(style.Text, "@import") {
			t.Error("the styles read something from outside")
		}
	}
	for _, word := range strings.FieldsFunc(visible, func(r rune) bool { return strings.ContainsRune(" \n\u00a0,;:()", r) }) {
		switch strings.Trim(word, ".+-%") {
		case "NaN", "null", "Inf", "<nil>", "nil", "undefined":
			t.Errorf("the page says %q", word)
		}
	}
	ids := map[string]bool{}
	root.each(func(e *Element) {
		for name := range e.Attr {
			if strings.HasPrefix(name, "on") || name == "style" || name == "href" || name == "src" {
				t.Errorf("<%s> has an attribute %s", e.Name, name)
			}
		}
		if id := e.Attr["id"]; id != "" {
			if ids[id] {
				t.Errorf("two elements have the id %s", id)
			}
			ids[id] = true
		}
	})
	for _, figure := range root.All("figure") {
		soundFigure(t, figure)
	}
	return root
}

func (e *Element) each(do func(*Element)) {
	do(e)
	for _, child := range e.Children {
		child.each(do)
	}
}

// soundFigure wants a chart with marks, a title and a description, or the reason why there
// is none.
func soundFigure(t *testing.T, figure *Element) {
	t.Helper()
	title := figure.All("figcaption")[0].Text
	charts := figure.All("svg")
	if len(charts) == 0 {
		for _, p := range figure.All("p") {
			if p.Attr["class"] == "empty" && len(p.Text) > 10 {
				return
			}
		}
		t.Errorf("%s: neither a chart nor the reason why there is none", title)
		return
	}
	marks := 0
	charts[0].each(func(e *Element) {
		if strings.HasPrefix(e.Attr["class"], "mark ") {
			marks++
		}
	})
	if marks == 0 {
		t.Errorf("%s: the chart has no mark", title)
	}
	if charts[0].Attr["role"] != "img" || len(charts[0].All("title")) != 1 || len(charts[0].All("desc")) != 1 {
		t.Errorf("%s: the chart has no role, title or description", title)
	}
	if labelled := strings.Fields(charts[0].Attr["aria-labelledby"]); len(labelled) != 2 {
		t.Errorf("%s: the chart is labelled by %v", title, labelled)
	}
	soundTexts(t, title, charts[0])
}

// box is where a text stands.
type box struct {
	left, right, bottom float64
	text                string
}

// soundTexts wants no text of a chart cut off by its edges or on another one.
func soundTexts(t *testing.T, title string, svg *Element) {
	t.Helper()
	height := number(t, strings.Fields(svg.Attr["viewBox"])[3])
	var boxes []box
	for _, text := range svg.All("text") {
		width := chart.TextWidth(text.Text) / 1.08 // without its reserve
		b := box{left: number(t, text.Attr["x"]), bottom: number(t, text.Attr["y"]), text: text.Text}
		switch classes := " " + text.Attr["class"] + " "; {
		case strings.Contains(classes, " end "):
			b.left -= width
		case strings.Contains(classes, " middle "):
			b.left -= width / 2
		}
		b.right = b.left + width
		const slack = 1
		if b.left < -slack || b.right > chart.Width+slack || b.bottom > height || b.bottom < 8 {
			t.Errorf("%s: %q is cut off: %.0f to %.0f of %d, %.0f of %.0f", title, text.Text, b.left, b.right, chart.Width, b.bottom, height)
		}
		for _, other := range boxes {
			const lettersHeight = 9
			if b.left < other.right-slack && other.left < b.right-slack && math.Abs(b.bottom-other.bottom) < lettersHeight {
				t.Errorf("%s: %q stands on %q", title, b.text, other.text)
			}
		}
		boxes = append(boxes, b)
	}
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}
