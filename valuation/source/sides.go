package source

import (
	"context"
	"database/sql/driver"
	"strings"

	"cbv/valuation/config"
	"cbv/valuation/engine"
)

// Side is an input beside the orders, which a shop may do without.
type Side struct {
	Name  string // of its section of the configuration
	Files []File

	private bool // it is about people: no message may quote a value
	columns []mapped
	mapping Mapping
}

// dayKind is a day, or a local time: what the calendar does for orders is not
// worth its join here.
var dayKind = kind{
	wants: "a date, or a time-stamp without a zone", cast: "timestamp",
	remedy: "cast(timezone('UTC', %s) as date), with the zone whose days are meant, or try_cast(%[1]s as date)",
	fits:   func(t string) bool { return t != zonedType && timeKind.fits(t) },
}

// sides are the inputs beside the orders and what their columns must hold.
func sides(c config.Config) []Side {
	column := func(section, name, text string, k kind) mapped {
		return mapped{key: section + ".columns." + name, column: name, text: text, kind: k, everywhere: true}
	}
	spend, surveys := c.Spend.Columns, c.Surveys.Columns
	return []Side{
		{Name: "spend", columns: []mapped{
			column("spend", "date", spend.Date, dayKind),
			column("spend", "channel", spend.Channel, idKind),
			column("spend", "amount", spend.Amount, moneyKind),
			column("spend", "currency", spend.Currency, idKind),
		}},
		{Name: "surveys", columns: []mapped{
			column("surveys", "customer_id", surveys.CustomerID, idKind),
			column("surveys", "answered_at", surveys.AnsweredAt, dayKind),
			column("surveys", "score", surveys.Score, moneyKind),
		}},
	}
}

// FindSides looks up the files of the inputs beside the orders. One that is not
// configured has none.
func FindSides(ctx context.Context, c config.Config) ([]Side, error) {
	found := sides(c)
	for i, paths := range []config.Files{c.Spend.Files, c.Surveys.Files} {
		var err error
		if found[i].Files, err = Find(ctx, found[i].Name, paths, false); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Map makes the view <name>_input over the files of the side, its columns as the
// configuration names them, then file_number and file_row. Without files it is
// empty, with the same columns.
func (s *Side) Map(ctx context.Context, e *engine.Engine) error {
	view := s.Name + "_input"
	if len(s.Files) == 0 {
		var columns []engine.Column
		for _, m := range s.columns {
			columns = append(columns, engine.Column{Name: m.column, Type: m.kind.cast})
		}
		columns = append(columns, engine.Column{Name: "file_number", Type: "bigint"}, engine.Column{Name: "file_row", Type: "bigint"})
		return e.Rows(ctx, view, columns, nil)
	}
	var err error
	s.mapping, err = mapColumns(ctx, e, s.Name, s.Files, engine.Input{Name: view}, s.columns, nil)
	s.mapping.private = s.private
	return err
}

// Blame is Mapping.Blame for the side's files.
func (s *Side) Blame(ctx context.Context, e *engine.Engine) error {
	return s.mapping.Blame(ctx, e, s.Files)
}

// SideFiles makes the table input_files, with a row per file of the sides.
func SideFiles(ctx context.Context, e *engine.Engine, all []Side) error {
	var rows [][]driver.Value
	for _, side := range all {
		for i, file := range side.Files {
			rows = append(rows, []driver.Value{side.Name, int64(i), file.Name, file.Rows})
		}
	}
	return e.Rows(ctx, "input_files", []engine.Column{
		{Name: "input", Type: "varchar"}, {Name: "file_number", Type: "bigint"}, {Name: "file", Type: "varchar"}, {Name: "input_rows", Type: "bigint"},
	}, rows)
}

// section is the part of the configuration that a key stands in.
func section(key string) string {
	name, _, _ := strings.Cut(key, ".")
	return name
}
