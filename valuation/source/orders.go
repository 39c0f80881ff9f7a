package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
	"cbv/valuation/schema"
)

// OrdersView is the view that MapOrders makes, as the SQL files know it.
const OrdersView = "orders_input"

// probeView is a view that is only looked at.
const probeView = "input_probe"

// mapped is one of our columns and what the configuration maps to it.
type mapped struct {
	key        string // of the configuration
	column     string // of orders_input
	text       string // a column of the files, or an expression; "" for absent
	kind       kind
	convert    func(expression string, found engine.Type) string // nil: as it is
	everywhere bool                                              // every file must have it; where not, it is null
	absent     string                                            // expression of a column that is not mapped; "": null

	expression string
	used       []string
}

// kind is what a column must hold, and what it becomes.
type kind struct {
	wants  string
	fits   []engine.Type
	cast   engine.Type
	remedy string
}

var (
	idKind = kind{
		wants: "text or whole numbers", cast: engine.Varchar,
		fits:   []engine.Type{engine.Varchar, engine.Bigint, engine.UUID, engine.Boolean, engine.Date},
		remedy: "cast(%s as bigint) if these are whole numbers, else cast(%[1]s as varchar)",
	}
	timeKind = kind{
		wants: "a date or a time-stamp", cast: engine.Timestamp,
		fits:   []engine.Type{engine.Date, engine.Timestamp, engine.Instant},
		remedy: "try_strptime(%s, '%%Y-%%m-%%d %%H:%%M:%%S') or try_cast(%[1]s as timestamp)",
	}
	moneyKind = kind{
		wants: "a number", cast: engine.Double,
		fits:   []engine.Type{engine.Bigint, engine.Double, engine.Decimal},
		remedy: "try_cast(%s as double)",
	}
	conditionKind = kind{
		wants: "a condition that is true or false", cast: engine.Boolean,
		fits:   []engine.Type{engine.Boolean},
		remedy: "a condition such as %s = 'x' or %[1]s > 0",
	}
)

// Mapping is how the columns of an input's files became those of its view.
type Mapping struct {
	Zoned   bool   // ordered_at is an instant in UTC rather than a local time
	section string // of the configuration
	private bool   // no message may quote a value
	input   engine.Input
	mapped  []mapped // what the first columns of input were made of
}

// MapOrders makes the view orders_input over the files. Its columns are
// customer_id, order_id, channel, currency, attribute_1 to attribute_8 (text),
// ordered_at (time-stamp), amount, margin (double), version_number (whole number),
// versioned_at (time-stamp), version_day (date), is_kept, has_margin, has_currency
// (boolean), shop_currency (text), minor_per_unit, file_number and file_row.
//
// It returns every problem of the mapping at once.
func MapOrders(ctx context.Context, e engine.Engine, files []File, c config.Config, minorPerUnit int64) (Mapping, error) {
	orders := c.Orders
	all := []mapped{
		{key: "orders.columns.customer_id", column: "customer_id", text: orders.Columns.CustomerID, kind: idKind, everywhere: true},
		{key: "orders.columns.ordered_at", column: "ordered_at", text: orders.Columns.OrderedAt, kind: timeKind, everywhere: true},
		{key: "orders.columns.amount", column: "amount", text: orders.Columns.Amount, kind: moneyKind, everywhere: true},
		{key: "orders.columns.margin", column: "margin", text: orders.Columns.Margin, kind: moneyKind, everywhere: true},
		{key: "orders.columns.order_id", column: "order_id", text: orders.Columns.OrderID, kind: idKind, everywhere: orders.Grain == "order"},
		{key: "orders.columns.channel", column: "channel", text: orders.Columns.Channel, kind: idKind},
		{key: "orders.keep", column: "is_kept", text: orders.Keep, kind: conditionKind, everywhere: true, absent: "true"},
		{key: "orders.columns.currency", column: "currency", text: orders.Columns.Currency, kind: idKind, everywhere: true},
	}
	all = append(all, versionColumns(orders.Columns.Version, c.Time.Zone)...)
	for i := range config.MostAttributes {
		slot := mapped{column: schema.AttributeSlot(i), kind: textKind}
		if i < len(orders.Attributes) {
			slot.key, slot.text = "orders.attributes."+orders.Attributes[i].Name, orders.Attributes[i].Text
		}
		all = append(all, slot)
	}
	input := engine.Input{Name: OrdersView, HivePartitions: orders.HivePartitions}
	return mapColumns(ctx, e, "orders", files, input, all, []engine.InputColumn{
		{Name: "has_margin", Expression: fmt.Sprint(orders.Columns.Margin != "")},
		{Name: "has_currency", Expression: fmt.Sprint(orders.Columns.Currency != "")},
		{Name: "shop_currency", Expression: engine.Quote(c.Value.Currency)},
		{Name: "minor_per_unit", Expression: fmt.Sprint(minorPerUnit)},
	})
}

