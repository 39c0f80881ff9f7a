package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
)

// journal is what happens in a walk, in its order.
type journal struct {
	lock   sync.Mutex
	lines  []string
	do     map[string]func(context.Context) error // what a step of SQL does
	rules  map[string][]any                       // what a check finds: rule, got, want, example
	events []Event
}

func (j *journal) note(line string) {
	j.lock.Lock()
	defer j.lock.Unlock()
	j.lines = append(j.lines, line)
}

// place is where a line stands, -1 where it does not.
func (j *journal) place(line string) int { return slices.Index(j.lines, line) }

// carryOut notes when a step starts and ends.
func (j *journal) carryOut(ctx context.Context, name string) error {
	j.note("start " + name)
	defer j.note("end " + name)
	if do := j.do[name]; do != nil {
		return do(ctx)
	}
	return nil
}

// noted is an engine that makes nothing.
type noted struct {
	engine.Engine
	*journal
}

func (n noted) Beside(context.Context) (engine.Engine, error) { return n, nil }

func (n noted) View(ctx context.Context, name, _ string) error { return n.carryOut(ctx, name) }

func (n noted) Table(ctx context.Context, name, _ string) (int64, error) {
	return 5, n.carryOut(ctx, name)
}

func (n noted) File(ctx context.Context, name, _ string, _ engine.File) (int64, error) {
	return 7, n.carryOut(ctx, name)
}

func (n noted) Rows(_ context.Context, name string, _ []string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		if rule := n.rules[name]; rule != nil {
			yield(rule, nil)
		}
	}
}

func (n noted) Drop(_ context.Context, name string) error {
	n.note("drop " + name)
	return nil
}

func (n noted) Close() error { return nil }

