package pipeline

import (
	"errors"
	"fmt"

	"cbv/valuation/failure"
)

// Warning is something that a reader of the figures should know.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Warn notes a warning of the catalog. A code that is not in it is a fault of the
// program, which tests find.
func (c *Context) Warn(code, format string, args ...any) {
	if !isWarning(code) {
		panic(fmt.Sprintf("warning %s is not in the catalog", code))
	}
	warning := Warning{Code: code, Message: fmt.Sprintf(format, args...)}
	c.Warnings = append(c.Warnings, warning)
	c.Progress(Event{Kind: Warned, Warning: warning})
}

// RefuseWarnings fails a command, such as a run or an export, by its warnings where
// run.strict asks for it.
func (c *Context) RefuseWarnings(command string, warnings []Warning) error {
	var broken []error
	for _, warning := range warnings {
		if !isLenient(warning.Code) {
			broken = append(broken, fmt.Errorf("warning %s: %s", warning.Code, warning.Message))
		}
	}
	if !c.Config.Run.Strict || len(broken) == 0 {
		return nil
	}
	noun := "warnings fail"
	if len(broken) == 1 {
		noun = "warning fails"
	}
	return failure.Inputf("%w\n%d %s the %s under run.strict: nothing was published", errors.Join(broken...), len(broken), noun, command)
}

// Repeat raises warnings that were published earlier again, for whoever watches.
func (c *Context) Repeat(warnings []Warning) {
	for _, warning := range warnings {
		c.Progress(Event{Kind: Warned, Warning: warning})
	}
}
