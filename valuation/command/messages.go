package command

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
)

// form is how messages are written.
type form string

const (
	textForm form = "text" // errors alone, and a progress bar where there is a terminal
	jsonForm form = "json" // one object a line for whatever happens
)

// formOf reads a form; whatever is none is refused with the configuration, as text.
func formOf(log string) form {
	if form(log) == jsonForm {
		return jsonForm
	}
	return textForm
}

// messages is what goes to stderr.
type messages struct {
	out   io.Writer
	clock func() time.Time
	form  form
	lines slog.Handler // of JSON
	bar   progress

	began  time.Time // of the first work; zero: there was none
	counts counts
}

// counts are what a command adds up for its last line.
type counts struct {
	warnings, accepted int
	runs, audiences    int // that stand, published now or before
}

// newMessages decides on the form before the configuration is read, since that
// can fail as well.
func newMessages(env Env, args []string) *messages {
	m := &messages{out: env.Stderr, clock: env.Clock, form: textForm, lines: slog.NewJSONHandler(env.Stderr, nil), bar: silence{}}
	for _, entry := range env.Environ {
		if log, set := strings.CutPrefix(entry, "CBV_LOG="); set {
			m.form = formOf(log)
		}
	}
	for i, arg := range args {
		name, value, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if name != "log" || !strings.HasPrefix(arg, "-") {
			continue
		}
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		m.form = formOf(value)
	}
	return m
}

// configure takes the form that the configuration asks for.
func (m *messages) configure(c config.Config) { m.form = formOf(c.Log) }

// say writes a message with its fields, in JSON only.
func (m *messages) say(level slog.Level, message string, fields ...any) {
	if m.form != jsonForm {
		return
	}
	record := slog.NewRecord(m.clock().UTC(), level, message, 0)
	record.Add(fields...)
	// A message that cannot be written must not end the work.
	_ = m.lines.Handle(context.Background(), record)
}

// published says that a run stands.
func (m *messages) published(folder string, already bool) {
	m.counts.runs++
	m.say(slog.LevelInfo, "published", "folder", folder, "already", already)
}

// exported says that the export of an audience stands.
func (m *messages) exported(audience, folder string, already bool) {
	m.counts.audiences++
	m.say(slog.LevelInfo, "exported", "audience", audience, "folder", folder, "already", already)
}

// warn writes a warning and counts it.
func (m *messages) warn(w pipeline.Warning) {
	m.counts.warnings++
	fields := []any{"code", w.Code}
	if w.Fails {
		fields = append(fields, "fails", true)
	}
	if w.Accepted {
		m.counts.accepted++
		fields = append(fields, "accepted", true)
	}
	m.say(slog.LevelWarn, w.Message, fields...)
}

// finish writes the last line of a command that has worked: how it ended, and how
// much there was to say.
func (m *messages) finish(code int) {
	if m.began.IsZero() {
		return
	}
	c := m.counts
	m.say(slog.LevelInfo, "finished", "exit_code", code, "warnings", c.warnings, "accepted", c.accepted,
		"runs", c.runs, "audiences", c.audiences, "seconds", m.clock().Sub(m.began).Seconds())
}

// fail prints the error that the command ends with.
func (m *messages) fail(err error) {
	kind, text := failure.KindOf(err), err.Error()
	if kind == failure.Interrupted {
		text = "interrupted: nothing was published"
	}
	if m.form == textForm {
		fmt.Fprintf(m.out, "cbv: %s\n", text)
		return
	}
	m.say(slog.LevelError, text, "kind", kind.String(), "exit_code", int(kind))
}

// panicked prints a fault of the program itself.
func (m *messages) panicked(fault any, stack []byte) {
	m.bar.clear()
	text := fmt.Sprintf("a fault of cbv itself: %v", fault)
	if m.form == textForm {
		fmt.Fprintf(m.out, "cbv: %s\n\n%s", text, stack)
		return
	}
	m.say(slog.LevelError, text, "kind", failure.Failed.String(), "exit_code", int(failure.Failed), "stack", string(stack))
}

// start begins to report work; end, which must follow it, takes the bar
// off the terminal.
func (m *messages) start() {
	if m.began.IsZero() {
		m.began = m.clock()
	}
	m.bar = silence{}
	if m.form == textForm {
		m.bar = newProgress(m.out)
	}
}

func (m *messages) end() {
	m.bar.clear()
	m.bar = silence{}
}

// event reports what happens in a run.
func (m *messages) event(e pipeline.Event) {
	switch e.Kind {
	case pipeline.StepStarted:
		m.bar.step(e.Finished, e.Steps, e.Step)
		m.say(slog.LevelInfo, "step started", "step", e.Step, "number", e.Number, "steps", e.Steps)
	case pipeline.StepFinished:
		fields := []any{"step", e.Step, "number", e.Number, "steps", e.Steps, "seconds", e.Elapsed.Seconds()}
		if e.Rows != nil {
			m.bar.rows(e.Step, *e.Rows)
			fields = append(fields, "rows", *e.Rows)
		}
		m.say(slog.LevelInfo, "step finished", fields...)
	case pipeline.Warned:
		m.warn(e.Warning)
	case pipeline.WaitingForLock:
		m.bar.step(0, 1, strings.TrimSpace("waiting for another run "+e.Holder))
		m.say(slog.LevelInfo, "waiting for another run to give the lock back", "holder", e.Holder)
	case pipeline.LockOfKilledRun:
		m.say(slog.LevelWarn, "took over the lock of a run that was killed", "holder", e.Holder)
	}
}
