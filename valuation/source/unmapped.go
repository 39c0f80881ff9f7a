package source

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/parquetfile"
	"cbv/valuation/source/remedy"
	"cbv/valuation/vocabulary"
)

// UnmappedView is the view that MapUnmapped makes, as the SQL files know it.
const UnmappedView = "unmapped_input"

// ExportColumn is the column that cbv init adds to the files that it converts: the number
// of the export that a row is from, of which a higher one is the later.
const ExportColumn = "cbv_export"

// Role is what the name of a column that no setting uses promises.
type Role struct {
	Name     string      // of the column of unmapped_input
	Type     engine.Type // of its values: a number, a text or a time
	IsJoined bool        // every column that promises it is read, and not the best alone
	Subjects []vocabulary.Subject
}

// Roles are what an unused column may say of the orders, in the order of the columns
// of unmapped_input.
var Roles = []Role{
	{"quantity", engine.Double, false, []vocabulary.Subject{vocabulary.Quantity}},
	{"unit_price", engine.Double, false, []vocabulary.Subject{vocabulary.Price}},
	{"tax", engine.Double, false, []vocabulary.Subject{vocabulary.Tax}},
	{"shipping", engine.Double, false, []vocabulary.Subject{vocabulary.Shipping}},
	{"subtotal", engine.Double, false, []vocabulary.Subject{vocabulary.Subtotal, vocabulary.Net}},
	{"total", engine.Double, false, []vocabulary.Subject{vocabulary.Total}},
	{"refund", engine.Double, false, []vocabulary.Subject{vocabulary.Refund}},
	{"refunded", engine.Varchar, false, []vocabulary.Subject{vocabulary.Returned}},
	{"cancelled", engine.Varchar, false, []vocabulary.Subject{vocabulary.Cancelled, vocabulary.CancelledAt}},
	{"test", engine.Varchar, false, []vocabulary.Subject{vocabulary.Test}},
	{"live", engine.Varchar, false, []vocabulary.Subject{vocabulary.Live}},
	{"status", engine.Varchar, true, []vocabulary.Subject{vocabulary.Status}},
	{"payment", engine.Varchar, true, []vocabulary.Subject{vocabulary.Payment}},
	{"type", engine.Varchar, true, []vocabulary.Subject{vocabulary.Type}},
	{"currency", engine.Varchar, false, []vocabulary.Subject{vocabulary.Currency, vocabulary.CurrencyCode}},
	{"country", engine.Varchar, false, []vocabulary.Subject{vocabulary.Country}},
	{"version_number", engine.Double, false, []vocabulary.Subject{vocabulary.Version}},
	{"version_time", engine.Timestamp, false, []vocabulary.Subject{vocabulary.Version}},
}

// Unmapped returns the columns of the files that no setting uses, in the order in
// which they are found. ExportColumn is none of the shop's.
func (m Mapping) Unmapped(files []File) []parquetfile.Column {
	var unused []parquetfile.Column
	isKnown := func(name string) bool {
		return slices.ContainsFunc(unused, func(c parquetfile.Column) bool { return strings.EqualFold(c.Name, name) }) ||
			slices.ContainsFunc(m.mapped, func(used mapped) bool {
				return slices.ContainsFunc(used.used, func(column string) bool { return strings.EqualFold(column, name) })
			})
	}
	for _, file := range files {
		for _, column := range file.Columns {
			if column.Name != ExportColumn && !isKnown(column.Name) {
				unused = append(unused, column)
			}
		}
	}
	return unused
}

// Value returns what a setting maps, as part of an expression: "" where it maps
// nothing.
func (m Mapping) Value(ctx context.Context, e engine.Engine, key string) string {
	for i := range m.mapped {
		if m.mapped[i].key == key && m.mapped[i].text != "" {
			return m.mapped[i].value(ctx, e)
		}
	}
	return ""
}

// mappedColumns are those of orders_input that unmapped_input has, too.
var mappedColumns = []engine.Column{
	{Name: "order_id", Type: engine.Varchar}, {Name: "ordered_at", Type: engine.Timestamp}, {Name: "amount", Type: engine.Double},
	{Name: "is_kept", Type: engine.Boolean}, {Name: "minor_per_unit", Type: engine.Bigint},
}

// MapUnmapped makes the view unmapped_input of the unused columns whose names promise
// something: mappedColumns, and a column for each role, null where there is none. It
// returns the columns of each role, as an expression has them. Without any the view is
// empty: nothing is read of the files.
func (m Mapping) MapUnmapped(ctx context.Context, e engine.Engine, files []File) (map[string]string, error) {
	unused := m.Unmapped(files)
	found := map[string]string{}
	input := engine.Input{Name: UnmappedView, Files: m.input.Files, HivePartitions: m.input.HivePartitions, Alike: m.input.Alike}
	shape := slices.Clone(mappedColumns)
	isMapped := func(name string) bool {
		return slices.ContainsFunc(mappedColumns, func(c engine.Column) bool { return c.Name == name })
	}
	for _, own := range m.input.Columns {
		if isMapped(own.Name) {
			input.Columns = append(input.Columns, own)
		}
	}
	var read []string
	for _, role := range Roles {
		shape = append(shape, engine.Column{Name: role.Name, Type: role.Type})
		column := engine.InputColumn{Name: role.Name, Expression: "null", Type: role.Type}
		if promising := m.promising(role, unused, files); len(promising) > 0 {
			var names []string
			for _, name := range promising {
				names = append(names, Name(ctx, e, name))
			}
			read = append(read, promising...)
			found[role.Name] = strings.Join(names, " or ")
			column.Expression = role.expression(promising)
		}
		input.Columns = append(input.Columns, column)
	}
	if len(found) > 0 {
		for _, used := range m.mapped {
			if isMapped(used.column) {
				read = append(read, used.used...)
			}
		}
		input.Parts = partsOf(files, read)
		return found, e.Input(ctx, input)
	}
	shape = append(shape, engine.Column{Name: "file_number", Type: engine.Bigint}, engine.Column{Name: "file_row", Type: engine.Bigint})
	return found, e.Insert(ctx, UnmappedView, shape, func(func([]any) bool) {})
}

