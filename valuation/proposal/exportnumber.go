package proposal

import (
	"cmp"
	"context"
	"os"
	"slices"
	"time"

	"cbv/valuation/engine"
)

// numberExports numbers exports in the order of their latest orders, after the last
// number that is there: an export that knows of a later order was made later. Those
// with one latest order follow when their files were written, and then their names.
func (w workshop) numberExports(ctx context.Context, conversions []conversion, orderedAt string, last int64) error {
	type export struct {
		*conversion
		latest  float64 // microseconds since 1970
		written time.Time
	}
	var exports []export
	for i := range conversions {
		c := &conversions[i]
		info, err := os.Stat(c.file.Path)
		if err != nil {
			return err
		}
		latest, err := w.latestOrder(ctx, c, orderedAt)
		if err != nil {
			return err
		}
		exports = append(exports, export{c, latest, info.ModTime()})
	}
	slices.SortFunc(exports, func(a, b export) int {
		return cmp.Or(cmp.Compare(a.latest, b.latest), a.written.Compare(b.written), cmp.Compare(a.file.Path, b.file.Path))
	})
	for i, x := range exports {
		x.number = last + 1 + int64(i)
	}
	return nil
}

// latestOrder is the time of the latest order of a CSV file, in microseconds since 1970.
func (w workshop) latestOrder(ctx context.Context, c *conversion, orderedAt string) (float64, error) {
	if orderedAt == "" {
		return 0, nil
	}
	if err := w.engine.View(ctx, "proposal_export", c.table.typedItems(c.from, c.file.Columns)); err != nil {
		return 0, err
	}
	found, err := numbers(ctx, w.engine, "proposal_export", []string{"epoch_us(max(" + orderedAt + "))"})
	if err != nil {
		return 0, err
	}
	return found[0], nil
}

// orderedAt is when an order was made, in SQL over the columns of the table.
func (m *Mapping) orderedAt() string {
	mapped, _ := m.Column("ordered_at")
	if c := m.table.find(mapped.Expression); c != nil {
		return engine.Identifier(c.Name)
	}
	return mapped.Expression
}
