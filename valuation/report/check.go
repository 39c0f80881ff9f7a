package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/config"
	"cbv/valuation/intake"
	"cbv/valuation/money"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
)

// Check is what the input contract says of the files.
type Check struct {
	AsOf       string                      `json:"as_of"`
	Files      int                         `json:"files"`
	Currency   string                      `json:"currency"`
	IsDefault  bool                        `json:"currency_is_default"` // no setting names it
	TotalRows  int64                       `json:"total_rows"`
	TotalMoney string                      `json:"total_money"`
	Rows       []RowCount                  `json:"rows"`    // used first, then by reason
	Profile    publication.Profile         `json:"profile"` // what the used rows look like
	Places     []Place                     `json:"places"`  // where to look, most rows first
	Inputs     []InputCheck                `json:"other_inputs"`
	Merged     *publication.Merged         `json:"merged_customers,omitempty"`
	Young      *publication.YoungPurchases `json:"young_purchases,omitempty"`
	Warnings   []pipeline.Warning          `json:"warnings"`
	// OfRuns are the codes of warnings that only a run can find.
	OfRuns []string `json:"warnings_of_runs"`
}

// RowCount is the rows that one thing became of, with their money. Money of other
// inputs than the orders is not added up.
type RowCount struct {
	State  string `json:"state"` // used, excluded or quarantined
	Reason string `json:"reason"`
	Rows   int64  `json:"rows"`
	Money  string `json:"money,omitempty"`
}

// Place is the first of the rows of a reason in a file.
type Place struct {
	File     string `json:"file"`
	FirstRow int64  `json:"first_row"`
	Reason   string `json:"reason"`
	Rows     int64  `json:"rows"`
}

// InputCheck is what became of the rows of an auxiliary input.
type InputCheck struct {
	Input  string     `json:"input"`
	Files  int        `json:"files"`
	Total  int64      `json:"total_rows"`
	Rows   []RowCount `json:"rows"`
	Places []Place    `json:"places"`
}

// NewCheck makes the document of a check in the currency of the shop, which may be
// the default.
func NewCheck(checked intake.Report, value config.Value, isDefault bool) (Check, error) {
	minorPerUnit, err := value.MinorPerUnit()
	if err != nil {
		return Check{}, err
	}
	exact := func(minor int64) string { return money.Exact(minor, minorPerUnit) }
	c := Check{
		AsOf: checked.AsOf.Format(time.DateOnly), Files: checked.Files, Currency: value.Currency, IsDefault: isDefault,
		Profile: checked.Profile, Places: places(checked.Places), Inputs: []InputCheck{}, Merged: checked.Merged, Young: checked.Young, Warnings: listed(checked.Warnings), OfRuns: pipeline.OfRunsAlone(),
	}
	var total int64
	for _, count := range checked.Reasons {
		row := rowCount(count)
		row.Money = exact(count.Minor)
		c.Rows = append(c.Rows, row)
		c.TotalRows += count.Rows
		total += count.Minor
	}
	c.TotalMoney = exact(total)
	for _, auxiliary := range checked.Auxiliary {
		input := InputCheck{Input: auxiliary.Name, Files: auxiliary.Files, Total: auxiliary.Rows, Rows: []RowCount{}, Places: places(auxiliary.Places)}
		for _, count := range auxiliary.Reasons {
			input.Rows = append(input.Rows, rowCount(count))
		}
		c.Inputs = append(c.Inputs, input)
	}
	return c, nil
}

func rowCount(count intake.ReasonCount) RowCount {
	state := "quarantined"
	if count.Reason == intake.Used {
		state = "used"
	} else if intake.Excluded[count.Reason] != "" {
		state = "excluded"
	}
	return RowCount{State: state, Reason: count.Reason, Rows: count.Rows}
}

func places(found []intake.Place) []Place {
	list := []Place{}
	for _, place := range found {
		list = append(list, Place{place.File, place.FirstRow, place.Reason, place.Rows})
	}
	return list
}

// meaning says what became of the rows.
func (r RowCount) meaning() string {
	switch r.State {
	case "used":
		return "used"
	case "excluded":
		return "excluded: " + intake.Excluded[r.Reason]
	}
	return "quarantined: " + r.Reason
}

// shownPlaces is how many places are printed; the rest is in quarantine.parquet
// of a run.
const shownPlaces = 10

// Text writes the rows as a table, what they look like, and where to look.
func (c Check) Text(out io.Writer) error {
	fmt.Fprintf(out, "%s as of %s\n\n", countNoun(int64(c.Files), "order file"), c.AsOf)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "rows\t%s\t\n", c.Currency)
	for _, row := range c.Rows {
		fmt.Fprintf(table, "%s\t%s\t  %s\n", humanize.Comma(row.Rows), thousands(row.Money), row.meaning())
	}
	fmt.Fprintf(table, "%s\t%s\t  in the files\n", humanize.Comma(c.TotalRows), thousands(c.TotalMoney))
	if err := table.Flush(); err != nil {
		return err
	}
	if c.IsDefault {
		fmt.Fprintf(out, "\n%s is the default: set value.currency if the money is in another.\n", c.Currency)
	}
	for _, input := range c.Inputs {
		input.text(out)
	}
	if text := youngText(c.Young); text != "" {
		fmt.Fprintf(out, "\n%s\n", text)
	}
	if c.Merged != nil {
		fmt.Fprintf(out, "\n%s\n", strings.TrimSpace(mergedText(c.Merged)))
	}
	if err := writeProfile(out, c.Profile); err != nil {
		return err
	}
	if len(c.Warnings) > 0 {
		fmt.Fprintln(out)
	}
	writeWarnings(out, c.Warnings)
	c.writePlaces(out)
	fmt.Fprintln(out)
	_, err := fmt.Fprint(out, Wrap("Only a run can find: "+strings.Join(c.OfRuns, ", ")+".", 0))
	return err
}

// writePlaces says where to look.
func (c Check) writePlaces(out io.Writer) {
	if len(c.Places) == 0 {
		return
	}
	fmt.Fprintln(out, "\nWhere to look:")
	for _, place := range c.Places[:min(shownPlaces, len(c.Places))] {
		fmt.Fprintf(out, "  %s row %d: %s", place.File, place.FirstRow, place.Reason)
		if place.Rows > 1 {
			fmt.Fprintf(out, ", and %s more in this file", humanize.Comma(place.Rows-1))
		}
		fmt.Fprintln(out)
	}
	if more := len(c.Places) - shownPlaces; more > 0 {
		fmt.Fprintf(out, "  and in %d more places: cbv run lists every row in quarantine.parquet\n", more)
	}
}

func (i InputCheck) text(out io.Writer) {
	fmt.Fprintf(out, "\n%s of %s, %s\n", countNoun(int64(i.Files), "file"), i.Input, countNoun(i.Total, "row"))
	for _, row := range i.Rows {
		fmt.Fprintf(out, "  %s %s\n", humanize.Comma(row.Rows), row.meaning())
	}
	for _, place := range i.Places[:min(shownPlaces, len(i.Places))] {
		fmt.Fprintf(out, "  %s row %d: %s\n", place.File, place.FirstRow, place.Reason)
	}
}

// thousands writes an exact amount with commas between its thousands.
func thousands(money string) string {
	sign := ""
	if digits, negative := strings.CutPrefix(money, "-"); negative {
		sign, money = "-", digits
	}
	whole, fraction, hasFraction := strings.Cut(money, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if hasFraction {
		whole += "." + fraction
	}
	return sign + whole
}
