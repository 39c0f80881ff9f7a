package failure

import (
	"fmt"
	"runtime/debug"
)

// Panic is a fault of the program itself that was caught in a goroutine, where it
// would have ended the process with an exit code that means something else.
type Panic struct {
	Value any
	Stack []byte // of the goroutine
}

func (p *Panic) Error() string { return fmt.Sprintf("a fault of cbv itself: %v", p.Value) }

// Guard makes a function that returns its panic as an error, for goroutines.
func Guard(do func() error) func() error {
	return func() (err error) {
		defer func() {
			if fault := recover(); fault != nil {
				err = &Panic{fault, debug.Stack()}
			}
		}()
		return do()
	}
}
