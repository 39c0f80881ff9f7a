package platform

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"cbv/valuation/failure"
)

// Result is what an export did, for the manifest. Rows are Written and Rejected
// by reason, none twice.
type Result struct {
	Files    []File           `json:"files"`
	Rejects  *File            `json:"rejects"` // customer_id, part and reason; null where all went well
	Rows     int64            `json:"rows"`
	Written  int64            `json:"written"`
	Rejected map[Reason]int64 `json:"rejected"`
	// Blanked counts cells of written rows that were left blank, or clipped, by
	// column.
	Blanked map[string]map[Reason]int64 `json:"blanked"`
	// Values counts the rows that had a value, of the columns of Blanked.
	Values   map[string]int64  `json:"values"`
	Changes  map[Change]int64  `json:"changes"` // lines of the change file
	Owed     []int64           `json:"-"`       // identifiers that are left to the suppressed file, for Spec.Owed
	Told     []int64           `json:"-"`       // identifiers that a line says the objection of, for Spec.Told
	Warnings []Warning         `json:"-"`
	shapes   map[string]string // of what did not fit, by column
}

// Warning is something that whoever uploads the files should know.
type Warning struct {
	Code string
	Text string
}

func (w Warning) String() string { return w.Text }

const (
	// batchRows is the unit in which rows pass through the workers, and batches
	// how many of them there are: together they bound the memory, about 10 MB.
	// Digests of keys come on top, some 40 bytes a row.
	batchRows = 1024
	batches   = 8
	workers   = 2
)

// batch is a run of rows on their way. Its slices are used again.
type batch struct {
	people     []Person
	attributes []Cell
	records    []byte
	lines      []byte // of the change file
	cells      []Cell
	notes      []note
	outcomes   []outcome
	done       chan struct{}
}

func (b *batch) reset() {
	clear(b.people)
	clear(b.outcomes)
	b.people, b.attributes, b.records, b.lines = b.people[:0], b.attributes[:0], b.records[:0], b.lines[:0]
	b.cells, b.notes, b.outcomes = b.cells[:0], b.notes[:0], b.outcomes[:0]
}

// Export writes one kind of file of one audience. Rows come in the order they
// are to be written in, all of one customer together; of rows that a target
// cannot distinguish the first is written and the others are rejected, so that
// the order decides, alike in every run.
//
// A row passes consent, then validation, then the comparison with earlier rows,
// and last, right before it is written, suppression and the holdouts. An exited
// file takes people out, so it has those too whose consent is not known any more. A full export of nobody is
// an error that wraps ErrEmpty, an empty file of another kind is none; neither
// opens a file for it. On any error, what was opened is closed and has to be
// removed; the result says how far it came.
func Export(ctx context.Context, spec Spec, rows iter.Seq2[Person, error], files Files) (Result, error) {
	if err := spec.Validate(); err != nil {
		return Result{}, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	c := newCollector(&spec, files)
	free, jobs, queue := make(chan *batch, batches), make(chan *batch, batches), make(chan *batch, batches)
	for range batches {
		free <- &batch{done: make(chan struct{}, 1)}
	}
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			e := newEncoder(&spec)
			for b := range jobs {
				if err := failure.Guard(func() error { e.encode(b); return nil })(); err != nil {
					stop(err)
				}
				b.done <- struct{}{}
			}
		})
	}
	running.Go(func() { // in the order of the queue, whoever finished first
		for b := range queue {
			<-b.done
			if ctx.Err() == nil {
				if err := failure.Guard(func() error { return c.collect(b) })(); err != nil {
					stop(err)
				}
			}
			b.reset()
			free <- b
		}
	})
	err := feed(ctx, &spec, rows, free, func(b *batch) {
		queue <- b
		jobs <- b
	})
	close(jobs)
	close(queue)
	running.Wait()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return c.finish(err)
}

// feed fills batches with rows. Batches are there for all channels, so sending
// one never waits.
func feed(ctx context.Context, spec *Spec, rows iter.Seq2[Person, error], free <-chan *batch, send func(*batch)) error {
	b := <-free
	read := 0
	for person, err := range rows {
		if err != nil {
			return err
		}
		if len(person.Attributes) != len(spec.Attributes) {
			return fmt.Errorf("row %d has %d attributes, not %d", read+1, len(person.Attributes), len(spec.Attributes))
		}
		b.attributes = append(b.attributes, person.Attributes...)
		person.Attributes = nil
		b.people = append(b.people, person)
		read++
		if len(b.people) == batchRows {
			send(b)
			b = <-free
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	send(b)
	return nil
}
