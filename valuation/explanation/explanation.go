// Package explanation says how a run came to what it says of one customer: from the run
// itself and the one before it, and nothing else, so that it costs the same on any base.
package explanation

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
	"cbv/valuation/publication"
)

// Explanation is what a run says of a customer, and why.
type Explanation struct {
	Customer   string `json:"customer_id"`
	Run        string `json:"run"`
	AsOf       string `json:"as_of"`
	Currency   string `json:"currency"`
	MoneyBasis string `json:"money_basis"`
	// WhyNotTrusted is why the figures that rest on the model deserve no trust; "" where
	// nothing says so.
	WhyNotTrusted string             `json:"why_not_trusted,omitempty"`
	Values        parquetfile.Record `json:"values"` // the row of customers.parquet
	Scores        []Score            `json:"scores"`
	Mark          *Mark              `json:"mark"`   // null without a model
	Before        *Before            `json:"before"` // null where no earlier run has the customer
	WhyNoBefore   string             `json:"why_no_before,omitempty"`
	Days          []Day              `json:"days,omitempty"` // of the order files that the run read, where they are asked for
	WhyNoDays     string             `json:"why_no_days,omitempty"`
}

// Day is what a customer did on a day.
type Day struct {
	Day        string  `json:"day"`
	IsPurchase bool    `json:"is_purchase"`
	Moved      float64 `json:"moved"` // money of the day, returns included
	Worth      float64 `json:"worth"` // of a purchase, less the returns that belong to it
}

// Score is one of the three of RFM, with the bounds that gave it.
type Score struct {
	Of     string   `json:"of"`
	Value  float64  `json:"value"`
	Unit   string   `json:"unit"`
	Score  int64    `json:"score"`
	Bounds []string `json:"bounds"`
	// Next is from which value on the score would be one higher; nil at 5.
	Next *float64 `json:"next_score_from"`
}

// Mark is how the mark came about, in money.
type Mark struct {
	CLV              float64 `json:"clv"`
	RetentionCost    float64 `json:"retention_cost"`
	FirstOrderMargin float64 `json:"first_order_margin"`
	NewcomerValue    float64 `json:"newcomer_value"`
	CAC              float64 `json:"cac"`
	Replacement      float64 `json:"replacement"` // newcomer_value less cac, 0 or more
	KeepValue        float64 `json:"keep_value"`  // as published: clv less retention_cost and replacement, before any rounding
	Floor            float64 `json:"keep_floor"`
	Mark             string  `json:"mark"`
	Reason           string  `json:"mark_reason"`
	// Needed is by how much the clv would have to be higher for the mark to be retain, or
	// could be lower before it is another.
	Needed float64 `json:"margin_of_clv"`
}

// Of explains a customer of a run by its folder.
func Of(folder, customer string) (Explanation, error) {
	manifest, settings, err := open(folder)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Customer: customer, Run: filepath.Base(folder), AsOf: manifest.AsOf, Currency: manifest.Currency, MoneyBasis: manifest.MoneyBasis}
	if trust := manifest.Backtest.Trust; manifest.Model != nil && trust != nil && !*trust {
		e.WhyNotTrusted = manifest.Backtest.Reason
	}
	if e.Values, err = find(folder, customer); err != nil {
		return e, err
	}
	if e.Values == nil {
		return e, failure.Usagef("%q: no such customer in %s: ids are as in the orders, capital letters and all, and only who has a purchase left is in a run", customer, e.Run)
	}
	figures, err := readFigures(folder)
	if err != nil {
		return e, err
	}
	e.Scores = scores(e.Values, manifest.RFMCuts)
	e.Mark = markOf(e.Values, figures, settings.Value.RetentionCost)
	return e, e.addBefore(folder, manifest.MovementSince, figures)
}

// open reads a run's manifest and the settings in it.
func open(folder string) (manifest publication.Manifest, settings config.Config, err error) {
	if manifest, err = publication.ReadManifest(folder); err != nil {
		return manifest, settings, err
	}
	if err := json.Unmarshal(manifest.Configuration, &settings); err != nil {
		return manifest, settings, failure.Inputf("%s: its configuration: %w", folder, err)
	}
	return manifest, settings, nil
}

