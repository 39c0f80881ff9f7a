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
	"cbv/valuation/schema"
	"cbv/valuation/source/remedy"
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
	private    bool                                              // it is about people: no message may quote a value
	absent     string                                            // expression of a column that is not mapped; "": null

	expression string
	used       []string
}

// kind is what a column must hold, and what it becomes.
type kind struct {
	wants string
	fits  []engine.Type
	cast  engine.Type
	want  remedy.Want
	zone  string // whose days are meant, for a day
}

var (
	idKind = kind{
		wants: "text or whole numbers", cast: engine.Varchar,
		fits: []engine.Type{engine.Varchar, engine.Bigint, engine.UUID, engine.Boolean, engine.Date},
		want: remedy.ID,
	}
	timeKind = kind{
		wants: "a date or a time-stamp", cast: engine.Timestamp,
		fits: []engine.Type{engine.Date, engine.Timestamp, engine.Instant},
		want: remedy.Time,
	}
	moneyKind = kind{
		wants: "a number", cast: engine.Double,
		fits: []engine.Type{engine.Bigint, engine.Double, engine.Decimal},
		want: remedy.Money,
	}
	conditionKind = kind{
		wants: "a condition that is true or false", cast: engine.Boolean,
		fits: []engine.Type{engine.Boolean},
		want: remedy.Condition,
	}
)

// Mapping is how the columns of an input's files became those of its view.
type Mapping struct {
	Zoned     bool   // ordered_at is an instant in UTC rather than a local time
	section   string // of the configuration
	input     engine.Input
	specimens []string // files among which there is one of each kind
	mapped    []mapped // what the first columns of input were made of
}

// reads reports whether a mapped column refers to a column of the files.
func (m Mapping) reads(name string) bool {
	return slices.ContainsFunc(m.mapped, func(mapped mapped) bool {
		return slices.ContainsFunc(mapped.used, func(used string) bool { return strings.EqualFold(used, name) })
	})
}

// MapOrders makes the view orders_input over the files. Its columns are
// customer_id, order_id, channel, currency, attribute_1 to attribute_8 (text),
// ordered_at (time-stamp), amount, margin (double), version_number (whole number),
// versioned_at (time-stamp), version_day (date), is_kept, has_margin, has_currency,
// has_version, has_attributes, is_order_grain, nets_by_order (boolean), shop_currency
// (text), minor_per_unit, file_number and file_row. A condition that one of the settings
// among them does not meet is known before any file is opened.
//
// It returns every problem of the mapping at once.
func MapOrders(ctx context.Context, e engine.Engine, files []File, c config.Config, minorPerUnit int64) (Mapping, error) {
	orders := c.Orders
	input := engine.Input{Name: OrdersView, HivePartitions: orders.HivePartitions}
	return mapColumns(ctx, e, "orders", files, input, orderColumns(c), []engine.InputColumn{
		{Name: "has_margin", Expression: fmt.Sprint(orders.Columns.Margin != "")},
		{Name: "has_currency", Expression: fmt.Sprint(orders.Columns.Currency != "")},
		{Name: "has_version", Expression: fmt.Sprint(orders.Columns.Version != "")},
		{Name: "has_attributes", Expression: fmt.Sprint(len(orders.Attributes) > 0)},
		{Name: "is_order_grain", Expression: fmt.Sprint(orders.Grain == "order")},
		{Name: "nets_by_order", Expression: fmt.Sprint(orders.NetsByOrder())},
		{Name: "shop_currency", Expression: engine.Quote(c.Value.Currency)},
		{Name: "minor_per_unit", Expression: fmt.Sprint(minorPerUnit), Type: engine.Bigint},
	})
}

// orderColumns are the columns of the orders' view as the configuration maps them.
func orderColumns(c config.Config) []mapped {
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
	return all
}

