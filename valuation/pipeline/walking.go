package pipeline

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
)

// The hands that carry entries out, each of them one at a time.
const (
	goHand = iota
	sqlHand
	hands
)

func handOf(entry Entry) int {
	if entry.Kind == Go || entry.Kind == Lists {
		return goHand
	}
	return sqlHand
}

// walking is a walk under way.
type walking struct {
	*Context
	Walk
	engines  [hands]engine.Engine
	waits    [][]int
	order    []int          // of what could be started, what is first
	tables   [][]string     // that each entry reads
	readers  map[string]int // how many of the entries that read a table have not ended
	started  []bool
	ended    []bool
	under    [hands]*underWay
	ending   chan ending
	finished int
	end      int // no entry from here on is started, nor counts what becomes of it

	outcomes []outcome
	timing   []StepTiming
	since    time.Time // up to which time and work are shared out
	worked   float64
}

// underWay is an entry that a hand carries out.
type underWay struct {
	place  int
	event  Event
	start  time.Time
	cancel context.CancelFunc
}

// ending is how an entry ended that a hand carried out.
type ending struct {
	hand int
	outcome
}

// walk carries the entries out, those of SQL by an engine of their own.
func (c *Context) walk(ctx context.Context, w Walk, sql engine.Engine) error {
	report, reporting := c.Progress, sync.Mutex{}
	c.Progress = func(event Event) {
		reporting.Lock()
		defer reporting.Unlock()
		report(event)
	}
	defer func() { c.Progress = report }()

	count, waits := len(w.Entries), waits(w.Entries)
	g := &walking{
		Context: c, Walk: w, engines: [hands]engine.Engine{goHand: c.Engine, sqlHand: sql},
		waits: waits, order: startOrder(w.Entries, waits), tables: TablesRead(w.Entries), readers: map[string]int{},
		started: make([]bool, count), ended: make([]bool, count), ending: make(chan ending), end: count,
		outcomes: make([]outcome, count), timing: make([]StepTiming, count),
	}
	for _, tables := range g.tables {
		for _, table := range tables {
			g.readers[table]++
		}
	}
	for {
		isIdle := true
		for hand := range hands {
			if g.under[hand] == nil {
				g.startNext(ctx, hand)
			}
			isIdle = isIdle && g.under[hand] == nil
		}
		if isIdle {
			break
		}
		g.finish(ctx, <-g.ending)
	}
	for i, timing := range g.timing {
		if g.ended[i] {
			timing.CPUSeconds = math.Round(100*timing.CPUSeconds) / 100
			c.Timing = append(c.Timing, timing)
		}
	}
	return g.conclude(ctx)
}

// startNext starts the first entry of a hand that waits for nothing more, if there is one.
func (g *walking) startNext(ctx context.Context, hand int) {
	if ctx.Err() != nil {
		return
	}
	for _, i := range g.order {
		entry := g.Entries[i]
		if i >= g.end || g.started[i] || handOf(entry) != hand || slices.ContainsFunc(g.waits[i], func(before int) bool { return !g.ended[before] }) {
			continue
		}
		g.shareOut()
		g.started[i] = true
		under := &underWay{place: i, event: Event{Kind: StepStarted, Step: entry.Name, Number: i + 1, Finished: g.finished, Steps: len(g.Entries)}, start: g.since}
		g.under[hand] = under
		g.Progress(under.event)
		stepContext, cancel := context.WithCancel(ctx)
		under.cancel = cancel
		go func() {
			var o outcome
			o.err = failure.Guard(func() error {
				o = g.act(stepContext, g.engines[hand], entry, g.Actions)
				return o.err
			})()
			g.ending <- ending{hand, o}
		}()
		return
	}
}

