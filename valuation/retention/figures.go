package retention

import (
	"context"
	"fmt"
	"slices"

	"cbv/valuation/engine"
	"cbv/valuation/schema"
	"cbv/valuation/stat"
)

// FigureTables are the wide tables that the figures of kpis come of.
var FigureTables = []string{
	"base_figures", "repeat_rate_figures", "returning_figures", "order_value_figures", "value_figures", "clv_quantile_figures", "spend_figures", "mark_figures", "acquired_value_figures", "chance_figures",
	"retention_rate_figures", "kept_revenue_figures", "stake_figures", "growth_figures", "replacement_figures", "channel_cac_figures", "focus_figures", "acquisition_figures", "marketing_figures", "satisfaction_figures",
}

// makeFigures makes the figures of kpis: a row of each figure for every row of the wide
// table that has it.
func (r *Retention) makeFigures(ctx context.Context) error {
	var tables []schema.FigureTable
	for _, name := range FigureTables {
		columns, err := r.Engine.Describe(ctx, name)
		if err != nil {
			return err
		}
		table := schema.FigureTable{Name: name}
		for _, column := range columns {
			table.Columns = append(table.Columns, column.Name)
		}
		tables = append(tables, table)
	}
	matched, err := schema.MatchFigures(tables)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, table := range tables {
		long, err := longFigures(ctx, r.Engine, table, matched[table.Name])
		if err != nil {
			return err
		}
		rows = append(rows, long...)
	}
	return r.Engine.Insert(ctx, "figures", []engine.Column{
		{Name: "metric", Type: engine.Varchar}, {Name: "month", Type: engine.Date}, {Name: "channel", Type: engine.Varchar},
		{Name: "value", Type: engine.Double}, {Name: "low", Type: engine.Double}, {Name: "high", Type: engine.Double},
		{Name: "unit", Type: engine.Varchar}, {Name: "n", Type: engine.Bigint},
	}, slices.Values(rows))
}

// longFigures returns the rows of a wide table's figures.
func longFigures(ctx context.Context, e engine.Engine, table schema.FigureTable, figures []schema.FigureColumns) ([][]any, error) {
	var rows [][]any
	wide := map[string]any{"": nil} // a column that the table has not got is null
	for v, err := range e.Rows(ctx, table.Name, table.Columns) {
		if err != nil {
			return nil, err
		}
		for i, column := range table.Columns {
			wide[column] = v[i]
		}
		for _, figure := range figures {
			value, low, high, n, err := figureOf(wide, figure)
			if err != nil {
				return nil, fmt.Errorf("figure %s: %w", figure.Name, err)
			}
			rows = append(rows, []any{figure.Name, wide[figure.Month], wide[figure.Channel], value, low, high, figure.Unit, n})
		}
	}
	if len(figures) > 0 && figures[0].Month == "" && len(rows) != len(figures) {
		return nil, fmt.Errorf("%s: %d rows of figures that are of the whole base, which has one", table.Name, len(rows)/len(figures))
	}
	return rows, nil
}

// figureOf returns the parts of a figure that a wide row has. A share of nobody is
// null, not 0, and so is a difference to one.
func figureOf(wide map[string]any, figure schema.FigureColumns) (value, low, high, n any, err error) {
	if figure.Counted == "" {
		parts := []any{wide[figure.Value], wide[figure.Low], wide[figure.High]}
		for i := range parts {
			if parts[i], err = double(parts[i]); err != nil {
				return nil, nil, nil, nil, err
			}
		}
		return parts[0], parts[1], parts[2], wide[figure.N], nil
	}
	counts := []int64{0, 0, 0, 0}
	for i, column := range []string{figure.Counted, figure.N, figure.CountedBefore, figure.NBefore} {
		if column == "" {
			continue
		}
		count, isCount := wide[column].(int64)
		if !isCount {
			return nil, nil, nil, nil, fmt.Errorf("column %s is %v, which is no count", column, wide[column])
		}
		counts[i] = count
	}
	counted, of, countedBefore, ofBefore := counts[0], counts[1], counts[2], counts[3]
	n = of + ofBefore
	switch {
	case of == 0 || figure.NBefore != "" && ofBefore == 0:
		return nil, nil, nil, n, nil
	case figure.NBefore != "":
		difference, from, to := stat.ProportionDifference(counted, of, countedBefore, ofBefore)
		return difference, from, to, n, nil
	}
	from, to := stat.Wilson(counted, of)
	return float64(counted) / float64(of), from, to, n, nil
}

// double returns a number of SQL as a double; null stays null.
func double(value any) (any, error) {
	switch number := value.(type) {
	case nil, float64:
		return number, nil
	case int64:
		return float64(number), nil
	}
	return nil, fmt.Errorf("%v is a %T: cast it to bigint or double", value, value)
}
