package pipeline

import "time"

// Event is something that happens while a plan is carried out and that whoever
// watches it may want to know.
type Event struct {
	Kind     EventKind
	Step     string        // of step events
	Number   int           // of the step in the plan, from 1; steps start and finish out of that order
	Finished int           // steps by then, never fewer than in the event before
	Steps    int           // in all
	Rows     *int64        // of a finished step, where it counted them
	Elapsed  time.Duration // of a finished step
	Warning  Warning
	Holder   string // of the lock, as far as is known
}

// EventKind says what happened.
type EventKind int

// The kinds of event.
const (
	StepStarted EventKind = iota + 1
	StepFinished
	Warned
	WaitingForLock
	LockOfKilledRun // was taken over: the system gives it back
)
