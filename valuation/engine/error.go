package engine

import "errors"

// Error is what an engine says went wrong.
type Error struct {
	Kind Kind
	Text string // one line
	Err  error  // the engine's own
}

// Kind is whose doing an error is.
type Kind int

// The kinds of error.
const (
	Fault  Kind = iota // the program's or the engine's
	Data               // a value could not be converted or computed: the data's, or a configured expression's
	Memory             // the memory limit was reached
	Damage             // a file does not hold what its own statistics say
	Disk               // there was no room on the disk for what is spilled or written
)

func (e *Error) Error() string { return e.Text }

func (e *Error) Unwrap() error { return e.Err }

// Cause returns the part of err that the engine said, nil when it said nothing.
func Cause(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// IsOutOfMemory reports whether err says that the memory limit was reached.
func IsOutOfMemory(err error) bool { return isKind(err, Memory) }

// IsOutOfDisk reports whether err says that there was no room on the disk.
func IsOutOfDisk(err error) bool { return isKind(err, Disk) }

// IsDataError reports whether err says that a value could not be converted or
// computed.
func IsDataError(err error) bool { return isKind(err, Data) }

// IsDamage reports whether err says that a file does not hold what its own statistics
// say.
func IsDamage(err error) bool { return isKind(err, Damage) }

func isKind(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}
