// Package failure names the kinds of failure a command can end with, so that
// the exit code is decided in one place and every package can say which kind
// its error is.
package failure

import (
	"context"
	"errors"
	"fmt"
)

// Kind is the kind of a failure. Its number is the exit code.
type Kind int

// The kinds, as the exit codes of the command line.
const (
	Failed      Kind = 1   // anything that is not one of the following
	Usage       Kind = 2   // the command line or the configuration
	Input       Kind = 3   // the input broke its contract, or a check failed
	Stale       Kind = 4   // the input is older than the run may be
	Locked      Kind = 5   // another run holds the lock
	Interrupted Kind = 130 // by a signal
)

func (k Kind) String() string {
	switch k {
	case Usage:
		return "usage"
	case Input:
		return "input"
	case Stale:
		return "stale"
	case Locked:
		return "locked"
	case Interrupted:
		return "interrupted"
	}
	return "failed"
}

// Kinds lists the kinds of failure in the order of their codes.
func Kinds() []Kind { return []Kind{Failed, Usage, Input, Stale, Locked, Interrupted} }

// Meaning says when a command ends with the kind.
func (k Kind) Meaning() string {
	switch k {
	case Usage:
		return "the command line or the configuration is wrong"
	case Input:
		return "the input broke its contract, a check failed, a reused model is too old, an audience is empty, or --strict met a warning; nothing was published, except where a declared audience failed after its run: the run stands and is named on stdout"
	case Stale:
		return "the input is older than --max-age allows; nothing was published"
	case Locked:
		return "another run or export holds the lock of the output folder"
	case Interrupted:
		return "interrupted by a signal; nothing was published"
	}
	return "anything else, also a fault of the program itself, with its stack on stderr"
}

type failure struct {
	kind Kind
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// Usagef returns an error of kind Usage; its arguments are those of fmt.Errorf.
func Usagef(format string, args ...any) error {
	return &failure{Usage, fmt.Errorf(format, args...)}
}

// Inputf returns an error of kind Input; its arguments are those of fmt.Errorf.
func Inputf(format string, args ...any) error {
	return &failure{Input, fmt.Errorf(format, args...)}
}

// Stalef returns an error of kind Stale; its arguments are those of fmt.Errorf.
func Stalef(format string, args ...any) error {
	return &failure{Stale, fmt.Errorf(format, args...)}
}

// Lockedf returns an error of kind Locked; its arguments are those of fmt.Errorf.
func Lockedf(format string, args ...any) error {
	return &failure{Locked, fmt.Errorf(format, args...)}
}

// KindOf returns the kind of err: that of the outermost failure it wraps,
// Interrupted for a cancelled context, Failed for anything else.
func KindOf(err error) Kind {
	if errors.Is(err, context.Canceled) {
		return Interrupted
	}
	var f *failure
	if errors.As(err, &f) {
		return f.kind
	}
	return Failed
}
