package performance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/simulation"
)

// History says what orders are made to be measured by.
type History struct {
	Customers int
	Lines     int  // of the order files; 0: one an order, of which a customer has about 3.6
	LongIDs   bool // identifiers of 36 characters, as UUIDs are, in no order; else 9 and 11, in time's
	Files     int  // of equal length, each in time order; 0: a file a month
}

// maxFiles bounds what the making of a file each costs.
const maxFiles = 10_000

// Validate returns an error that names what cannot be made.
func (h History) Validate() error {
	if h.Files < 0 || h.Files > maxFiles {
		return failure.Usagef("--files is %d: give 1 to %d, or 0 for a file a month", h.Files, maxFiles)
	}
	if h.Lines < 0 || h.Lines > 0 && h.Lines < h.Customers {
		return failure.Usagef("--lines is %d: give at least one a customer, or 0 for one an order", h.Lines)
	}
	options := h.options()
	if err := options.Validate(); err != nil {
		return failure.Usagef("%w", err)
	}
	return nil
}

func (h History) options() simulation.Options {
	options := simulation.Default()
	options.Customers = h.Customers
	return options
}

const (
	ordersFolder  = "orders" // as simulation names it
	configuration = "cbv.yaml"
)

// write makes the history in the folder, which must be absent or empty, and returns
// the order files.
func (h History) write(ctx context.Context, folder string, open engine.Open, bounds engine.Options, progress func(done, total int)) ([]string, error) {
	_, err := simulation.Write(ctx, folder, h.options(), progress)
	if occupied := (*simulation.OccupiedError)(nil); errors.As(err, &occupied) {
		return nil, failure.Usagef("--out: %w", err)
	}
	if err != nil {
		return nil, err
	}
	files, err := orderFiles(folder)
	if err != nil || h.Lines == 0 && !h.LongIDs && h.Files == 0 {
		return files, err
	}
	if err := h.rewrite(ctx, folder, files, open, bounds); err != nil {
		return nil, err
	}
	return orderFiles(folder)
}

// orderFiles returns the resolved paths of the order files, in the order of their names.
func orderFiles(folder string) ([]string, error) {
	files, err := fs.Glob(os.DirFS(folder), ordersFolder+"/*.parquet")
	if err != nil {
		return nil, err
	}
	resolved, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil, err
	}
	for i := range files {
		files[i] = filepath.Join(resolved, files[i])
	}
	return files, nil
}

// rewrite puts the lines, identifiers and files that are asked for in place of the
// simulated ones. Cents that do not divide by the lines of an order are its first line's.
func (h History) rewrite(ctx context.Context, folder string, files []string, open engine.Open, bounds engine.Options) (err error) {
	made := filepath.Join(folder, ".lines")
	if err := os.Mkdir(made, 0o777); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(made)) }()
	bounds.TempDir, bounds.Writable, bounds.Readable, bounds.Macros = made, made, files, "select 1"
	e, err := open(ctx, bounds)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	input := engine.Input{Name: "orders", Files: files}
	for _, column := range []string{"order_id", "customer_id", "ordered_at", "amount", "channel"} {
		input.Columns = append(input.Columns, engine.InputColumn{Name: column, Expression: column})
	}
	if err := e.Input(ctx, input); err != nil {
		return err
	}
	orders, err := e.Table(ctx, "numbered_orders", "select *, cast(substr(order_id, 2) as bigint) as order_number from orders")
	if err != nil {
		return err
	}
	lines := max(int64(h.Lines), orders)
	fileCount := int64(max(h.Files, 1))
	if h.Files == 0 {
		fileCount = int64(len(files))
	}
	for file := range fileCount {
		query := h.linesOf(1+file*orders/fileCount, (file+1)*orders/fileCount, lines, orders)
		if _, err := e.File(ctx, fmt.Sprintf("lines_%d", file), query, engine.File{
			Path: filepath.Join(made, fmt.Sprintf("orders-%04d.parquet", file+1)), Key: []string{"order_number", "line_number"},
			Columns: []engine.FileColumn{{Name: "order_id", From: "order_id"}, {Name: "customer_id", From: "customer_id"}, {Name: "ordered_at", From: "ordered_at"}, {Name: "amount", From: "amount"}, {Name: "channel", From: "channel"}},
		}); err != nil {
			return err
		}
	}
	return h.exchange(folder, made, files)
}

// linesOf is the SELECT of the lines of the orders from one number to another. An
// order has as many lines as bring the lines so far nearest to their share of all.
func (h History) linesOf(first, last, lines, orders int64) string {
	identifier := func(name string) string {
		if !h.LongIDs {
			return name
		}
		return fmt.Sprintf("regexp_replace(md5(%s), '(.{8})(.{4})(.{4})(.{4})', '\\1-\\2-\\3-\\4-')", name)
	}
	return fmt.Sprintf(`with
counted as (
    select *, order_number * %[3]d // %[4]d - (order_number - 1) * %[3]d // %[4]d as line_count, cast(round(100 * amount) as bigint) as cents
    from numbered_orders
    where order_number between %[1]d and %[2]d
)
select
    order_number, %[5]s as order_id, %[6]s as customer_id, ordered_at, channel, line_number,
    (cents // line_count + case when line_number = 1 then cents %% line_count else 0 end) / 100e0 as amount
from counted cross join lateral (select unnest(range(1, line_count + 1)) as line_number)`,
		first, last, lines, orders, identifier("order_id"), identifier("customer_id"))
}

// exchange puts the made files in place of the simulated ones.
func (h History) exchange(folder, made string, simulated []string) error {
	for _, file := range simulated {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	written, err := filepath.Glob(filepath.Join(made, "*.parquet"))
	if err != nil {
		return err
	}
	for _, file := range slices.Sorted(slices.Values(written)) {
		if err := os.Rename(file, filepath.Join(folder, ordersFolder, filepath.Base(file))); err != nil {
			return err
		}
	}
	return nil
}
