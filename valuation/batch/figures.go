package batch

import (
	"context"
	"database/sql/driver"
	"fmt"

	"cbv/valuation/engine"
	"cbv/valuation/plan"
	"cbv/valuation/proportion"
	"cbv/valuation/schema"
)

// figures makes the figures of kpis: a row of each figure for every row of the wide
// table that has it.
func figures(ctx context.Context, r *run) error {
	var tables []schema.FigureTable
	for _, name := range plan.FigureTables {
		columns, err := r.engine.Describe(ctx, name)
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
	var rows [][]driver.Value
	for _, table := range tables {
		long, err := longFigures(ctx, r.engine, table, matched[table.Name])
		if err != nil {
			return err
		}
		rows = append(rows, long...)
	}
	return r.engine.Rows(ctx, "figures", []engine.Column{
		{Name: "metric", Type: "varchar"}, {Name: "month", Type: "date"}, {Name: "channel", Type: "varchar"},
		{Name: "value", Type: "double"}, {Name: "low", Type: "double"}, {Name: "high", Type: "double"},
		{Name: "unit", Type: "varchar"}, {Name: "n", Type: "bigint"},
	}, rows)
}

// longFigures returns the rows of a wide table's figures.
func longFigures(ctx context.Context, e *engine.Engine, table schema.FigureTable, figures []schema.FigureColumns) ([][]driver.Value, error) {
	var rows [][]driver.Value
	wide := map[string]driver.Value{"": nil} // a column that the table has not got is null
	err := e.EachOrNull(ctx, table.Name, table.Columns, func(v []driver.Value) error {
		for i, column := range table.Columns {
			wide[column] = v[i]
		}
		for _, figure := range figures {
			value, low, high, n, err := figureOf(wide, figure)
			if err != nil {
				return fmt.Errorf("figure %s: %w", figure.Name, err)
			}
			rows = append(rows, []driver.Value{figure.Name, wide[figure.Month], wide[figure.Channel], value, low, high, figure.Unit, n})
		}
		return nil
	})
	if err == nil && len(figures) > 0 && figures[0].Month == "" && len(rows) != len(figures) {
		return nil, fmt.Errorf("%s: %d rows of figures that are of the whole base, which has one", table.Name, len(rows)/len(figures))
	}
	return rows, err
}

// figureOf returns the parts of a figure that a wide row has. A share of nobody is
// null, not 0, and so is a difference to one.
func figureOf(wide map[string]driver.Value, figure schema.FigureColumns) (value, low, high, n driver.Value, err error) {
	if figure.Counted == "" {
		parts := []driver.Value{wide[figure.Value], wide[figure.Low], wide[figure.High]}
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
		difference, from, to := proportion.Difference(counted, of, countedBefore, ofBefore)
		return difference, from, to, n, nil
	}
	from, to := proportion.Wilson(counted, of)
	return float64(counted) / float64(of), from, to, n, nil
}

// double returns a number of SQL as a double; null stays null.
func double(value driver.Value) (driver.Value, error) {
	switch number := value.(type) {
	case nil, float64:
		return number, nil
	case int64:
		return float64(number), nil
	}
	return nil, fmt.Errorf("%v is a %T: cast it to bigint or double", value, value)
}
