// Package schema says what every published column means and in which unit. It
// is the one place where that is written; schema.json, the metadata of each
// file and the documentation are made of it.
package schema

import (
	"encoding/json"
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
// the order files, which may be anything.
func IsFreeText(column string) bool {
	return column == "customer_id" || column == "first_channel"
}

// All returns the tables of a run, of exports and of a campaign's measurement.
func All() []Table { return slices.Concat(Tables, Exports, MeasurementTables) }

// ColumnsOf returns a table's columns, in order.
func ColumnsOf(name string) []Column {
	for _, table := range All() {
		if table.Name == name {
			return table.Columns
		}
	}
	panic("no schema of table " + name)
}

// ColumnNames returns the names of a published table's columns, in order.
func ColumnNames(name string) []string {
	var names []string
	for _, column := range ColumnsOf(name) {
		names = append(names, column.Name)
	}
	return names
}

// Metadata returns the footer entries of a published table: under "cbv.schema"
// its description as JSON.
func Metadata(name string) map[string]string {
	for _, table := range All() {
		if table.Name == name {
			text, err := json.Marshal(table)
			if err != nil {
				panic(err) // strings only
			}
			return map[string]string{"cbv.schema": string(text)}
		}
	}
	panic("no schema of table " + name)
}
