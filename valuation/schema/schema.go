// Package schema says what every published column means and in which unit. It
// is the one place where that is written; schema.json, the metadata of each
// file and the documentation are made of it.
package schema

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Document is schema.json.
type Document struct {
	SchemaVersion int      `json:"schema_version"`
	Tables        []Table  `json:"tables"`
	Figures       []Figure `json:"figures,omitempty"` // of kpis, where that is among the tables
}

// Describe returns the document of tables.
func Describe(version int, tables []Table) Document {
	document := Document{SchemaVersion: version, Tables: tables}
	if slices.ContainsFunc(tables, func(table Table) bool { return table.Name == "kpis" }) {
		document.Figures = Figures
	}
	return document
}

// Table is one published Parquet file.
type Table struct {
	Name    string   `json:"name"`
	Grain   string   `json:"grain"`
	Columns []Column `json:"columns"`
}

// Column is one column. Type is DuckDB's name of it. Unit "money" is the
// configured currency; where no margin is configured, money of the model and
// verdict columns is revenue.
type Column struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Unit    string `json:"unit,omitempty"`
	Meaning string `json:"meaning"`
}

// IsFreeText reports whether a column of customers holds text as it stood in
// the order files, which may be anything: attributes always do.
func IsFreeText(column string) bool {
	isOurs := slices.ContainsFunc(customers, func(c Column) bool { return c.Name == column })
	return !isOurs || column == "customer_id" || column == "first_channel"
}

// customersTable is the table that has attributes.
const customersTable = "customers"

// HasAttributes reports whether a table has the attributes of a configuration.
func HasAttributes(table string) bool { return table == customersTable }

// lastBeforeAttributes is the column of customers behind which its attributes stand.
const lastBeforeAttributes = "first_channel"

// Attribute is a column of customers that the configuration names.
type Attribute struct {
	Name    string
	Slot    int  // its place among the attributes of the configuration
	IsFirst bool // of the first purchase, rather than the latest
}

// ChannelAttribute is the attribute that first_orders has wherever channels are mapped.
const ChannelAttribute = "channel"

// WithAttributes returns the tables of a run whose customers have attributes.
func WithAttributes(attributes []Attribute) []Table {
	tables := slices.Clone(Tables)
	for i := range tables {
		tables[i].Columns = columns(tables[i], attributes)
	}
	return tables
}

// columns are the columns of a table, those of customers with their attributes.
func columns(table Table, attributes []Attribute) []Column {
	if table.Name != customersTable || len(attributes) == 0 {
		return table.Columns
	}
	var added []Column
	for _, attribute := range attributes {
		of := "latest"
		if attribute.IsFirst {
			of = "first"
		}
		added = append(added, Column{attribute.Name, text, "", "orders.attributes." + attribute.Name + " of the " + of + " purchase; null where none is known"})
	}
	after := 1 + slices.IndexFunc(table.Columns, func(c Column) bool { return c.Name == lastBeforeAttributes })
	return slices.Concat(table.Columns[:after], added, table.Columns[after:])
}

// AttributeSlot is the name that the SQL files have for an attribute of a configuration,
// counted from 0.
func AttributeSlot(i int) string { return fmt.Sprintf("attribute_%d", i+1) }

// All returns the tables of a run, of exports and of a campaign's measurement.
func All() []Table { return slices.Concat(Tables, Exports, MeasurementTables) }

// IsOfRun reports whether a table is one of a run.
func IsOfRun(name string) bool {
	return slices.ContainsFunc(Tables, func(t Table) bool { return t.Name == name })
}

// ColumnsOf returns a table's columns, in order, with the attributes that customers has.
func ColumnsOf(name string, attributes ...Attribute) []Column { return find(name, attributes).Columns }

// ColumnNames returns the names of a published table's columns, in order, with the
// attributes that customers has.
func ColumnNames(name string, attributes ...Attribute) []string {
	var names []string
	for _, column := range ColumnsOf(name, attributes...) {
		names = append(names, column.Name)
	}
	return names
}

// Metadata returns the footer entries of a published table: under "cbv.schema"
// its description as JSON, with the attributes that customers has.
func Metadata(name string, attributes ...Attribute) map[string]string {
	text, err := json.Marshal(find(name, attributes))
	if err != nil {
		panic(err) // strings only
	}
	return map[string]string{"cbv.schema": string(text)}
}

// find returns the description of a table.
func find(name string, attributes []Attribute) Table {
	for _, table := range All() {
		if table.Name == name {
			table.Columns = columns(table, attributes)
			return table
		}
	}
	panic("no schema of table " + name)
}
