package proposal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/engine"
)

// sampleRows is how many values of a column are looked at to see how its text could be
// read. Whether it can is then asked of every one.
const sampleRows = 400

// mostValues is how many values a column has whose values are looked at one by one.
const mostValues = 60

// attempt is a reading of a column, and how many of its texts it does not read.
type attempt struct {
	reading
	unread int64
}

// findReadings finds out how the text columns of a table are read. The decimal sign and
// the order of day and month are those of the columns that leave no choice; defaultSign
// is the decimal sign where there is no such column.
func findReadings(ctx context.Context, e engine.Engine, table string, columns []column, defaultSign string) error {
	attempts := make([][]attempt, len(columns))
	var items []string
	for i, c := range columns {
		if c.Type != engine.Varchar || keepsText(c.Name) {
			continue
		}
		sample, err := texts(ctx, e, fmt.Sprintf("select cast(%[1]s as varchar) as value from %[2]s where %[1]s is not null limit %[3]d", engine.Identifier(c.Name), table, sampleRows))
		if err != nil {
			return err
		}
		for _, r := range candidates(sample) {
			attempts[i] = append(attempts[i], attempt{reading: r})
			items = append(items, fmt.Sprintf("count(*) filter (%s)", r.fails(engine.Identifier(c.Name))))
		}
	}
	if len(items) == 0 {
		return nil
	}
	unread, err := numbers(ctx, e, table, items)
	if err != nil {
		return err
	}
	for i := range attempts {
		for j := range attempts[i] {
			attempts[i][j].unread, unread = int64(unread[0]), unread[1:]
		}
	}
	sign := agreed(attempts, func(r reading) string { return r.decimal })
	if sign == "" {
		sign = defaultSign
	}
	dayFirst := agreed(attempts, func(r reading) string { return r.dayFirst })
	for i := range columns {
		columns[i].choose(attempts[i], sign, dayFirst)
		if err := columns[i].settle(ctx, e, table, attempts[i], dayFirst); err != nil {
			return err
		}
	}
	return nil
}

// settle decides what the texts alone leave open: which currency stands beside amounts, whether times with an offset are those
// of one clock, and, where no day is above the 12th, which of two numbers is the month.
func (c *column) settle(ctx context.Context, e engine.Engine, table string, options []attempt, dayFirst string) error {
	switch {
	case c.asText == nil:
		return nil
	case c.asText.about == localTimes.about:
		name := engine.Identifier(c.Name)
		at := fmt.Sprintf(offsetOf, name)
		filter := " filter (regexp_full_match(trim(" + name + "), " + engine.Quote(localTimes.pattern) + "))"
		found, err := numbers(ctx, e, table, []string{"max(" + at + ")" + filter, "min(" + at + ")" + filter})
		if err == nil && found[0]-found[1] > 60 { // more than summer and winter differ
			c.asText = &zonedTimes
		}
		return err
	case c.asText.about == pointNumber.about || c.asText.about == commaNumber.about:
		name := engine.Identifier(c.Name)
		signs, err := texts(ctx, e, "select distinct regexp_extract("+name+", '€|[A-Z]{3}') as value from "+table+" where "+name+" is not null limit 2")
		if err != nil {
			return err
		}
		if len(signs) == 1 {
			c.currency = strings.ReplaceAll(signs[0], "€", "EUR") // $ and £ are those of several countries
		}
		return nil
	case c.asText.dayFirst == "" || dayFirst != "":
		return nil
	}
	var rivals []reading
	var items []string
	for _, option := range options {
		if option.unread == c.unread && option.Type == c.asText.Type && option.dayFirst != "" {
			rivals = append(rivals, option.reading)
			read := "cast(" + option.of(engine.Identifier(c.Name)) + " as date)"
			items = append(items, "cast(max("+read+") - min("+read+") as bigint)")
		}
	}
	if len(rivals) < 2 {
		return nil
	}
	spans, err := numbers(ctx, e, table, items)
	if err != nil {
		return err
	}
	for i, span := range spans {
		if span < spans[0] {
			c.asText = &rivals[i]
		}
	}
	c.guessed = fmt.Sprintf("no day is above the 12th, so it could be the other way round; %s gives the shorter history. Look at the days in check", c.asText.about)
	return nil
}

// agreed returns what the columns say that can be read in one way only, "" where they
// say nothing or not the same.
func agreed(attempts [][]attempt, of func(reading) string) string {
	said := ""
	for _, options := range attempts {
		ways := map[string]bool{}
		for _, option := range options {
			if option.unread == 0 {
				ways[of(option.reading)] = true
			}
		}
		if len(ways) != 1 || ways[""] {
			continue
		}
		for way := range ways {
			if said != "" && said != way {
				return ""
			}
			said = way
		}
	}
	return said
}

