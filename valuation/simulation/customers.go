package simulation

import (
	"bufio"
	"context"
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

const (
	// Customers are made in chunks of a fixed size, consumed in order: the
	// result does not depend on how many workers there are.
	chunkCustomers = 4096

	workers = 2

	// How many chunks one worker may be ahead of the consumer.
	chunksAhead = 3
)

// A chunk is a run of customers with their rows, customer by customer.
type chunk struct {
	customers []customer
	rows      []row
}

// writeCustomers makes all customers, spills their rows by month, writes
// truth.parquet and adds up the truth. It returns the spilled rows per month.
func writeCustomers(ctx context.Context, staging string, opts Options, calendar calendar, truth *Truth, meter *meter) (rows []int64, err error) {
	spill, err := newSpill(staging, calendar)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, spill.close()) }()
	writer, err := newTruthWriter(filepath.Join(staging, historyFolder, "truth.parquet"), opts)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, writer.file.Close()) }()

	group, ctx := errgroup.WithContext(ctx)
	lanes := startWorkers(ctx, group, opts)
	group.Go(failure.Guard(func() error {
		for first, turn := 0, 0; first < opts.Customers; first, turn = first+chunkCustomers, turn+1 {
			lane := lanes[turn%workers]
			var made *chunk
			select {
			case made = <-lane.made:
			case <-ctx.Done():
				return ctx.Err()
			}
			for _, r := range made.rows {
				truth.addRow(r)
				if err := spill.add(calendar.month(r.at), r); err != nil {
					return err
				}
			}
			for _, c := range made.customers {
				truth.addCustomer(c, opts)
			}
			if err := writer.write(made.customers); err != nil {
				return err
			}
			meter.customersMade(len(made.customers))
			lane.spent <- made
		}
		return nil
	}))
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := spill.flush(); err != nil {
		return nil, err
	}
	return spill.rows, writer.close()
}

// A lane carries chunks from one worker to the consumer and back for reuse.
type lane struct {
	made  chan *chunk
	spent chan *chunk
}

// startWorkers starts the makers of customers: worker w makes the chunks w,
// w+workers, w+2·workers…
func startWorkers(ctx context.Context, group *errgroup.Group, opts Options) [workers]lane {
	var lanes [workers]lane
	for w := range lanes {
		lane := lane{made: make(chan *chunk, chunksAhead), spent: make(chan *chunk, chunksAhead)}
		for range chunksAhead {
			lane.spent <- &chunk{}
		}
		lanes[w] = lane
		group.Go(failure.Guard(func() error {
			generator := newGenerator(opts)
			for first := w * chunkCustomers; first < opts.Customers; first += workers * chunkCustomers {
				var next *chunk
				select {
				case next = <-lane.spent:
				case <-ctx.Done():
					return ctx.Err()
				}
				if err := generator.fill(next, first); err != nil {
					return err
				}
				lane.made <- next // there is room: a lane has chunksAhead chunks
			}
			return nil
		}))
	}
	return lanes
}

// fill makes the chunk of customers that begins at first.
func (g *generator) fill(next *chunk, first int) error {
	next.customers, next.rows = next.customers[:0], next.rows[:0]
	for index := first; index < min(first+chunkCustomers, g.options.Customers); index++ {
		made, rows, err := g.draw(index, next.rows)
		if err != nil {
			return err
		}
		next.customers, next.rows = append(next.customers, made), rows
	}
	return nil
}

// truthRow is a row of truth.parquet. Of dropout_probability and
// dropout_rate_per_day the model has one; dropped_out_at is null for a
// customer alive at the end.
type truthRow struct {
	CustomerID         string   `parquet:"customer_id"`
	Channel            string   `parquet:"channel,dict"`
	FirstPurchaseAt    int64    `parquet:"first_purchase_at,timestamp(microsecond:local)"`
	PurchaseRatePerDay float64  `parquet:"purchase_rate_per_day"`
	DropoutProbability *float64 `parquet:"dropout_probability,optional"`
	DropoutRatePerDay  *float64 `parquet:"dropout_rate_per_day,optional"`
	AliveAtEnd         bool     `parquet:"alive_at_end"`
	DroppedOutAt       int64    `parquet:"dropped_out_at,optional,timestamp(microsecond:local)"`
	MeanPurchaseValue  float64  `parquet:"mean_purchase_value"`
	Purchases          int64    `parquet:"purchases"`
}

// A truthWriter streams truth.parquet.
type truthWriter struct {
	options  Options
	file     *os.File
	buffered *bufio.Writer
	parquet  *parquetfile.Writer[truthRow]
	names    identifiers
	rows     []truthRow
}

func newTruthWriter(path string, opts Options) (*truthWriter, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	return &truthWriter{
		options:  opts,
		file:     file,
		buffered: buffered,
		parquet:  parquetfile.NewWriter[truthRow](buffered, nil),
	}, nil
}

func (w *truthWriter) write(customers []customer) error {
	w.rows = w.rows[:0]
	w.names.reset()
	for i := range customers {
		w.names.add('C', int64(customers[i].index)+1, customerDigits)
	}
	text := w.names.text()
	for i := range customers {
		c := &customers[i]
		r := truthRow{
			CustomerID:         text.next(),
			Channel:            w.options.Channels[c.channel].Name,
			FirstPurchaseAt:    c.firstPurchase,
			PurchaseRatePerDay: c.ratePerDay,
			DropoutProbability: &c.dropoutChance,
			AliveAtEnd:         c.droppedOut == 0,
			DroppedOutAt:       c.droppedOut,
			MeanPurchaseValue:  c.meanPurchaseValue,
			Purchases:          int64(c.purchases),
		}
		if w.options.Model == ParetoNBD {
			r.DropoutProbability, r.DropoutRatePerDay = nil, &c.dropoutPerDay
		}
		w.rows = append(w.rows, r)
	}
	return w.parquet.Write(w.rows)
}

// close writes what is pending; the file itself is closed by its opener.
func (w *truthWriter) close() error {
	if err := w.parquet.Close(); err != nil {
		return err
	}
	return w.buffered.Flush()
}
