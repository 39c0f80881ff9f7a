package intake

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
)

// rateRow is a row of the files of rates.
type rateRow struct {
	Date       *time.Time
	Currency   *string
	Rate       *float64
	FileNumber int
	FileRow    int64
}

// rateDay is what one unit of a currency is in that of the shop on a day; null before
// its first rate.
type rateDay struct {
	Currency string
	Day      time.Time
	Rate     *float64
}

// makeRates makes the table of rates by day, and that of the limits of input rows,
// which say from when to when it goes: from the day before the first rate to the last
// rate. A day without a rate has that of the last day before.
func (in *Intake) makeRates(ctx context.Context) error {
	rows, err := engine.All[rateRow](ctx, in.Engine, "rates_input")
	if err != nil {
		return err
	}
	slices.SortFunc(rows, func(a, b rateRow) int {
		return cmp.Or(cmp.Compare(a.FileNumber, b.FileNumber), cmp.Compare(a.FileRow, b.FileRow))
	})
	for i := range rows {
		if day := rows[i].Date; day != nil {
			year, month, day := day.Date()
			midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
			rows[i].Date = &midnight
		}
		if code := rows[i].Currency; code != nil {
			upper := strings.ToUpper(strings.TrimSpace(*code))
			rows[i].Currency = &upper
		}
	}
	if err := in.refuseRates(rows); err != nil {
		return err
	}
	limits := in.limits()
	days := rateDays(rows, in.Config.Value.Currency)
	if len(days) > 0 {
		limits.RatesFrom, limits.RatesUntil = days[0].Day, days[len(days)-1].Day
	}
	if err := engine.Insert(ctx, in.Engine, "rate_days", days); err != nil {
		return err
	}
	return engine.Insert(ctx, in.Engine, "input_limits", []InputLimits{limits})
}

// limits are those of input rows under the settings, but for the days of the rates.
func (in *Intake) limits() InputLimits {
	limits := Limits
	if asOf := in.Config.Time.AsOf; asOf != nil {
		limits.AskedAsOf = &asOf.Time
	}
	return limits
}

// refuseRates returns an error that names the first of the rows that can be no rate.
func (in *Intake) refuseRates(rows []rateRow) error {
	type key struct {
		currency string
		day      time.Time
	}
	known := map[key]float64{}
	var first rateRow
	var fault string
	faulty := int64(0)
	for _, row := range rows {
		found := row.fault(in.Config.Value.Currency)
		if found == "" {
			k := key{*row.Currency, *row.Date}
			if rate, twice := known[k]; twice && rate != *row.Rate {
				found = fmt.Sprintf("%s has another rate on %s in an earlier row", ShownCurrency(k.currency), k.day.Format(time.DateOnly))
			}
			known[k] = *row.Rate
		}
		if found != "" && faulty == 0 {
			first, fault = row, found
		}
		if found != "" {
			faulty++
		}
	}
	if faulty == 0 {
		return nil
	}
	return failure.Inputf("rates: %s row %d: %s (rows at fault: %s): correct it, or make rates.columns leave nothing but rates to value.currency",
		in.auxiliary("rates").Files[first.FileNumber].Path, first.FileRow, fault, humanize.Comma(faulty))
}

// fault says why a row is no rate to the currency of a shop, "" where it is one.
func (r rateRow) fault(currency string) string {
	switch {
	case r.Date == nil:
		return "it has no date"
	case r.Date.Before(Limits.ReadableFrom) || !r.Date.Before(Limits.ReadableBefore):
		return "its date lies outside 1900 to 2199"
	case r.Currency == nil || *r.Currency == "":
		return "it has no currency"
	case r.Rate == nil || !(*r.Rate > 0) || math.IsInf(*r.Rate, 1):
		return "its rate is no number above 0"
	case *r.Currency == currency && *r.Rate != 1:
		return fmt.Sprintf("it gives %s, which value.currency is, a rate of %g", currency, *r.Rate)
	}
	return ""
}

// rateDays are the rates of every currency but that of the shop, in order of their
// days.
func rateDays(rows []rateRow, shop string) []rateDay {
	rates := map[string]map[time.Time]float64{}
	var first, last time.Time
	for _, row := range rows {
		code, day := *row.Currency, *row.Date
		if code == shop {
			continue
		}
		if len(rates) == 0 || day.Before(first) {
			first = day
		}
		if day.After(last) {
			last = day
		}
		if rates[code] == nil {
			rates[code] = map[time.Time]float64{}
		}
		rates[code][day] = *row.Rate
	}
	var days []rateDay
	for code, known := range rates {
		var current *float64
		for day := first.AddDate(0, 0, -1); !day.After(last); day = day.AddDate(0, 0, 1) {
			if rate, ok := known[day]; ok {
				current = &rate
			}
			days = append(days, rateDay{code, day, current})
		}
	}
	slices.SortFunc(days, func(a, b rateDay) int {
		return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Currency, b.Currency))
	})
	return days
}

// currencyCode is what a currency looks like.
var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

// ShownCurrency is how a message names a currency. Whatever is no code by its looks may
// be an e-mail of a column that was mixed up, and is not repeated.
func ShownCurrency(value string) string {
	if currencyCode.MatchString(value) {
		return value
	}
	return "something that is no code of three letters"
}

// otherCurrency is where rows of a currency without rates are.
type otherCurrency struct {
	Currency  string
	File      string
	FirstRow  int64
	OrderRows int64
}

// refuseOtherCurrencies stops a plan with orders in a currency for which there is no
// rate.
func (in *Intake) refuseOtherCurrencies(ctx context.Context) error {
	if in.Report.Rows(otherCurrencyReason) == 0 {
		return nil
	}
	places, err := engine.All[otherCurrency](ctx, in.Engine, "other_currencies")
	if err != nil {
		return err
	}
	rows := map[string]int64{}
	for i, place := range places {
		places[i].Currency = ShownCurrency(place.Currency)
		rows[places[i].Currency] += place.OrderRows
	}
	slices.SortFunc(places, func(a, b otherCurrency) int {
		return cmp.Or(cmp.Compare(rows[b.Currency], rows[a.Currency]), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.File, b.File), cmp.Compare(a.FirstRow, b.FirstRow))
	})
	var found []string
	for _, place := range places {
		text := fmt.Sprintf("%s (rows: %s, the first %s row %d)", place.Currency, humanize.Comma(rows[place.Currency]), place.File, place.FirstRow)
		if _, more := rows[place.Currency]; more {
			found = append(found, text)
			delete(rows, place.Currency)
		}
	}
	const shown = 5
	more := ""
	if len(found) > shown {
		more = fmt.Sprintf(" and %d more", len(found)-shown)
	}
	return failure.Inputf("orders.columns.currency: there are orders in %s%s, value.currency is %s, and there is no rate between them: name the rates in rates.files, or leave these orders out with orders.keep",
		strings.Join(found[:min(shown, len(found))], ", "), more, in.Config.Value.Currency)
}