// walkThrough carries entries out and returns the context after it.
func walkThrough(t *testing.T, j *journal, actions Actions, entries ...Entry) (*Context, error) {
	t.Helper()
	c, err := NewContext(Job{
		Config: config.Default(), SQL: fstest.MapFS{"engine/duckdb.sql": {}}, Clock: time.Now, Progress: func(e Event) { j.events = append(j.events, e) },
		Open: func(context.Context, engine.Options) (engine.Engine, error) { return noted{journal: j}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range entries {
		if entries[i].Makes == nil {
			entries[i].Makes = []string{entries[i].Name}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = c.Walk(ctx, Walk{Entries: entries, Actions: actions, Diagnose: func(context.Context, error) error { return nil }})
	return c, err
}

// signal is closed by one step for another one.
type signal chan struct{}

func (s signal) send(context.Context) error { close(s); return nil }

func (s signal) await(ctx context.Context) error {
	select {
	case <-s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// While Go is at work, SQL that does not wait for it goes on, and the other way round.
func TestGoAndSQLAreCarriedOutBesideEachOther(t *testing.T) {
	sqlStarted, goStarted := make(signal), make(signal)
	j := &journal{do: map[string]func(context.Context) error{"table": func(ctx context.Context) error {
		return errors.Join(sqlStarted.send(ctx), goStarted.await(ctx))
	}}}
	_, err := walkThrough(t, j, Actions{"fit": func(ctx context.Context) error {
		return errors.Join(goStarted.send(ctx), sqlStarted.await(ctx))
	}}, Entry{Name: "fit", Kind: Go}, Entry{Name: "table", Kind: Table})
	if err != nil {
		t.Error(err)
	}
}

// Whoever watches a walk is told how many steps have finished, in whatever order they do.
func TestFinishedStepsAreCounted(t *testing.T) {
	last := make(signal)
	j := &journal{do: map[string]func(context.Context) error{"last": last.send}}
	_, err := walkThrough(t, j, Actions{"slow": last.await},
		Entry{Name: "a", Kind: Table}, Entry{Name: "slow", Kind: Go}, Entry{Name: "b", Kind: Table, Reads: []string{"slow"}}, Entry{Name: "c", Kind: Table}, Entry{Name: "last", Kind: Table})
	if err != nil {
		t.Fatal(err)
	}
	finished, started, isBackward := 0, 0, false
	for _, event := range j.events {
		if event.Kind == StepFinished {
			finished++
		} else {
			isBackward = isBackward || event.Number < started
			started = event.Number
		}
		if event.Finished != finished || event.Steps != 5 {
			t.Errorf("of %s: %d of %d have finished, want %d of 5", event.Step, event.Finished, event.Steps, finished)
		}
	}
	if finished != 5 || !isBackward {
		t.Errorf("%d steps finish, and all start in the plan's order: %t", finished, !isBackward)
	}
}

// A step starts once all has ended that makes what it reads, one of Go once those of Go
// before it have; of each there is one at a time.
func TestStepsWaitForWhatTheyRead(t *testing.T) {
	j := &journal{}
	actions := Actions{}
	entries := []Entry{
		{Name: "a", Kind: Table}, {Name: "b", Kind: Table, Reads: []string{"a"}}, {Name: "first", Kind: Go, Reads: []string{"b"}}, {Name: "second", Kind: Go},
		{Name: "v", Kind: View, Reads: []string{"first"}}, {Name: "segments", Kind: File, Reads: []string{"v", "second"}}, {Name: "third", Kind: Go, Reads: []string{"segments"}},
		{Name: "c", Kind: Table}, {Name: "d", Kind: Table, Reads: []string{"c", "first"}},
	}
	for _, entry := range entries {
		actions[entry.Name] = func(ctx context.Context) error { return j.carryOut(ctx, entry.Name) }
	}
	c, err := walkThrough(t, j, actions, entries...)
	if err != nil {
		t.Fatal(err)
	}
	var ofGo []string
	under := map[bool]string{} // of Go or not: the step under way
	for _, line := range j.lines {
		word, name, _ := strings.Cut(line, " ")
		at := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == name })
		if word == "drop" {
			continue
		}
		isGo := entries[at].Kind == Go
		if word == "end" {
			under[isGo] = ""
			continue
		}
		if under[isGo] != "" {
			t.Errorf("%s starts while %s is under way", name, under[isGo])
		}
		under[isGo] = name
		if isGo {
			ofGo = append(ofGo, name)
		}
		for _, read := range entries[at].Reads {
			if end := j.place("end " + read); end < 0 || end > j.place(line) {
				t.Errorf("%s starts before %s has ended", name, read)
			}
		}
	}
	if want := []string{"first", "second", "third"}; !slices.Equal(ofGo, want) {
		t.Errorf("Go is carried out in the order %v, want %v", ofGo, want)
	}
	if c.Rows["segments"] != 7 {
		t.Errorf("the file has %d rows, want 7", c.Rows["segments"])
	}
	var timed []string
	for _, timing := range c.Timing {
		timed = append(timed, timing.Step)
	}
	if want := []string{"a", "b", "first", "second", "v", "segments", "third", "c", "d"}; !slices.Equal(timed, want) {
		t.Errorf("timed are %v, want the plan's order", timed)
	}
}

// A table goes once all who read it have ended, whoever they are, and not before.
func TestTablesAreDroppedAfterTheirReaders(t *testing.T) {
	j, copied := &journal{}, make(signal)
	j.do = map[string]func(context.Context) error{"copy": copied.send}
	_, err := walkThrough(t, j, Actions{"slow": func(ctx context.Context) error { return errors.Join(copied.await(ctx), j.carryOut(ctx, "slow")) }},
		Entry{Name: "a", Kind: Table}, Entry{Name: "v", Kind: View, Reads: []string{"a"}}, Entry{Name: "slow", Kind: Go, Reads: []string{"v"}},
		Entry{Name: "copy", Kind: Table, Reads: []string{"a"}}, Entry{Name: "last", Kind: Table})
	if err != nil {
		t.Fatal(err)
	}
	if drop := j.place("drop a"); drop < j.place("end slow") || drop < j.place("end copy") {
		t.Errorf("a is dropped before its readers have ended: %v", j.lines)
	}
	if j.place("drop last") >= 0 {
		t.Errorf("what nothing reads is dropped: %v", j.lines)
	}
}

// The error is that of the first step in the plan's order, though a later one failed
// sooner; nothing after it is started, and what is under way is cancelled.
func TestTheFirstErrorInThePlanIsReported(t *testing.T) {
	first, later := errors.New("of the first"), errors.New("of the later")
	failed := make(signal)
	j := &journal{do: map[string]func(context.Context) error{"later": func(ctx context.Context) error { return errors.Join(failed.send(ctx), later) }}}
	c, err := walkThrough(t, j, Actions{"first": func(ctx context.Context) error {
		return errors.Join(failed.await(ctx), first)
	}}, Entry{Name: "first", Kind: Go}, Entry{Name: "later", Kind: Table}, Entry{Name: "last", Kind: Table})
	if !errors.Is(err, first) || errors.Is(err, later) {
		t.Errorf("reported is %v, want that of the first", err)
	}
	if j.place("start last") >= 0 {
		t.Errorf("a step is started after one failed: %v", j.lines)
	}
	if len(c.Timing) != 2 {
		t.Errorf("timed are %v", c.Timing)
	}

	j = &journal{do: map[string]func(context.Context) error{"endless": func(ctx context.Context) error {
		close(failed)
		<-ctx.Done()
		return ctx.Err()
	}}}
	failed = make(signal)
	_, err = walkThrough(t, j, Actions{"first": func(ctx context.Context) error { return errors.Join(failed.await(ctx), first) }},
		Entry{Name: "first", Kind: Go}, Entry{Name: "endless", Kind: Table})
	if !errors.Is(err, first) {
		t.Errorf("reported is %v, want that of the first", err)
	}
}

// What stands before a step that failed is carried out all the same: it could have failed
// first.
func TestWhatStandsBeforeAFailureIsCarriedOut(t *testing.T) {
	first, failed := errors.New("of the first"), make(signal)
	j := &journal{do: map[string]func(context.Context) error{
		"failing": func(ctx context.Context) error { return errors.Join(failed.send(ctx), errors.New("of the later")) },
		"second":  func(context.Context) error { return first },
	}}
	_, err := walkThrough(t, j, Actions{"slow": failed.await},
		Entry{Name: "slow", Kind: Go}, Entry{Name: "second", Kind: Table, Reads: []string{"slow"}}, Entry{Name: "failing", Kind: Table})
	if !errors.Is(err, first) {
		t.Errorf("reported is %v, want that of the step before", err)
	}
}

// All rules that the checks of one place break are reported; no other step comes after.
func TestBrokenRulesStopWhatFollows(t *testing.T) {
	j := &journal{rules: map[string][]any{
		"one": {"rows", int64(1), int64(2), nil}, "two": {"rows", int64(2), int64(2), nil}, "three": {"money", int64(3), int64(4), nil}, "four": {"late", int64(5), int64(6), nil},
	}}
	ended := false
	_, err := walkThrough(t, j, Actions{"after": func(context.Context) error { ended = true; return nil }},
		Entry{Name: "a", Kind: Table}, Entry{Name: "one", Kind: Check, Reads: []string{"a"}}, Entry{Name: "two", Kind: Check}, Entry{Name: "three", Kind: Check},
		Entry{Name: "after", Kind: Go}, Entry{Name: "table", Kind: Table}, Entry{Name: "four", Kind: Check})
	want := "check one: rows: got 1, want 2\ncheck three: money: got 3, want 4\n2 rules are broken: nothing was published"
	if err == nil || err.Error() != want || failure.KindOf(err) != failure.Input {
		t.Errorf("%v\nwant %s", err, want)
	}
	if ended || j.place("start table") >= 0 || j.place("start four") >= 0 {
		t.Errorf("steps follow broken rules: %v", j.lines)
	}
}

// A panic of Go is an error, and never the end of the process.
func TestAPanicOfAStepIsAnError(t *testing.T) {
	var fault *failure.Panic
	if _, err := walkThrough(t, &journal{}, Actions{"broken": func(context.Context) error { panic("no such state") }}, Entry{Name: "broken", Kind: Go}); !errors.As(err, &fault) {
		t.Errorf("a panic became %v", err)
	}
}

// Whoever interrupts a walk gets that as its error.
func TestAWalkIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, err := NewContext(Job{Config: config.Default(), SQL: fstest.MapFS{"engine/duckdb.sql": {}}, Clock: time.Now, Progress: func(Event) {},
		Open: func(context.Context, engine.Options) (engine.Engine, error) { return noted{journal: &journal{}}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	walk := Walk{
		Entries: []Entry{{Name: "first", Kind: Go}, {Name: "second", Kind: Go}}, Diagnose: func(context.Context, error) error { return nil },
		Actions: Actions{"first": func(context.Context) error { cancel(); return nil }, "second": func(context.Context) error { return errors.New("started") }},
	}
	if err := c.Walk(ctx, walk); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted walk ends with %v", err)
	}
}

// Steps side by side share the time that passes: what they are given adds up.
func TestTimesAddUp(t *testing.T) {
	seconds := 0
	g := &walking{Context: &Context{Job: Job{Clock: func() time.Time { return time.Unix(int64(seconds), 0) }}}, timing: make([]StepTiming, 2)}
	g.shareOut()
	g.under[goHand] = &underWay{place: 0}
	seconds = 10
	g.shareOut() // alone
	g.under[sqlHand] = &underWay{place: 1}
	seconds = 16
	g.shareOut() // both
	g.under[goHand] = nil
	seconds = 20
	g.shareOut()
	for i, want := range []float64{13, 7} {
		if got := g.timing[i].Seconds; !(math.Abs(got-want) < 1e-9) {
			t.Errorf("step %d is given %g s, want %g", i, got, want)
		}
	}
}

// What a long step waits for is started first, though it stands later in the plan.
func TestWhatALongStepWaitsForComesFirst(t *testing.T) {
	entries := []Entry{
		{Name: "a", Kind: Table, Makes: []string{"a"}}, {Name: "b", Kind: Table, Makes: []string{"b"}}, {Name: "c", Kind: View, Reads: []string{"b"}, Makes: []string{"c"}},
		{Name: "d", Kind: Table, Reads: []string{"a"}, Makes: []string{"d"}}, {Name: "fit", Kind: Go, Reads: []string{"c"}, IsLong: true}, {Name: "e", Kind: Table, Makes: []string{"e"}},
	}
	if got, want := startOrder(entries, waits(entries)), []int{1, 2, 4, 0, 3, 5}; !slices.Equal(got, want) {
		t.Errorf("started are %v, want %v", got, want)
	}
}

// Warnings are those of Go, and stand in the order of the plan whatever SQL takes.
func TestWarningsStandInTheOrderOfThePlan(t *testing.T) {
	actions, entries := Actions{}, []Entry{}
	var want []string
	c := (*Context)(nil)
	for i := range 6 {
		name := fmt.Sprint("step_", i)
		want = append(want, name)
		actions[name] = func(context.Context) error { c.Warn("missing_days", "%s", name); return nil }
		entries = append(entries, Entry{Name: name, Kind: Go}, Entry{Name: name + "_table", Kind: Table, Reads: []string{name}, Makes: []string{name + "_table"}})
	}
	raised := 0
	var err error
	c, err = NewContext(Job{Config: config.Default(), SQL: fstest.MapFS{"engine/duckdb.sql": {}}, Clock: time.Now,
		Progress: func(event Event) { // without a lock of its own
			if event.Kind == Warned {
				raised++
			}
		},
		Open: func(context.Context, engine.Options) (engine.Engine, error) { return noted{journal: &journal{}}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range entries {
		entries[i].Makes = []string{entries[i].Name}
	}
	if err := c.Walk(t.Context(), Walk{Entries: entries, Actions: actions, Diagnose: func(context.Context, error) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, warning := range c.Warnings {
		got = append(got, warning.Message)
	}
	if !slices.Equal(got, want) || raised != len(want) {
		t.Errorf("%d warnings %v, want %v", raised, got, want)
	}
}
