package source

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"cbv/valuation/engine"
	"cbv/valuation/parquetfile"
)

// UnmappedView is the view that MapUnmapped makes, as the SQL files know it.
const UnmappedView = "unmapped_input"

// ExportColumn is the column that cbv init adds to the files that it converts: the number
// of the export that a row is from, of which a higher one is the later.
const ExportColumn = "cbv_export"

// Role is what the name of a column that no setting uses promises.
type Role struct {
	Name    string      // of the column of unmapped_input
	Type    engine.Type // of its values: a number, or text
	Columns []string    // names that promise it, in lower case, letters and digits alone
}

// Roles are what an unused column may say of the orders, in the order of the columns
// of unmapped_input.
var Roles = []Role{
	{"quantity", engine.Double, []string{"quantity", "qty", "lineitemquantity", "itemquantity", "quantityordered", "qtyordered", "units", "menge", "anzahl", "stueckzahl"}},
	{"unit_price", engine.Double, []string{"unitprice", "price", "lineitemprice", "itemprice", "priceeach", "preis", "einzelpreis"}},
	{"tax", engine.Double, []string{"tax", "taxes", "taxamount", "totaltax", "vat", "vatamount", "ordertax", "linetax", "carttax", "salestax", "mwst", "ust", "gst"}},
	{"subtotal", engine.Double, []string{"subtotal", "net", "netamount", "nettotal", "totalnet", "netto", "netsales"}},
	{"total", engine.Double, []string{"total", "gross", "grosstotal", "grossamount", "grandtotal", "totalprice", "ordertotal", "brutto"}},
	{"refund", engine.Double, []string{"refund", "refunds", "refunded", "refundedamount", "amountrefunded", "refundamount", "totalrefunded", "totalrefund"}},
	{"refunded", engine.Varchar, []string{"refunded", "isrefunded", "isrefund", "refundedat", "returned", "isreturned", "isreturn"}},
	{"cancelled", engine.Varchar, []string{"cancelled", "canceled", "iscancelled", "iscanceled", "cancelledat", "canceledat", "cancellationdate", "cancelledon", "void", "voided", "isvoid", "voidedat", "storno", "storniert"}},
	{"test", engine.Varchar, []string{"test", "istest", "testorder", "istestorder"}},
	{"live", engine.Varchar, []string{"livemode", "live", "islive"}},
	{"status", engine.Varchar, []string{"status", "orderstatus"}},
	{"payment", engine.Varchar, []string{"financialstatus", "paymentstatus"}},
	{"type", engine.Varchar, []string{"type", "ordertype", "transactiontype", "kind", "transactionkind", "rowtype", "linetype", "lineitemtype"}},
	{"currency", engine.Varchar, []string{"currency", "currencycode", "ordercurrency", "waehrung"}},
	{"country", engine.Varchar, []string{"country", "countrycode", "shippingcountry", "billingcountry"}},
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

// MapUnmapped makes the view unmapped_input of the unused columns whose names promise
// something: amount, is_kept and minor_per_unit of orders_input, and a column for each
// role, null where there is none. It returns the column of each role, as an expression
// has it. Without any the view is empty: nothing is read of the files.
func (m Mapping) MapUnmapped(ctx context.Context, e engine.Engine, files []File) (map[string]string, error) {
	unused := m.Unmapped(files)
	found := map[string]string{}
	input := engine.Input{Name: UnmappedView, Files: m.input.Files, HivePartitions: m.input.HivePartitions}
	kept := []string{"amount", "is_kept", "minor_per_unit"}
	shape := []engine.Column{{Name: "amount", Type: engine.Double}, {Name: "is_kept", Type: engine.Boolean}, {Name: "minor_per_unit", Type: engine.Bigint}}
	for _, own := range m.input.Columns {
		if slices.Contains(kept, own.Name) {
			input.Columns = append(input.Columns, own)
		}
	}
	var read []string
	for _, role := range Roles {
		shape = append(shape, engine.Column{Name: role.Name, Type: role.Type})
		column := engine.InputColumn{Name: role.Name, Expression: "null", Type: role.Type}
		if at := slices.IndexFunc(unused, role.promisedBy); at >= 0 {
			read = append(read, unused[at].Name)
			found[role.Name] = Name(ctx, e, unused[at].Name)
			column.Expression = engine.Identifier(unused[at].Name)
			if role.Type == engine.Double {
				column.Expression = "try_cast(" + column.Expression + " as double)"
			}
		}
		input.Columns = append(input.Columns, column)
	}
	if len(found) > 0 {
		for _, used := range m.mapped {
			if slices.Contains(kept, used.column) {
				read = append(read, used.used...)
			}
		}
		input.Parts = partsOf(files, read)
		return found, e.Input(ctx, input)
	}
	shape = append(shape, engine.Column{Name: "file_number", Type: engine.Bigint}, engine.Column{Name: "file_row", Type: engine.Bigint})
	return found, e.Insert(ctx, UnmappedView, shape, func(func([]any) bool) {})
}

// promisedBy reports whether the name of a column promises the role, and its values
// can keep it: a refund that is a number is money, and one that is not is a mark.
func (r Role) promisedBy(column parquetfile.Column) bool {
	if !slices.Contains(r.Columns, plainName(column.Name)) {
		return false
	}
	isMark := column.Type == "BOOLEAN" || column.Type == "DATE" || strings.HasPrefix(column.Type, "TIME")
	switch {
	case slices.Contains([]string{"STRUCT", "LIST", "MAP", parquetfile.Null}, column.Type):
		return false
	case r.Name == "refund" || r.Name == "refunded":
		return (isMark || column.Type == "VARCHAR") == (r.Name == "refunded")
	}
	return r.Type == engine.Varchar || !isMark
}

// plainName is a column's name as Roles have it: Line_Item Quantity is
// lineitemquantity.
func plainName(name string) string {
	return strings.Map(func(letter rune) rune {
		if unicode.IsLetter(letter) || unicode.IsDigit(letter) {
			return unicode.ToLower(letter)
		}
		return -1
	}, name)
}
