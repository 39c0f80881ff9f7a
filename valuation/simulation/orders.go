package simulation

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

const (
	customerDigits = 8
	orderDigits    = 10

	// Rows are handed to the Parquet writer in batches of this many.
	batchRows = 4096

	// outOfRange is an amount that no currency's minor units can hold.
	outOfRange = 1e300
)

// orderRow is a row of the order files. The zero value of an optional column
// is written as null: no order is worth 0 or was placed at the epoch.
type orderRow struct {
	OrderID    string  `parquet:"order_id"`
	CustomerID string  `parquet:"customer_id,optional"`
	OrderedAt  int64   `parquet:"ordered_at,optional,timestamp(microsecond:local)"`
	Amount     float64 `parquet:"amount,optional"`
	Channel    string  `parquet:"channel,dict"`
}

// writeOrders sorts the spilled rows of each month and writes the month's
// file. Orders are numbered in time order over all files, so ties in time are
// in the order of order_id. A month without rows has no file.
func writeOrders(ctx context.Context, staging string, opts Options, calendar calendar, spilled []int64, meter *meter) error {
	for _, n := range spilled {
		meter.rows += n
	}
	// The buffers go from month to month: at most one per worker exists.
	sorters := make(chan *monthSorter, workers)
	for range workers {
		sorters <- &monthSorter{options: opts, meter: meter}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	firstOrder := int64(1)
	for i, month := range calendar.months {
		if spilled[i] == 0 {
			continue
		}
		numbered := firstOrder
		firstOrder += spilled[i]
		group.Go(failure.Guard(func() error {
			sorter := <-sorters
			defer func() { sorters <- sorter }()
			target := filepath.Join(staging, historyFolder, ordersFolder, "orders-"+month+".parquet")
			return sorter.write(ctx, spillPath(staging, month), target, int(spilled[i]), numbered)
		}))
	}
	return group.Wait()
}

// A monthSorter writes the order files of months, one after the other.
type monthSorter struct {
	options Options
	meter   *meter
	rows    []row
	batch   []orderRow
	names   identifiers
}

// write moves a month of so many rows from its spill to its order file.
func (s *monthSorter) write(ctx context.Context, source, target string, rows int, firstOrder int64) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.rows, err = readSpill(source, slices.Grow(s.rows[:0], rows)); err != nil {
		return err
	}
	slices.SortFunc(s.rows, compareRows)

	file, err := os.Create(target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buffered := bufio.NewWriterSize(file, 1<<20)
	writer := newOrderWriter(buffered, s.options.FirstOrders)
	for batch := range slices.Chunk(s.rows, batchRows) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := writer.write(s.orderRows(batch, firstOrder), batch); err != nil {
			return err
		}
		firstOrder += int64(len(batch))
		s.meter.rowsWritten(len(batch))
	}
	if err := writer.close(); err != nil {
		return err
	}
	return buffered.Flush()
}

// An orderWriter writes the rows of an order file, with what orders were of where that is
// known.
type orderWriter struct {
	first   *FirstOrders
	plain   *parquetfile.Writer[orderRow]
	started *parquetfile.Writer[startedRow]
	batch   []startedRow
}

func newOrderWriter(w io.Writer, first *FirstOrders) *orderWriter {
	if first == nil {
		return &orderWriter{plain: parquetfile.NewWriter[orderRow](w, nil)}
	}
	return &orderWriter{first: first, started: parquetfile.NewWriter[startedRow](w, nil)}
}

// write writes orders, which are made of rows.
func (w *orderWriter) write(orders []orderRow, rows []row) error {
	if w.first == nil {
		return w.plain.Write(orders)
	}
	w.batch = w.batch[:0]
	for i, order := range orders {
		w.batch = append(w.batch, w.first.started(order, rows[i]))
	}
	return w.started.Write(w.batch)
}

func (w *orderWriter) close() error {
	if w.first == nil {
		return w.plain.Close()
	}
	return w.started.Close()
}

// orderRows returns the rows as they stand in the file, valid until the next
// call.
func (s *monthSorter) orderRows(rows []row, firstOrder int64) []orderRow {
	s.names.reset()
	for i, r := range rows {
		s.names.add('O', firstOrder+int64(i), orderDigits)
		s.names.add('C', int64(r.customer)+1, customerDigits)
	}
	text := s.names.text()
	s.batch = s.batch[:0]
	for _, r := range rows {
		order := orderRow{
			OrderID:    text.next(),
			CustomerID: text.next(),
			OrderedAt:  r.at,
			Amount:     float64(r.cents) / 100,
			Channel:    s.options.Channels[r.channel].Name,
		}
		switch r.kind {
		case nullCustomer:
			order.CustomerID = ""
		case nullTime:
			order.OrderedAt = 0
		case nullAmount:
			order.Amount = 0
		case nanAmount:
			order.Amount = math.NaN()
		case infiniteAmount:
			order.Amount = math.Inf(1)
		case hugeAmount:
			order.Amount = outOfRange
		}
		s.batch = append(s.batch, order)
	}
	return s.batch
}

// identifiers writes the names of a batch into one piece of memory: a string
// each would be two allocations a row.
type identifiers struct {
	bytes []byte
	ends  []int
}

func (n *identifiers) reset() {
	n.bytes, n.ends = n.bytes[:0], n.ends[:0]
}

// add appends a letter and a number of so many digits, zeros leading.
func (n *identifiers) add(letter byte, number int64, digits int) {
	n.bytes = append(n.bytes, letter)
	start := len(n.bytes)
	for range digits {
		n.bytes = append(n.bytes, '0')
	}
	for at := start + digits - 1; at >= start; at-- {
		n.bytes[at] += byte(number % 10)
		number /= 10
	}
	n.ends = append(n.ends, len(n.bytes))
}

// text returns the names in the order they were added.
func (n *identifiers) text() *names {
	return &names{text: string(n.bytes), ends: n.ends}
}

type names struct {
	text  string
	ends  []int
	start int
}

func (n *names) next() string {
	end := n.ends[0]
	name := n.text[n.start:end]
	n.start, n.ends = end, n.ends[1:]
	return name
}