// mapColumns makes the view input over the files of a section of the
// configuration: its columns are the mapped ones, then the constants. It returns
// every problem of the mapping at once.
func mapColumns(ctx context.Context, e engine.Engine, section string, files []File, input engine.Input, all []mapped, constants []engine.InputColumn) (Mapping, error) {
	if err := refuseAmbiguousNames(files); err != nil {
		return Mapping{}, err
	}
	var errs []error
	reported := map[string]bool{} // settings that share a column share its problem
	inputBroken := false
	for i := range all {
		err := all[i].resolve(ctx, e, files)
		if err == nil || reported[err.Error()] {
			continue
		}
		reported[err.Error()] = true
		errs = append(errs, err)
		inputBroken = inputBroken || failure.KindOf(err) != failure.Usage
	}
	if err := errors.Join(errs...); inputBroken {
		return Mapping{}, failure.Inputf("%w", err)
	} else if err != nil {
		return Mapping{}, failure.Usagef("%w", err)
	}
	mapping := Mapping{section: section, mapped: all, input: input}
	mapping.input.Files = Resolved(files)
	for _, m := range all {
		column, zoned, err := m.typed(ctx, e, mapping.input, files[0])
		if err != nil && !reported[err.Error()] {
			reported[err.Error()] = true
			errs = append(errs, err)
		}
		mapping.Zoned = mapping.Zoned || zoned
		mapping.input.Columns = append(mapping.input.Columns, column)
	}
	if err := errors.Join(errs...); err != nil {
		return Mapping{}, failure.Inputf("%w", err)
	}
	mapping.input.Columns = append(mapping.input.Columns, constants...)
	if err := e.Input(ctx, mapping.input); err != nil {
		return Mapping{}, failure.Inputf("%s: %w", section, err)
	}
	return mapping, nil
}

// refuseAmbiguousNames refuses files with column names that the engine would
// take for others: two that differ in case alone, or its own.
func refuseAmbiguousNames(files []File) error {
	for _, file := range files {
		seen := map[string]string{}
		for _, column := range file.Columns {
			folded := strings.ToLower(column.Name)
			if other, twice := seen[folded]; twice {
				return failure.Inputf("%s (%s): columns %q and %q differ in case alone, and SQL cannot distinguish them: write the file again with one of them renamed",
					file.Path, file.rows(), other, column.Name)
			}
			if folded == "file_index" || folded == "file_row_number" {
				return failure.Inputf("%s (%s): column %q has a name that the engine uses itself: write the file again with it renamed",
					file.Path, file.rows(), column.Name)
			}
			seen[folded] = column.Name
		}
	}
	return nil
}

// resolve finds the columns that m refers to and holds the files to them.
func (m *mapped) resolve(ctx context.Context, e engine.Engine, files []File) error {
	if m.text == "" {
		return nil
	}
	var known []string
	for _, file := range files {
		for _, column := range file.Columns {
			if !slices.Contains(known, column.Name) {
				known = append(known, column.Name)
			}
		}
	}
	if column, err := engine.FindColumn(m.text, known); err == nil {
		m.expression, m.used = engine.Identifier(column), []string{column}
	} else {
		m.used, err = e.CheckExpression(ctx, m.text, known)
		var unknown *engine.UnknownColumnError
		if errors.As(err, &unknown) {
			return m.missing(files[0], unknown.Name, known)
		}
		if err != nil {
			// Wrong whatever the files hold.
			return failure.Usagef("%s: %s: %w", m.key, m.text, err)
		}
		m.expression = m.text
	}
	for _, column := range m.used {
		if err := m.agree(column, files); err != nil {
			return err
		}
	}
	return nil
}

func (m *mapped) missing(file File, name string, columns []string) error {
	hint := ""
	if nearest := config.Nearest(name, columns); nearest != "" {
		hint = fmt.Sprintf("; did you mean %q?", nearest)
	}
	return fmt.Errorf("%s (%s): no column %q (it has %s): set %s%s",
		file.Path, file.rows(), name, strings.Join(columns, ", "), m.key, hint)
}

// agree verifies that the files that have a column give it one type, and that
// the ones that must have it do.
func (m *mapped) agree(name string, files []File) error {
	var first File
	firstType := ""
	for _, file := range files {
		fileType := ""
		for _, column := range file.Columns {
			if strings.EqualFold(column.Name, name) {
				fileType = column.Type
			}
		}
		switch {
		case fileType == "" && m.everywhere:
			var columns []string
			for _, column := range file.Columns {
				columns = append(columns, column.Name)
			}
			return m.missing(file, name, columns)
		case fileType == "", fileType == parquetfile.Null: // no value that could disagree
		case firstType == "":
			first, firstType = file, fileType
		case fileType != firstType:
			return fmt.Errorf("column %q is %s in %s (%s) and %s in %s (%s): write one of the files again with the other's type, or leave it out of %s.files",
				name, firstType, first.Path, first.rows(), fileType, file.Path, file.rows(), section(m.key))
		}
	}
	return nil
}

// typed lets the engine bind the expression over the files and verifies the
// type of what comes out.
func (m *mapped) typed(ctx context.Context, e engine.Engine, input engine.Input, example File) (column engine.InputColumn, zoned bool, err error) {
	column = engine.InputColumn{Name: m.column, Expression: m.expression, Type: m.kind.cast}
	if m.text == "" {
		column.Expression = "null"
		if m.absent != "" {
			column.Expression = m.absent
		}
		return column, false, nil
	}
	probe := input
	probe.Name = probeView
	probe.Columns = []engine.InputColumn{{Name: "value", Expression: m.expression}}
	if err := e.Input(ctx, probe); err != nil {
		// Without the name of the view, which says nothing to a reader.
		return column, false, fmt.Errorf("%s (%s): %s: %s: %w", example.Path, example.rows(), m.key, m.text, errors.Unwrap(err))
	}
	described, err := e.Describe(ctx, probe.Name)
	if err != nil {
		return column, false, err
	}
	found := described[0]
	if !slices.Contains(m.kind.fits, found.Type) {
		return column, false, fmt.Errorf("%s (%s): %s is %s, and %s wants %s: map %s",
			example.Path, example.rows(), m.text, found.Spelling, m.key, m.kind.wants, fmt.Sprintf(m.kind.remedy, m.text))
	}
	if m.column == "ordered_at" && found.Type == engine.Instant {
		column.Expression = "timezone('UTC', (\n" + m.expression + "\n))"
		zoned = true
	}
	if m.convert != nil {
		column.Expression = m.convert(m.expression, found.Type)
	}
	return column, zoned, nil
}