// promising returns the unused columns that promise a role, the best first: all of them
// where they are joined, else one.
func (m Mapping) promising(role Role, unused []parquetfile.Column, files []File) []string {
	switch role.Name {
	case "currency":
		// Where a setting reads one, another may be that in which the customer was shown prices.
		if m.readsSubject(vocabulary.Currency, files) || m.readsFor("orders.columns.currency") {
			return nil
		}
	case "version_number", "version_time":
		if !m.readsFor("orders.columns.order_id") || m.readsFor("orders.columns.version") {
			return nil
		}
	}
	var columns []string
	for _, subject := range role.Subjects {
		var of []string
		for _, column := range unused {
			if vocabulary.Says(subject, column.Name) && role.canBe(column) {
				of = append(of, column.Name)
			}
		}
		// names that are none of the list come last, and have place -1 or one behind it
		slices.SortStableFunc(of, func(a, b string) int {
			return cmp.Compare(uint(vocabulary.Place(subject, a)), uint(vocabulary.Place(subject, b)))
		})
		columns = append(columns, of...)
	}
	if len(columns) > 1 && !role.IsJoined {
		return columns[:1]
	}
	return columns
}

// readsSubject reports whether a setting reads a column whose name is one of a subject.
func (m Mapping) readsSubject(subject vocabulary.Subject, files []File) bool {
	return slices.ContainsFunc(files, func(file File) bool {
		return slices.ContainsFunc(file.Columns, func(c parquetfile.Column) bool { return vocabulary.Says(subject, c.Name) && m.reads(c.Name) })
	})
}

// readsFor reports whether a setting reads a column.
func (m Mapping) readsFor(key string) bool {
	return slices.ContainsFunc(m.mapped, func(mapped mapped) bool { return mapped.key == key && len(mapped.used) > 0 })
}

// expression reads the columns of a role: what is none of its type is null.
func (r Role) expression(columns []string) string {
	var parts []string
	for _, name := range columns {
		parts = append(parts, "cast("+engine.Identifier(name)+" as varchar)")
	}
	switch {
	case r.Type == engine.Double:
		return "try_cast(" + engine.Identifier(columns[0]) + " as double)"
	case r.Type == engine.Timestamp:
		return "try_cast(" + engine.Identifier(columns[0]) + " as timestamp)"
	case len(parts) > 1:
		return "concat_ws(' ', " + strings.Join(parts, ", ") + ")"
	}
	return engine.Identifier(columns[0])
}

// canBe reports whether the values of a column can keep what its name promises: a refund
// that is a number is money, and one that is not is a mark; a version is a number or a
// time, which may be written as text.
func (r Role) canBe(column parquetfile.Column) bool {
	isMark := column.Type == "BOOLEAN" || column.Type == "DATE" || strings.HasPrefix(column.Type, "TIME")
	isText := column.Type == "VARCHAR"
	switch {
	case slices.Contains([]string{"STRUCT", "LIST", "MAP", parquetfile.Null}, column.Type):
		return false
	case r.Name == "refund" || r.Name == "refunded":
		return (isMark || isText) == (r.Name == "refunded")
	case r.Name == "version_number" || r.Name == "version_time":
		return (isMark || isText) == (r.Name == "version_time") && column.Type != "BOOLEAN"
	}
	return r.Type == engine.Varchar || !isMark
}

// VersionColumn returns the unused column whose name says that it is the version of an
// order; "" where there is none, or no order has an id.
func (m Mapping) VersionColumn(files []File) string {
	unused := m.Unmapped(files)
	for _, role := range Roles {
		if slices.Contains(role.Subjects, vocabulary.Version) {
			if columns := m.promising(role, unused, files); len(columns) > 0 {
				return columns[0]
			}
		}
	}
	return ""
}

// VersionText returns the expression that reads a column as versions, as a message
// proposes it: where nothing that was tried reads it, the column itself.
func (m Mapping) VersionText(ctx context.Context, e engine.Engine, files []File, column string) (string, error) {
	input := m.input
	input.Parts = partsOf(files, []string{column})
	name := Name(ctx, e, column)
	reading, err := remedy.Find(ctx, e, remedy.Column{Input: input, Value: name}, remedy.Version)
	if err != nil || reading.Expression == "" {
		return name, err
	}
	return reading.Expression, nil
}
