package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/config"
	"cbv/valuation/failure"
)

// Warning is something that a reader of the figures should know.
type Warning struct {
	Code     string `json:"code"`
	Message  string `json:"message"`
	Fails    bool   `json:"fails,omitempty"`    // nothing is published, with or without run.strict
	Accepted bool   `json:"accepted,omitempty"` // by run.accept: it fails nothing
}

// Warn notes a warning of the catalog. A code that is not in it is a fault of the
// program, which tests find.
func (c *Context) Warn(code, format string, args ...any) {
	c.raise(Warning{Code: code, Message: fmt.Sprintf(format, args...)})
}

// Fail notes a warning of the catalog that is grave enough to publish nothing, unless
// the flag --accept names it.
func (c *Context) Fail(code, format string, args ...any) {
	c.raise(Warning{Code: code, Message: fmt.Sprintf(format, args...), Fails: true})
}

func (c *Context) raise(warning Warning) {
	if !isWarning(warning.Code) {
		panic(fmt.Sprintf("warning %s is not in the catalog", warning.Code))
	}
	warning.Accepted = c.accepts(warning)
	c.Warnings = append(c.Warnings, warning)
	c.Progress(Event{Kind: Warned, Warning: warning})
}

// CheckAccepted refuses codes of run.accept that no warning has.
func CheckAccepted(codes []string) error {
	var broken []error
	for _, code := range codes {
		if isWarning(code) {
			continue
		}
		hint := ": cbv help warnings lists them"
		if nearest := config.Nearest(code, Codes()); nearest != "" {
			hint = fmt.Sprintf(": did you mean %q?", nearest)
		}
		broken = append(broken, failure.Usagef("run.accept: there is no warning %q%s", code, hint))
	}
	return errors.Join(broken...)
}

// RefuseWarnings fails a command, such as a run or an export, by its warnings: by
// those that fail it, and where run.strict asks for it by all that are not lenient.
// What is accepted fails nothing.
func (c *Context) RefuseWarnings(command string, warnings []Warning) error {
	var broken []error
	under, accepting := "", ""
	for _, warning := range warnings {
		isStrict := c.Config.Run.Strict && !isLenient(warning.Code)
		if c.accepts(warning) || !warning.Fails && !isStrict {
			continue
		}
		broken = append(broken, fmt.Errorf("warning %s: %s", warning.Code, warning.Message))
		if !warning.Fails {
			under = " under run.strict"
		} else if flag := " --accept " + warning.Code; !strings.Contains(accepting, flag) {
			accepting += flag
		}
	}
	if len(broken) == 0 {
		return nil
	}
	noun := "warnings fail"
	if len(broken) == 1 {
		noun = "warning fails"
	}
	if accepting != "" {
		accepting = "; where the input is right," + accepting + " lets it pass this once"
	}
	return failure.Inputf("%w\n%d %s the %s%s: nothing was published%s", errors.Join(broken...), len(broken), noun, command, under, accepting)
}

// Repeat raises warnings that were published earlier again, for whoever watches, and
// returns them as run.accept has them now.
func (c *Context) Repeat(warnings []Warning) []Warning {
	repeated := slices.Clone(warnings)
	for i := range repeated {
		repeated[i].Accepted = c.accepts(repeated[i])
		c.Progress(Event{Kind: Warned, Warning: repeated[i]})
	}
	return repeated
}

// accepts reports whether a warning is accepted: what fails by itself is by the flag
// alone.
func (c *Context) accepts(w Warning) bool {
	if w.Fails {
		return slices.Contains(c.Config.Run.AcceptOnce, w.Code)
	}
	return slices.Contains(c.Config.Run.Accept, w.Code)
}
