package pipelinetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine/enginetest"
	"cbv/valuation/pipeline"
)

// WarningCase is two inputs on either side of the rule of a warning, as near to its
// bound as they can be.
type WarningCase struct {
	Code   string
	Raises Input
	Says   string // the whole message, with its numbers worked out by hand
	Silent Input
}

// Input carries the rule of a warning out in a context of its own.
type Input func(c *pipeline.Context) error

// Warnings carries cases out. The catalog's test looks for its calls: a call stands
// by itself in a test, with its cases written out.
func Warnings(t *testing.T, cases []WarningCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Code, func(t *testing.T) {
			if got := messages(t, c.Code, c.Raises); !slices.Equal(got, []string{c.Says}) {
				t.Errorf("raised %q, want %q once", got, c.Says)
			}
			if got := messages(t, c.Code, c.Silent); len(got) > 0 {
				t.Errorf("the neighbour raised %q, want nothing", got)
			}
		})
	}
}

// messages returns what an input says under a code.
func messages(t *testing.T, code string, input Input) (found []string) {
	t.Helper()
	c := NewContext()
	if err := input(c); err != nil {
		t.Fatal(err)
	}
	for _, warning := range c.Warnings {
		if strings.Contains(warning.Message, "%!") {
			t.Errorf("%s is not written well: %s", warning.Code, warning.Message)
		}
		if warning.Code == code {
			found = append(found, warning.Message)
		}
	}
	return found
}

// NewContext returns a context of the default configuration whose engine holds tables
// in memory, at noon of 1 March 2026.
func NewContext() *pipeline.Context {
	c, err := pipeline.NewContext(pipeline.Job{
		Config:   config.Default(),
		Clock:    func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) },
		Progress: func(pipeline.Event) {},
	})
	if err != nil {
		panic(err) // the default configuration is whole
	}
	c.Engine = enginetest.New()
	return c
}
