// Package page makes the page of a run: report.html, one file that needs nothing beside
// it, holds no script and no customer, and is meant to be mailed. It reads what the run
// published, its small tables and its manifest, and nothing else, so that the page says
// what the tables say.
//
// Each figure stands in a data element whose value has all digits; a table names the file
// that its rows are of. A section is a function of Data: another one is a line of sections.
package page

import (
	"fmt"
	"io"

	"cbv/valuation/report/chart"
)

// Name is the page's file in the folder of a run.
const Name = "report.html"

// sections make what the page says, in the order in which it says it. One that returns no
// title is left out.
var sections = []func(Data) section{
	doubts, verdict, direction, marks, repeats, equalAge, base, months, distribution,
	fit, channels, starts, rfm, moved, lastCampaign, leftOut, assumptions,
}

// section is a part of the page under a title.
type section struct {
	id, title string
	parts     []part
	// byModel says what of it rests on the model, and is marked where that is not trusted.
	byModel string
	// nothing says why there is nothing to say yet; the page ends with these.
	nothing string
}

// part is a paragraph, a list, a table or a chart with its table.
type part interface{ write(p *writer) }

// Write writes the page.
func Write(out io.Writer, d Data) error {
	p := &writer{}
	title := fmt.Sprintf("Customer base on %s", d.Manifest.AsOf)
	p.raw(head)
	p.raw("<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n", chart.Escape(title), style)
	p.raw("<header>\n<h1>Customer base on <time>%s</time></h1>\n", chart.Escape(d.Manifest.AsOf))
	for _, part := range headline(d) {
		part.write(p)
	}
	p.raw("</header>\n<main>\n")
	var nothing list
	for _, make := range sections {
		switch s := make(d); {
		case s.nothing != "":
			nothing = append(nothing, join(phrase{text: s.title + ": ", strong: true}, s.nothing))
		case s.title != "":
			p.sectionOf(s, d.isDistrusted())
		}
	}
	if len(nothing) > 0 {
		p.sectionOf(section{id: "nothing", title: "Not on this page yet", parts: []part{nothing}}, false)
	}
	p.raw("</main>\n<footer>\n")
	for _, part := range colophon(d) {
		part.write(p)
	}
	p.raw("</footer>\n</body>\n</html>\n")
	_, err := io.WriteString(out, p.String())
	return err
}

const head = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
`