// finish notes how an entry ended, and drops the tables that nothing more reads.
func (g *walking) finish(ctx context.Context, e ending) {
	g.shareOut()
	under := g.under[e.hand]
	g.under[e.hand] = nil
	under.cancel()
	i, entry := under.place, g.Entries[under.place]
	if i >= g.end {
		return // it was cancelled, or a step before it failed
	}
	g.outcomes[i], g.ended[i] = e.outcome, true
	g.timing[i].Step, g.timing[i].Rows = entry.Name, e.rows
	if e.err != nil {
		g.stopAt(i)
		return
	}
	if len(e.broken) > 0 {
		after := i + 1
		for after < len(g.Entries) && g.Entries[after].Kind == Check {
			after++ // so that all broken rules are seen at once
		}
		g.stopAt(after)
	}
	if entry.Kind == File {
		g.Rows[entry.Name] = *e.rows
	}
	g.finished++
	event := under.event
	event.Kind, event.Finished, event.Rows, event.Elapsed = StepFinished, g.finished, e.rows, g.since.Sub(under.start)
	g.Progress(event)
	for _, table := range g.tables[i] {
		if g.readers[table]--; g.readers[table] > 0 {
			continue
		}
		if err := g.engines[e.hand].Drop(ctx, table); err != nil {
			g.outcomes[i].err = err
			g.stopAt(i)
		}
	}
}

// stopAt starts no entry from a place on any more and cancels those under way. What comes
// before is carried out: the error that is reported is the first one in the plan's order.
func (g *walking) stopAt(place int) {
	g.end = min(g.end, place)
	for _, under := range g.under {
		if under != nil && under.place >= g.end {
			under.cancel()
		}
	}
}

// conclude returns the first error in the plan's order, else all rules that are broken.
func (g *walking) conclude(ctx context.Context) error {
	var broken []error
	for _, o := range g.outcomes {
		if o.err != nil {
			return o.err
		}
		broken = append(broken, o.broken...)
	}
	if len(broken) > 0 {
		return refuse(broken)
	}
	return ctx.Err()
}

// shareOut shares what passed since it was last called among the entries under way.
func (g *walking) shareOut() {
	now, worked, peak := g.Clock(), CPUSeconds(), peakBytes()
	resetPeak()
	count := 0.0
	for _, under := range g.under {
		if under != nil {
			count++
		}
	}
	for _, under := range g.under {
		if under != nil {
			timing := &g.timing[under.place]
			timing.Seconds += now.Sub(g.since).Seconds() / count
			timing.CPUSeconds += (worked - g.worked) / count
			timing.PeakBytes = max(timing.PeakBytes, peak)
		}
	}
	g.since, g.worked = now, worked
}

// waits returns for each entry those that have to end before it starts: what makes what
// it reads, of Go the one of Go before it, and of all but a check the checks before it.
func waits(entries []Entry) [][]int {
	waits := make([][]int, len(entries))
	maker := map[string]int{}
	var checks, ofGo []int
	for i, entry := range entries {
		for _, name := range entry.Reads {
			if made, known := maker[name]; known {
				waits[i] = append(waits[i], made)
			}
		}
		if handOf(entry) == goHand {
			waits[i] = append(waits[i], ofGo...)
			ofGo = []int{i}
		}
		if entry.Kind == Check {
			checks = append(checks, i)
		} else {
			waits[i] = append(waits[i], checks...)
		}
		for _, name := range entry.Makes {
			maker[name] = i
		}
	}
	return waits
}

// startOrder returns the places of the entries in the order in which they are started
// when they could be: that of the plan, but what a long one waits for comes first, so that
// the rest can be carried out beside it.
func startOrder(entries []Entry, waits [][]int) []int {
	isAwaited := make([]bool, len(entries))
	for i, entry := range slices.Backward(entries) {
		if isAwaited[i] = isAwaited[i] || entry.IsLong; isAwaited[i] {
			for _, before := range waits[i] {
				isAwaited[before] = true
			}
		}
	}
	var first, rest []int
	for i := range entries {
		if isAwaited[i] {
			first = append(first, i)
		} else {
			rest = append(rest, i)
		}
	}
	return append(first, rest...)
}

// TablesRead returns for each entry the tables that it reads, also through views. A table
// is dropped once all of them have ended; files are published, and what Go makes is small.
func TablesRead(entries []Entry) [][]string {
	read := make([][]string, len(entries))
	behind := map[string][]string{} // the tables behind each name
	for i, entry := range entries {
		for _, name := range entry.Reads {
			read[i] = append(read[i], behind[name]...)
		}
		slices.Sort(read[i])
		read[i] = slices.Compact(read[i])
		for _, name := range entry.Makes {
			switch entry.Kind {
			case Table:
				behind[name] = []string{name}
			case View:
				behind[name] = read[i]
			}
		}
	}
	return read
}
