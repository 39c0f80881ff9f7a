package proposal

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
)

// commentWidth is how wide a comment of the configuration is at most.
const commentWidth = 98

// document is the text of a configuration on its way.
type document struct{ strings.Builder }

func (d *document) line(depth int, text string) {
	d.WriteString(strings.Repeat("  ", depth) + text + "\n")
}

// comment writes a text as lines of a comment.
func (d *document) comment(depth int, text string) {
	prefix := strings.Repeat("  ", depth) + "# "
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(prefix)+len(line)+1+len(word) > commentWidth {
			d.WriteString(prefix + line + "\n")
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	d.WriteString(prefix + line + "\n")
}

// text is the configuration: what was proposed, how sure it is and why.
func (p *Proposal) text(files []string, store string) string {
	var d document
	d.comment(0, fmt.Sprintf("Written by cbv init, which looked at %s and took %s for %s (%s: %s). Read it through, change what is wrong, and let cbv check read all rows.",
		rowsOf(p.Rows), filesOf(len(p.Files)), p.Shape, p.Sure, p.Why))
	d.line(0, "#")
	d.comment(0, "The money has to be revenue: goods after discounts, without tax and shipping, less refunds. "+strings.Join(p.Says, " "))
	d.line(0, "")
	p.orders(&d, files, store)
	d.line(0, "")
	p.value(&d)
	d.line(0, "")
	d.line(0, "time:")
	p.zone(&d)
	return d.String()
}

// NotUsed names the columns that nothing was made of.
func (m *Mapping) NotUsed() string {
	if m.IsPlatform {
		return "Not used: " + strings.Join(m.Unused, ", ") + "."
	}
	return "Not understood, and not used: " + strings.Join(m.Unused, ", ") + "."
}

func rowsOf(rows int64) string {
	if rows == 1 {
		return "1 row"
	}
	return humanize.Comma(rows) + " rows"
}

func filesOf(files int) string {
	if files == 1 {
		return "the file"
	}
	return fmt.Sprintf("%d files", files)
}

func (p *Proposal) orders(d *document, files []string, store string) {
	d.line(0, "orders:")
	if len(p.table.csv) > 0 {
		d.comment(1, "The CSV files are written there as Parquet. cbv init --refresh converts the new and changed ones; run it before cbv run every night.")
	}
	if len(files) == 1 {
		d.line(1, "files: "+scalar(files[0]))
	} else {
		d.line(1, "files:")
		for _, file := range files {
			d.line(2, "- "+scalar(file))
		}
	}
	d.line(1, "columns:")
	for _, c := range p.Columns {
		d.comment(2, fmt.Sprintf("%s: %s", c.Sure, c.Why))
		d.expression(2, c.Key, c.Expression)
	}
	if len(p.Currencies) > 1 {
		d.comment(2, fmt.Sprintf("The column %s has several currencies: %s. Map it, and give the rates to value.currency (cbv help config); or keep the rows of one of them.", p.CurrencyIn, strings.Join(p.Currencies, ", ")))
		d.line(2, "# currency: "+scalar(identifier(p.CurrencyIn)))
	}
	d.comment(1, map[string]string{
		"order": "order: an order counts once, by its order_id, whatever rows repeat it",
		"line":  "line: an order may have several rows, which add up",
	}[p.Grain])
	d.line(1, "grain: "+p.Grain)
	if len(p.Keep) > 0 {
		d.comment(1, "Left out, and counted, in the order of the conditions:")
		var conditions []string
		for _, k := range p.Keep {
			d.comment(1, fmt.Sprintf("- %s (%s)", k.Why, rowsOf(k.Rows)))
			conditions = append(conditions, k.Condition)
		}
		d.expression(1, "keep", strings.Join(conditions, "\nand "))
	}
	if len(p.Unused) > 0 {
		d.comment(1, p.NotUsed())
	}
}

func (p *Proposal) value(d *document) {
	d.line(0, "value:")
	if p.Currency != "" {
		d.comment(1, p.CurrencyWhy)
		d.line(1, "currency: "+scalar(p.Currency))
	} else {
		d.comment(1, "SET THIS: nothing in the files says which one currency the money is in. Write its ISO 4217 code, such as EUR, USD or GBP; nothing runs before that.")
		d.line(1, `currency: "???"`)
	}
	d.comment(1, "What part of the revenue is margin; until it is set, all value is revenue.")
	d.line(1, "# margin_rate: 0.35")
}

func (p *Proposal) zone(d *document) {
	at, _ := p.Column("ordered_at")
	if strings.Contains(at.Expression, "timezone(") || strings.Contains(at.Expression, "to_timestamp(") || p.isInstant(at.Expression) {
		d.comment(1, "The times are instants: name the zone whose days the shop counts, such as Europe/Berlin.")
	} else {
		d.comment(1, "The times are those of the shop's own clock, so their days need no zone.")
	}
	d.line(1, "zone: UTC")
}

// isInstant reports whether an expression is a column of instants.
func (p *Proposal) isInstant(expression string) bool {
	for _, c := range p.table.columns {
		if expression == c.Name {
			return c.Type == "instant"
		}
	}
	return false
}

// widestExpression is how long an expression may be on the line of its key.
const widestExpression = 80

// expression writes a setting that is SQL, as a block where it is long.
func (d *document) expression(depth int, key, text string) {
	if !strings.Contains(text, "\n") && len(text) <= widestExpression {
		d.line(depth, key+": "+scalar(text))
		return
	}
	d.line(depth, key+": |-")
	for line := range strings.SplitSeq(text, "\n") {
		d.line(depth+1, strings.TrimSpace(line))
	}
}

// scalar writes a text in YAML, in quotes where it would be something else without.
func scalar(text string) string {
	isPlain := text != "" && strings.IndexFunc(text[:1], func(r rune) bool {
		return r != '_' && r != '.' && r != '/' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
	for _, odd := range []string{": ", " #", "\n", "\t", "'", "\""} {
		isPlain = isPlain && !strings.Contains(text, odd)
	}
	switch strings.ToLower(text) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n", ".nan", ".inf":
		isPlain = false
	}
	if isPlain && !strings.HasSuffix(text, ":") {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
