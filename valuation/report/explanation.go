package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"cbv/valuation/explanation"
)

// Explanation is how a run came to what it says of a customer.
type Explanation struct{ explanation.Explanation }

// Text writes it as one would explain it to a colleague.
func (e Explanation) Text(out io.Writer) error {
	v := e.Values
	fmt.Fprintf(out, "Customer %s on %s (run %s)\n", printable(e.Customer), e.AsOf, e.Run)
	if e.WhyNotTrusted != "" {
		fmt.Fprintf(out, "\nNot trusted: %s. What rests on the model below, the mark included, deserves no trust.\n", e.WhyNotTrusted)
	}
	fmt.Fprintf(out, "\nWhat they did: %s on %s to %s, %s of revenue and %s to date.\n", countNoun(whole(v["purchases"]), "purchase"), told(v["first_purchase_date"]), told(v["last_purchase_date"]), e.money(v["revenue"]), e.basis(v["historic_margin"]))
	fmt.Fprintf(out, "What the models saw: x = %s after the first, the last of them t_x = %s after it, T = %s up to today.\n",
		countNoun(whole(v["repeat_purchases"]), "purchase"), countNoun(whole(v["age_at_last_purchase_days"]), "day"), countNoun(whole(v["customer_age_days"]), "day"))
	e.days(out)
	e.segment(out)
	if e.Mark == nil {
		fmt.Fprintf(out, "\nNo model could be fitted, so there is neither a forecast nor a mark.\n")
	} else {
		e.forecast(out)
		e.mark(out)
	}
	e.before(out)
	return nil
}

// timeLine is how wide the line of a customer's days is, and mostDays how many of them are
// listed below it.
const (
	timeLine = 72
	mostDays = 10
)

// days draws what the customer did on a line of time, and lists the latest days.
func (e Explanation) days(out io.Writer) {
	if e.WhyNoDays != "" {
		fmt.Fprintf(out, "Their purchases are not shown: %s.\n", e.WhyNoDays)
		return
	}
	if len(e.Days) == 0 {
		return
	}
	line, first := []byte(strings.Repeat(".", timeLine)), dayOf(e.Days[0].Day)
	span := max(1, dayOf(e.AsOf).Sub(first).Hours())
	for _, day := range e.Days {
		mark := byte('r')
		if day.IsPurchase {
			mark = '|'
		}
		if at := int(math.Round(dayOf(day.Day).Sub(first).Hours() / span * (timeLine - 1))); line[at] != '|' {
			line[at] = mark
		}
	}
	fmt.Fprintf(out, "\n%s %s %s\n", e.Days[0].Day, line, e.AsOf)
	fmt.Fprintf(out, "| is a purchase, r a day of returns alone; money of the day in %s\n", e.Currency)
	if more := len(e.Days) - mostDays; more > 0 {
		fmt.Fprintf(out, "  %s before these\n", countNoun(int64(more), "day"))
	}
	for _, day := range e.Days[max(0, len(e.Days)-mostDays):] {
		what := "returns"
		if day.IsPurchase {
			what = "purchase"
			if day.Worth != day.Moved {
				what += fmt.Sprintf(", worth %s after its returns", amount(day.Worth))
			}
		}
		fmt.Fprintf(out, "  %s %10s  %s\n", day.Day, amount(day.Moved), what)
	}
}

// dayOf reads a day as it is written in an explanation.
func dayOf(text string) time.Time {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err) // we wrote it
	}
	return day
}

// segment says which bounds gave the scores.
func (e Explanation) segment(out io.Writer) {
	fmt.Fprintf(out, "\nSegment: %s, by the RFM cell %s.\n", printable(told(e.Values["segment"])), told(e.Values["rfm"]))
	for _, s := range e.Scores {
		next := "the best there is"
		if s.Next != nil {
			how := map[string]string{"recency": "up to %s", "frequency": "from %s", "monetary value": "above %s"}[s.Of]
			next = fmt.Sprintf("%d "+how, s.Score+1, number(*s.Next))
		}
		fmt.Fprintf(out, "  %s %d: %s %s; bounds %s; %s\n", s.Of, s.Score, number(s.Value), s.Unit, strings.Join(s.Bounds, ", "), next)
	}
}

// forecast says what is expected of the customer.
func (e Explanation) forecast(out io.Writer) {
	v := e.Values
	fmt.Fprintf(out, "\nForecast: still a customer with a chance of %s; a purchase within 30 days has one of %s, within 90 of %s, within 365 of %s; lifecycle %s.\n",
		chance(v["p_alive"]), chance(v["p_purchase_30d"]), chance(v["p_purchase_90d"]), chance(v["p_purchase_365d"]), told(v["lifecycle"]))
	interval := ""
	if e.WhyNotTrusted == "" {
		interval = fmt.Sprintf(" (80 %% of such customers bring %s to %s)", e.money(v["clv_low"]), e.money(v["clv_high"]))
	}
	fmt.Fprintf(out, "  %s purchases at %s each over the horizon, worth %s%s.\n", told(v["expected_purchases"]), e.money(v["expected_purchase_value"]), e.basis(v["clv"]), interval)
	if v["next_purchase_due"] != nil {
		fmt.Fprintf(out, "  Half of the customers like this who stay have bought again by %s: %s overdue.\n", told(v["next_purchase_due"]), countNoun(whole(v["days_overdue"]), "day"))
	}
	fmt.Fprintf(out, "  Preventing all dropout would add %s at the most.\n", e.money(v["value_at_risk"]))
}

