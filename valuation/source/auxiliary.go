package source

import (
	"context"
	"strings"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/source/remedy"
)

// Auxiliary is an input other than the orders, which a shop may do without.
type Auxiliary struct {
	Name  string // of its section of the configuration
	Files []File

	private bool // it is about people: no message may quote a value
	columns []mapped
	mapping Mapping
}

// dayKind is a day, or a local time: what the calendar does for orders is not
// worth its join here.
var dayKind = kind{
	wants: "a date, or a time-stamp without a zone", cast: engine.Timestamp,
	fits: []engine.Type{engine.Date, engine.Timestamp},
	want: remedy.Day,
}

// daysOf is dayKind with the days of a zone.
func daysOf(zone string) kind {
	days := dayKind
	days.zone = zone
	return days
}

// NoAuxiliary returns the auxiliary inputs of a run, with what their columns must
// hold and without files: their views are empty.
func NoAuxiliary(c config.Config) []Auxiliary {
	column := func(section, name, text string, k kind) mapped {
		return mapped{key: section + ".columns." + name, column: name, text: text, kind: k, everywhere: true}
	}
	spend, surveys := c.Spend.Columns, c.Surveys.Columns
	return []Auxiliary{
		{Name: "spend", columns: []mapped{
			column("spend", "date", spend.Date, daysOf(c.Time.Zone)),
			column("spend", "channel", spend.Channel, idKind),
			column("spend", "amount", spend.Amount, moneyKind),
			column("spend", "currency", spend.Currency, idKind),
		}},
		{Name: "surveys", columns: []mapped{
			column("surveys", "customer_id", surveys.CustomerID, idKind),
			column("surveys", "answered_at", surveys.AnsweredAt, daysOf(c.Time.Zone)),
			column("surveys", "score", surveys.Score, moneyKind),
		}},
	}
}

// FindAuxiliary looks up the files of spend, then those of surveys. What is not
// configured has none.
func FindAuxiliary(ctx context.Context, c config.Config) ([]Auxiliary, error) {
	found := NoAuxiliary(c)
	for i, paths := range []config.Files{c.Spend.Files, c.Surveys.Files} {
		var err error
		if found[i].Files, err = Find(ctx, found[i].Name, paths, false); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Map makes the view <name>_input over the files, its columns as the configuration
// names them, then file_number and file_row. Without files it is empty, with the
// same columns.
func (a *Auxiliary) Map(ctx context.Context, e engine.Engine) error {
	view := a.Name + "_input"
	if len(a.Files) == 0 {
		var columns []engine.Column
		for _, m := range a.columns {
			columns = append(columns, engine.Column{Name: m.column, Type: m.kind.cast})
		}
		columns = append(columns, engine.Column{Name: "file_number", Type: engine.Bigint}, engine.Column{Name: "file_row", Type: engine.Bigint})
		return e.Insert(ctx, view, columns, func(func([]any) bool) {})
	}
	var err error
	a.mapping, err = mapColumns(ctx, e, a.Name, a.Files, engine.Input{Name: view}, a.columns, nil)
	a.mapping.private = a.private
	return err
}

// Copies is that of the files of the input.
func (a *Auxiliary) Copies() [][2]File { return Copies(a.Files, a.mapping) }

// Diagnose is Mapping.Diagnose for the files of the input.
func (a *Auxiliary) Diagnose(ctx context.Context, e engine.Engine) error {
	return a.mapping.Diagnose(ctx, e, a.Files)
}

// inputFile is a row of a table of files.
type inputFile struct {
	Input      string
	FileNumber int
	File       string
	InputRows  int64
}

// ListFiles makes a table with a row per file of the inputs.
func ListFiles(ctx context.Context, e engine.Engine, table string, inputs []Auxiliary) error {
	var rows []inputFile
	for _, input := range inputs {
		for i, file := range input.Files {
			rows = append(rows, inputFile{input.Name, i, file.Name, file.Rows})
		}
	}
	return engine.Insert(ctx, e, table, rows)
}

// section is the part of the configuration that a key stands in.
func section(key string) string {
	name, _, _ := strings.Cut(key, ".")
	return name
}
