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

	// IsLookup says that rows are looked up in it: one that is there twice counts once.
	IsLookup bool

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

// noAuxiliary returns the auxiliary inputs of a run, with what their columns must
// hold and without files: their views are empty.
func noAuxiliary(c config.Config) []Auxiliary {
	column := func(section, name, text string, k kind) mapped {
		return mapped{key: section + ".columns." + name, column: name, text: text, kind: k, everywhere: true}
	}
	of := func(section, name, view, text string, k kind) mapped {
		m := column(section, name, text, k)
		m.column = view // from and to are words of SQL
		return m
	}
	identities, rates, spend, surveys := c.Identities.Columns, c.Rates.Columns, c.Spend.Columns, c.Surveys.Columns
	return []Auxiliary{
		{Name: "identities", IsLookup: true, private: true, columns: []mapped{
			of("identities", "from", "from_id", identities.From, idKind),
			of("identities", "to", "to_id", identities.To, idKind),
		}},
		{Name: "rates", IsLookup: true, columns: []mapped{
			column("rates", "date", rates.Date, daysOf(c.Time.Zone)),
			column("rates", "currency", rates.Currency, idKind),
			column("rates", "rate", rates.Rate, moneyKind),
		}},
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

// FindAuxiliary looks up the files of all auxiliary inputs. What is not configured has
// none.
func FindAuxiliary(ctx context.Context, c config.Config) ([]Auxiliary, error) {
	return find(ctx, c, c.Identities.Files, c.Rates.Files, c.Spend.Files, c.Surveys.Files)
}

// FindLookups looks up the files that orders are read with, identities and rates, and
// leaves the other inputs without files.
func FindLookups(ctx context.Context, c config.Config) ([]Auxiliary, error) {
	return find(ctx, c, c.Identities.Files, c.Rates.Files)
}

// FindIdentities looks up the files of merged customers, of which there are none when
// they are not configured.
func FindIdentities(ctx context.Context, c config.Config) (Auxiliary, error) {
	found, err := find(ctx, c, c.Identities.Files)
	if err != nil {
		return Auxiliary{}, err
	}
	return found[0], nil
}

// find looks up the files of the first of the auxiliary inputs.
func find(ctx context.Context, c config.Config, files ...config.Files) ([]Auxiliary, error) {
	found := noAuxiliary(c)
	for i, paths := range files {
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
	for i := range a.columns {
		a.columns[i].private = a.private
	}
	var err error
	a.mapping, err = mapColumns(ctx, e, a.Name, a.Files, engine.Input{Name: view}, a.columns, nil)
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
