package source

import (
	"context"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
)

// Diagnose reads the files of an input again, one by one and column by column, and
// returns an error that names the first place that cannot be read: a value that
// does not fit its expression, or damage inside a file. It returns nil when all
// can be read, so the query that failed did so for another reason.
func (m Mapping) Diagnose(ctx context.Context, e engine.Engine, files []File) error {
	for place, file := range files {
		for i, mapped := range m.mapped {
			if mapped.text == "" {
				continue
			}
			alone := m.input.Only(place)
			probe := alone.With(probeView, alone.Columns[i])
			if err := e.Input(ctx, probe); err != nil {
				continue // the column may be absent here
			}
			err := e.ReadThrough(ctx, probe.Name, mapped.column)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil && m.private {
				return m.diagnoseRow(ctx, e, file, mapped, probe)
			}
			if engine.IsDataError(err) {
				return failure.Inputf("%s (%s): %s: %s: %w: make the expression give null for such a value, with try_cast or nullif",
					file.Path, file.rows(), mapped.key, mapped.text, engine.Cause(err))
			}
			if err != nil {
				return failure.Inputf("%s (%s): %s cannot be read: %w: the file is damaged: write it again, or leave it out of %s.files",
					file.Path, file.rows(), mapped.text, engine.Cause(err), m.section)
			}
		}
	}
	return nil
}

// diagnoseRow is what Diagnose says of an input about people: the place alone, for
// the engine's words have the cell in them.
func (m Mapping) diagnoseRow(ctx context.Context, e engine.Engine, file File, mapped mapped, probe engine.Input) error {
	row, err := e.FirstUnread(ctx, probe, file.Rows)
	switch {
	case err != nil:
		return err
	case row == 0:
		return failure.Inputf("%s (%s): %s cannot be read: the file is damaged: write it again, or leave it out of %s.files",
			file.Path, file.rows(), mapped.text, m.section)
	}
	return failure.Inputf("%s row %d: %s: %s: the value does not fit the expression: make it give null for such a value, with try_cast or nullif",
		file.Path, row, mapped.key, mapped.text)
}