// mark says step by step how the mark came about, and what would change it.
func (e Explanation) mark(out io.Writer) {
	m := e.Mark
	fmt.Fprintf(out, "\nMark: %s (%s), in %s:\n", m.Mark, m.Reason, e.Currency)
	for _, step := range []struct {
		what   string
		amount float64
	}{
		{"value to come (clv)", m.CLV}, {"less the cost of retaining", -m.RetentionCost},
		{fmt.Sprintf("less what a replacement brings: %s of a new customer less %s to acquire one, 0 at the least", amount(m.NewcomerValue), amount(m.CAC)), -m.Replacement},
		{"what losing the customer costs (keep_value), before rounding", m.KeepValue},
	} {
		fmt.Fprintf(out, "  %12s  %s\n", amount(step.amount), step.what)
	}
	fmt.Fprintf(out, "  The mark is retain where that is above 0 and the value is %s at the least (value.min_keep_share of a first order's margin, %s).\n", amount(m.Floor), amount(m.FirstOrderMargin))
	if m.Mark == "retain" {
		fmt.Fprintf(out, "  It would change if the value were lower by %s, or a replacement worth as much more.\n", amount(m.Needed))
	} else {
		fmt.Fprintf(out, "  It would change if the value were higher by more than %s, or, down to the floor, a replacement worth as much less.\n", amount(-m.Needed))
	}
}

// before says what has changed since the run before, and why.
func (e Explanation) before(out io.Writer) {
	b := e.Before
	if b == nil {
		fmt.Fprintf(out, "\nNothing to compare with: %s.\n", e.WhyNoBefore)
		return
	}
	fmt.Fprintf(out, "\nSince the run of %s, %s ago:\n", b.AsOf, countNoun(int64(b.DaysPassed), "day"))
	if len(b.Differences) == 0 {
		fmt.Fprintf(out, "  nothing of this customer has changed\n")
	}
	for _, d := range b.Differences {
		fmt.Fprintf(out, "  %s: %s, was %s\n", d.Name, printable(told(d.Now)), printable(told(d.Before)))
	}
	for _, d := range b.Terms {
		fmt.Fprintf(out, "  of all customers, %s: %s, was %s\n", d.Name, told(d.Now), told(d.Before))
	}
	if len(b.Moves) > 0 {
		fmt.Fprintf(out, "  what changed, by what, one after the other:\n")
	}
	for _, move := range b.Moves {
		line := fmt.Sprintf("    %s: clv %s", causeWords[move.Cause], moved(move.CLVChange))
		for _, went := range move.Went {
			line += fmt.Sprintf("; %s %s to %s", went.Name, told(went.Before), told(went.Now))
		}
		fmt.Fprintln(out, line)
	}
	if c := b.KeepValue; c != nil && c.Total != 0 {
		fmt.Fprintf(out, "  keep_value changed by %s: %s by the customer's value, %s by what a replacement is worth, %s by the cost of retaining\n",
			moved(c.Total), moved(c.CLV), moved(c.Replacement), moved(c.RetentionCost))
	}
}

// money writes an amount with its currency.
func (e Explanation) money(value any) string { return told(value) + " " + e.Currency }

// basis writes an amount of what value is counted in.
func (e Explanation) basis(value any) string { return e.money(value) + " of " + e.MoneyBasis }

// told writes a value of a table, a number to four decimals: as JSON it has all.
func told(value any) string {
	switch value := value.(type) {
	case nil:
		return "unknown"
	case float64:
		return number(value)
	}
	return fmt.Sprint(value)
}

func number(v float64) string { return strconv.FormatFloat(math.Round(1e4*v)/1e4, 'f', -1, 64) }

// amount writes money to a hundredth.
func amount(v float64) string { return strconv.FormatFloat(v+0, 'f', 2, 64) } // -0 + 0 is 0

// moved writes a change of money.
func moved(v float64) string { return fmt.Sprintf("%+.2f", v) }

// chance writes a probability.
func chance(value any) string {
	if p, is := value.(float64); is {
		return percent(p)
	}
	return "unknown"
}

func whole(value any) int64 {
	n, _ := value.(int64)
	return n
}

// printable writes a text that a terminal may not obey: with characters that do not print,
// it stands in quotes.
func printable(text string) string {
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return strconv.QuoteToGraphic(text)
		}
	}
	return text
}