// find returns a customer's row, or the columns of it that are wanted, its days as text, nil
// where the run has none.
func find(folder, customer string, wanted ...string) (parquetfile.Record, error) {
	row, err := parquetfile.FindRecord(filepath.Join(folder, "customers.parquet"), "customer_id", customer, wanted...)
	for name, value := range row {
		if day, isDay := value.(time.Time); isDay {
			row[name] = day.Format(time.DateOnly)
		}
	}
	return row, err
}

// readFigures reads the figures of a run's base.
func readFigures(folder string) (map[string]float64, error) {
	figures := map[string]float64{}
	rows, err := parquetfile.ReadRecords(filepath.Join(folder, "kpis.parquet"), func(r parquetfile.Record) bool {
		return r["month"] == nil && r["channel"] == nil && r["value"] != nil
	})
	for _, row := range rows {
		name, _ := row["metric"].(string)
		figures[name] = number(row["value"])
	}
	return figures, err
}

// number returns a number of a row, 0 for none.
func number(value any) float64 {
	switch value := value.(type) {
	case float64:
		return value
	case int64:
		return float64(value)
	}
	return 0
}

// scores returns the three scores with the bounds that gave them: of recency and money the
// values up to which a score reaches, of frequency those from which on it begins.
func scores(row parquetfile.Record, cuts publication.RFMCuts) []Score {
	recency := Score{Of: "recency", Value: number(row["days_since_last_purchase"]), Unit: "days since the last purchase", Score: integer(row["r_score"])}
	for _, cut := range cuts.RecencyDays {
		recency.Bounds = append(recency.Bounds, fmt.Sprint(cut))
	}
	if at := 4 - recency.Score; recency.Score < 5 && at < int64(len(cuts.RecencyDays)) {
		recency.Next = pointer(float64(cuts.RecencyDays[at]))
	}
	frequency := Score{Of: "frequency", Value: number(row["purchases"]), Unit: "purchases", Score: integer(row["f_score"])}
	for _, cut := range cuts.Purchases {
		frequency.Bounds = append(frequency.Bounds, fmt.Sprint(cut))
	}
	if frequency.Score < 5 && frequency.Score < int64(len(cuts.Purchases)) {
		frequency.Next = pointer(float64(cuts.Purchases[frequency.Score]))
	}
	monetary := Score{Of: "monetary value", Value: number(row["revenue"]), Unit: "net revenue", Score: integer(row["m_score"]), Bounds: cuts.Monetary}
	if monetary.Score < 5 && monetary.Score <= int64(len(cuts.Monetary)) && monetary.Score > 0 {
		if bound, err := parse(cuts.Monetary[monetary.Score-1]); err == nil {
			monetary.Next = pointer(bound)
		}
	}
	return []Score{recency, frequency, monetary}
}

func parse(text string) (value float64, err error) {
	_, err = fmt.Sscan(text, &value)
	return value, err
}

func pointer(v float64) *float64 { return &v }

func integer(value any) int64 {
	whole, _ := value.(int64)
	return whole
}

// markOf returns how the mark came about, nil without a model.
func markOf(row parquetfile.Record, figures map[string]float64, retentionCost float64) *Mark {
	mark, is := row["mark"].(string)
	if !is {
		return nil
	}
	reason, _ := row["mark_reason"].(string)
	m := Mark{
		CLV: number(row["clv"]), RetentionCost: retentionCost, FirstOrderMargin: figures["first_order_margin"], NewcomerValue: figures["newcomer_value"], CAC: figures["cac"],
		Replacement: figures["replacement"], KeepValue: number(row["keep_value"]), Floor: figures["keep_floor"], Mark: mark, Reason: reason,
	}
	m.Needed = min(m.KeepValue, m.CLV-m.Floor)
	return &m
}