// OrderColumns returns the columns of the files that the settings of the orders refer
// to, as the files spell them. A setting that fits no file is passed over: what is wrong
// with it, MapOrders says.
func OrderColumns(ctx context.Context, e engine.Engine, files []File, c config.Config) ([]string, error) {
	var names []string
	for _, m := range orderColumns(c) {
		// The error may be of one file that lacks a column, whose name is known by then.
		if err := m.resolve(ctx, e, files); err != nil && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		names = append(names, m.used...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// mapColumns makes the view input over the files of a section of the
// configuration: its columns are the mapped ones, then the constants. It returns
// every problem of the mapping at once.
func mapColumns(ctx context.Context, e engine.Engine, section string, files []File, input engine.Input, all []mapped, constants []engine.InputColumn) (Mapping, error) {
	if err := refuseOwnNames(files); err != nil {
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
	var used []string
	for _, m := range all {
		used = append(used, m.used...)
	}
	slices.Sort(used)
	mapping := Mapping{section: section, mapped: all, input: input}
	mapping.input.Files = Resolved(files)
	mapping.specimens = specimens(files)
	mapping.input.Alike = len(mapping.specimens) == 1
	mapping.input.Parts = partsOf(files, slices.Compact(used))
	if err := mapping.bindColumns(ctx, e, files); err != nil {
		return Mapping{}, err
	}
	mapping.addColumns(constants)
	if err := e.Input(ctx, mapping.input); err != nil {
		if opened := mapping.open(ctx, e, files); opened != nil {
			return Mapping{}, opened
		}
		return Mapping{}, failure.Inputf("%s: %w", section, err)
	}
	return mapping, nil
}

// bindColumns gives the input its columns, and returns every problem at once.
func (m *Mapping) bindColumns(ctx context.Context, e engine.Engine, files []File) error {
	var errs []error
	reported := map[string]bool{}
	for _, mapped := range m.mapped {
		columns, zoned, err := mapped.typed(ctx, e, m.input, m.specimens, files)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if !reported[err.Error()] {
				errs = append(errs, err)
			}
			reported[err.Error()] = true
			continue
		}
		m.Zoned = m.Zoned || zoned
		m.input.Columns = append(m.input.Columns, columns[0])
		for i := range m.input.Parts {
			m.input.Parts[i].Columns = append(m.input.Parts[i].Columns, columns[i])
		}
	}
	if len(errs) == 0 {
		return nil
	}
	if err := m.open(ctx, e, files); err != nil {
		return err // by which every column fails
	}
	return failure.Inputf("%w", errors.Join(errs...))
}

// addColumns gives the input columns that are the same for all files.
func (m *Mapping) addColumns(columns []engine.InputColumn) {
	m.input.Columns = append(m.input.Columns, columns...)
	for i := range m.input.Parts {
		m.input.Parts[i].Columns = append(m.input.Parts[i].Columns, columns...)
	}
}

// refuseOwnNames refuses files with columns that have the names of the engine's own.
func refuseOwnNames(files []File) error {
	for _, file := range files {
		for _, own := range []string{"file_index", "file_row_number"} {
			if column, has := file.column(own); has {
				return failure.Inputf("%s (%s): column %q has a name that the engine uses itself: write the file again with it renamed",
					file.Path, file.rows(), column.Name)
			}
		}
	}
	return nil
}

// refuseAmbiguous refuses a column that differs from another one of a file in case
// alone: SQL would take one for the other.
func refuseAmbiguous(files []File, used string) error {
	for _, file := range files {
		first := ""
		for _, column := range file.Columns {
			switch {
			case !strings.EqualFold(column.Name, used):
			case first == "":
				first = column.Name
			default:
				return fmt.Errorf("%s (%s): columns %q and %q differ in case alone, and SQL cannot distinguish them: write the file again with one of them renamed",
					file.Path, file.rows(), first, column.Name)
			}
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
			return m.missing(files, files[0], unknown.Name, known)
		}
		if err != nil {
			// Wrong whatever the files hold.
			return failure.Usagef("%s: %s: %w", m.key, m.text, err)
		}
		m.expression = m.text
	}
	for _, name := range m.used {
		if err := refuseAmbiguous(files, name); err != nil {
			return err
		}
	}
	if m.everywhere {
		return m.present(files)
	}
	return nil
}

// missing is the error of a column that a file lacks.
func (m *mapped) missing(files []File, file File, name string, columns []string) error {
	remedy := m.folderHint(files, name)
	if remedy == "" {
		remedy = "set " + m.key
		if nearest := config.Nearest(name, columns); nearest != "" {
			remedy += fmt.Sprintf("; did you mean %q?", nearest)
		}
	}
	has := strings.Join(columns, ", ")
	if has == "" {
		has = "no column at all"
	}
	return fmt.Errorf("%s (%s): no column %q (it has %s): %s", file.Path, file.rows(), name, has, remedy)
}

// present verifies that every file has the columns that m refers to.
func (m *mapped) present(files []File) error {
	for _, name := range m.used {
		for _, file := range files {
			if _, has := file.column(name); !has {
				return m.missing(files, file, name, file.names())
			}
		}
	}
	return nil
}
