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

// RefuseWarnings fails what has warnings where run.strict asks for it.
func (c *Context) RefuseWarnings(warnings []Warning) error {
	if !c.Config.Run.Strict || len(warnings) == 0 {
		return nil
	}
	var broken []error
	for _, warning := range warnings {
		broken = append(broken, fmt.Errorf("warning %s: %s", warning.Code, warning.Message))
	}
	noun := "warnings fail"
	if len(warnings) == 1 {
		noun = "warning fails"
	}
	return failure.Inputf("%w\n%d %s the run under run.strict: nothing was published", errors.Join(broken...), len(warnings), noun)
}