// Before is what the run before said of the customer, and what has changed since.
type Before struct {
	Run         string       `json:"run"`
	AsOf        string       `json:"as_of"`
	DaysPassed  int          `json:"days_passed"`
	Differences []Difference `json:"differences"` // in the columns of customers.parquet
	Terms       []Difference `json:"terms"`       // in the figures that all marks are set by
	// Moves are what moved the customer, cause by cause, in the order in which they are
	// taken: those that changed something. Where they are asked for.
	Moves []Move `json:"moves,omitempty"`
	// KeepValue is the change of keep_value, and what of it came from the customer's value,
	// what from what a replacement is worth, and what from the cost of retention.
	KeepValue *Change `json:"keep_value_change"`
}

// Move is what a cause did to a customer: the value, and where they went.
type Move struct {
	Cause     string       `json:"cause"`
	CLVChange float64      `json:"clv_change"`
	Went      []Difference `json:"went"`
}

// Difference is a value then and now.
type Difference struct {
	Name   string `json:"name"`
	Before any    `json:"before"`
	Now    any    `json:"now"`
}

// Change is a change of keep_value by its parts.
type Change struct {
	Total         float64 `json:"total"`
	CLV           float64 `json:"clv"`
	Replacement   float64 `json:"replacement"`
	RetentionCost float64 `json:"retention_cost"`
}

// compared are the columns that are compared: what the customer did, then what follows.
var compared = []string{
	"purchases", "last_purchase_date", "revenue", "returns", "r_score", "f_score", "m_score", "segment", "lifecycle", "mark", "mark_reason", "p_alive", "p_purchase_365d", "expected_purchases", "expected_purchase_value", "clv", "keep_value", "seed",
}

// terms are the figures of the base that are compared.
var terms = []string{"first_order_margin", "newcomer_value", "cac", "replacement", "keep_floor"}

// addBefore adds what the run before said: the last one of an earlier day that the output
// folder has. movementSince is the run that the run's movement is since.
func (e *Explanation) addBefore(folder, movementSince string, figures map[string]float64) error {
	runs, err := publication.CatalogOf(folder)
	if err != nil {
		return err
	}
	asOf, err := time.Parse(time.DateOnly, e.AsOf)
	if err != nil {
		return err
	}
	id, err := before(runs, movementSince, asOf)
	if err != nil {
		return err
	}
	if id == "" {
		e.WhyNoBefore = "there is no run of an earlier day"
		return nil
	}
	earlier := runs.Folder(id)
	then, settings, err := open(earlier)
	if err != nil {
		e.WhyNoBefore = fmt.Sprintf("the run before, %s, cannot be read", id)
		return nil
	}
	row, err := find(earlier, e.Customer, compared...)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && row == nil:
		e.WhyNoBefore = fmt.Sprintf("the run before, %s, does not know this customer", id)
		return nil
	case err != nil:
		return err
	}
	figuresThen, err := readFigures(earlier)
	if err != nil {
		return err
	}
	day, err := time.Parse(time.DateOnly, then.AsOf)
	if err != nil {
		return err
	}
	b := Before{Run: id, AsOf: then.AsOf, DaysPassed: int(asOf.Sub(day).Hours() / 24)}
	for _, name := range compared {
		if row[name] != e.Values[name] {
			b.Differences = append(b.Differences, Difference{name, row[name], e.Values[name]})
		}
	}
	for _, name := range terms {
		if figuresThen[name] != figures[name] {
			b.Terms = append(b.Terms, Difference{name, figuresThen[name], figures[name]})
		}
	}
	if was := markOf(row, figuresThen, settings.Value.RetentionCost); was != nil && e.Mark != nil {
		b.KeepValue = &Change{
			Total: e.Mark.KeepValue - was.KeepValue, CLV: e.Mark.CLV - was.CLV, Replacement: was.Replacement - e.Mark.Replacement, RetentionCost: was.RetentionCost - e.Mark.RetentionCost,
		}
	}
	e.Before = &b
	return nil
}

// before is the id of the run before, "" without one: that which the run's movement is
// since, while it stands, or else the last one of an earlier day.
func before(runs publication.Catalog, movementSince string, asOf time.Time) (string, error) {
	ids, err := runs.Earlier(asOf)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	if slices.Contains(ids, movementSince) {
		return movementSince, nil
	}
	return ids[0], nil
}