// choose takes the reading that leaves the fewest texts unread, of several the
// narrowest, of two that differ in the decimal sign or in the order of day and month
// that of the file.
func (c *column) choose(options []attempt, sign, dayFirst string) {
	if len(options) == 0 {
		return
	}
	fewest := slices.MinFunc(options, func(a, b attempt) int { return int(a.unread - b.unread) }).unread
	options = slices.DeleteFunc(slices.Clone(options), func(a attempt) bool { return a.unread > fewest })
	keep := func(of func(reading) string, wanted string) {
		if slices.ContainsFunc(options, func(a attempt) bool { return of(a.reading) == "" || of(a.reading) == wanted }) {
			options = slices.DeleteFunc(options, func(a attempt) bool { return of(a.reading) != "" && of(a.reading) != wanted })
		}
	}
	keep(func(r reading) string { return r.decimal }, sign)
	if dayFirst != "" {
		keep(func(r reading) string { return r.dayFirst }, dayFirst)
	}
	c.asText, c.unread = &options[0].reading, options[0].unread
}

// measure fills in what the values of the columns of a table look like.
func measure(ctx context.Context, e engine.Engine, table string, columns []column) error {
	if err := findNaN(ctx, e, table, columns); err != nil {
		return err
	}
	var items []string
	for _, c := range columns {
		name, value := engine.Identifier(c.Name), "null"
		if c.reads(column.isNumber) {
			value = "cast(" + c.expression() + " as double)"
		}
		filled, mails := name, "0"
		if c.hasNaN {
			filled = value
		}
		if c.Type == engine.Varchar {
			mails = "count(*) filter (contains(" + name + ", '@'))"
		}
		items = append(items,
			"count("+filled+")", "approx_count_distinct("+name+")",
			"count(*) filter ("+value+" < 0)", "count(*) filter ("+value+" = floor("+value+"))", "median("+value+")", mails)
	}
	found, err := numbers(ctx, e, table, items)
	if err != nil {
		return err
	}
	for i := range columns {
		c, of := &columns[i], found[6*i:]
		c.filled, c.distinct, c.negative, c.whole, c.median, c.mails = int64(of[0]), int64(of[1]), int64(of[2]), int64(of[3]), of[4], int64(of[5])
		if c.distinct > mostValues || c.filled == 0 || c.Type == engine.Doubles || c.Type == engine.Other {
			continue
		}
		if c.values, err = mostFrequent(ctx, e, table, c.Name); err != nil {
			return err
		}
	}
	return nil
}

// findNaN finds the columns of numbers that hold some that are none.
func findNaN(ctx context.Context, e engine.Engine, table string, columns []column) error {
	var items []string
	var places []int
	for i, c := range columns {
		if c.Type == engine.Double {
			items, places = append(items, "count(*) filter (isnan("+engine.Identifier(c.Name)+"))"), append(places, i)
		}
	}
	if len(items) == 0 {
		return nil
	}
	found, err := numbers(ctx, e, table, items)
	for i, place := range places {
		columns[place].hasNaN = err == nil && found[i] > 0
	}
	return err
}

// mostFrequent returns the values of a column with their rows. The groups are those of
// its first item: a name would be that of a column of the file, where it has such a one.
func mostFrequent(ctx context.Context, e engine.Engine, table, name string) ([]valueCount, error) {
	query := fmt.Sprintf("select cast(%[1]s as varchar) as value, count(*) as value_rows from %[2]s where %[1]s is not null group by 1 order by 2 desc, 1 limit %[3]d",
		engine.Identifier(name), table, mostValues)
	if err := e.View(ctx, "proposal_values", query); err != nil {
		return nil, err
	}
	var counts []valueCount
	for row, err := range e.Rows(ctx, "proposal_values", []string{"value", "value_rows"}) {
		if err != nil {
			return nil, err
		}
		counts = append(counts, valueCount{row[0].(string), row[1].(int64)})
	}
	return counts, nil
}

// texts returns the values of a SELECT of one text column called value.
func texts(ctx context.Context, e engine.Engine, query string) ([]string, error) {
	if err := e.View(ctx, "proposal_texts", query); err != nil {
		return nil, err
	}
	var found []string
	for row, err := range e.Rows(ctx, "proposal_texts", []string{"value"}) {
		if err != nil {
			return nil, err
		}
		found = append(found, row[0].(string))
	}
	return found, nil
}

// numbers returns aggregates over a table, 0 for one that is null.
func numbers(ctx context.Context, e engine.Engine, table string, items []string) ([]float64, error) {
	var named, names []string
	for i, item := range items {
		names = append(names, fmt.Sprintf("item_%d", i))
		named = append(named, fmt.Sprintf("coalesce(cast(%s as double), 0) as item_%d", item, i))
	}
	if err := e.View(ctx, "proposal_numbers", "select "+strings.Join(named, ",\n")+"\nfrom "+table); err != nil {
		return nil, err
	}
	var found []float64
	for row, err := range e.Rows(ctx, "proposal_numbers", names) {
		if err != nil {
			return nil, err
		}
		for _, value := range row {
			found = append(found, value.(float64))
		}
	}
	if len(found) != len(items) {
		return nil, errors.New("proposal_numbers: not one row")
	}
	return found, nil
}
