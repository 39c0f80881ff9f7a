package duckdb

import (
	"context"
	"fmt"
	"strings"

	"cbv/valuation/engine"
)

// trialView is the view that Try reads.
const trialView = "input_trial"

// Try reads the files of an input by an expression.
func (d *database) Try(ctx context.Context, trial engine.Trial) (engine.Tried, error) {
	var tried engine.Tried
	err := d.Input(ctx, trial.Input.With(trialView, triedValue(trial.Value), engine.InputColumn{Name: "tried_read", Expression: trial.Read}))
	if err != nil {
		return tried, err
	}
	described, err := d.Describe(ctx, trialView)
	if err != nil {
		return tried, err
	}
	tried.Type = described[1].Type
	isRead := "is_read"
	if tried.Type == engine.Double {
		isRead += " and not isnan(tried_read)"
	}
	rows := "true"
	if trial.Rows > 0 {
		rows = fmt.Sprintf("file_row <= %d", trial.Rows)
	}
	// The place of a row is one number, which no other row has.
	query := fmt.Sprintf(`with tried as (
    select
        nullif(nullif(trim(tried_value), ''), 'nan') as value,
        tried_read,
        tried_read is not null as is_read,
        file_number * %[1]d + file_row as place
    from %[2]s
    where %[4]s
),
judged as (select value, cast(tried_read as varchar) as result, %[3]s as is_read, place from tried where value is not null)
select
    count(*),
    count(*) filter (where is_read),
    arg_min(value, place) filter (where is_read),
    arg_min(result, place) filter (where is_read),
    coalesce(min(place) filter (where is_read), 0),
    coalesce(min(place) filter (where not is_read), 0)
from judged`, placesPerFile, trialView, isRead, rows)
	for row, err := range d.query(ctx, trialView, query, 6) {
		if err != nil {
			return tried, err
		}
		tried.Values, tried.Read = row[0].(int64), row[1].(int64)
		tried.Before, _ = row[2].(string) // null where nothing is read
		tried.After, _ = row[3].(string)
		tried.Place, tried.Unread = placeOf(row[4].(int64)), placeOf(row[5].(int64))
	}
	return tried, nil
}

// placesPerFile is above the number of rows of any file.
const placesPerFile = 1 << 42

func placeOf(place int64) engine.Place {
	return engine.Place{File: place / placesPerFile, Row: place % placesPerFile}
}

// Screen holds expressions against the first rows of the files of an input.
func (d *database) Screen(ctx context.Context, in engine.Input, value string, expressions []string, rows int64) (engine.Screened, error) {
	columns := []engine.InputColumn{triedValue(value)}
	counts := []string{"count(*)"}
	for i, expression := range expressions {
		name := fmt.Sprint("tried_", i)
		columns = append(columns, engine.InputColumn{Name: name, Expression: expression})
		counts = append(counts, "count("+name+")")
	}
	screened := engine.Screened{Read: make([]int64, len(expressions))}
	if err := d.Input(ctx, in.With(trialView, columns...)); err != nil {
		return screened, err
	}
	query := fmt.Sprintf("select %s from %s where %s and file_row <= %d", strings.Join(counts, ", "), trialView, isValue, rows)
	for row, err := range d.query(ctx, trialView, query, len(counts)) {
		if err != nil {
			return screened, err
		}
		screened.Values = row[0].(int64)
		for i := range expressions {
			screened.Read[i] = row[i+1].(int64)
		}
	}
	return screened, nil
}

// isValue is the condition of what counts as a value.
const isValue = "nullif(nullif(trim(tried_value), ''), 'nan') is not null"

// Distinct returns the different values of an expression over the files of an input.
func (d *database) Distinct(ctx context.Context, in engine.Input, value string, most int) ([]string, error) {
	err := d.Input(ctx, in.With(trialView, triedValue(value)))
	if err != nil {
		return nil, err
	}
	query := fmt.Sprintf("select distinct tried_value as value from %s where %s order by value limit %d", trialView, isValue, most)
	var values []string
	for row, err := range d.query(ctx, trialView, query, 1) {
		if err != nil {
			return nil, err
		}
		values = append(values, row[0].(string))
	}
	return values, nil
}

// triedValue is the column of the values that are to be read.
func triedValue(value string) engine.InputColumn {
	return engine.InputColumn{Name: "tried_value", Expression: value, Type: engine.Varchar}
}
