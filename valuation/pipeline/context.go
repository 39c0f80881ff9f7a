package pipeline

import (
	"context"
	"fmt"
	"io/fs"
	"sort"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
)

// Job is what a command asks for, and what of the world it may use.
type Job struct {
	Config   config.Config // as it was loaded: nothing changes it
	SQL      fs.FS         // the folder sql/
	Program  Program
	Open     engine.Open
	Clock    func() time.Time
	Progress func(Event)
}

// Program is the program that runs. Both parts of it are in what is published.
type Program struct {
	Version  string
	Identity string // another one for every change of the program: its revision, or its hash
}

// Context is what the steps of every subject share.
type Context struct {
	Job
	Engine   engine.Engine    // while a plan is walked
	Build    string           // folder of the files that are made
	Minor    int64            // minor units per unit of money
	Days     Days             // known once the as-of day is
	Rows     map[string]int64 // of published tables
	Warnings []Warning
	Timing   []StepTiming
}

// Days are the days of the orders, and the one from which the plan looks.
type Days struct {
	AsOf   time.Time
	Orders []time.Time // with usable rows, sorted; those after AsOf included
}

// First returns the first order day that counts, AsOf where there is none.
func (d Days) First() time.Time {
	if len(d.Orders) > 0 && d.Orders[0].Before(d.AsOf) {
		return d.Orders[0]
	}
	return d.AsOf
}

// Counted returns how many of the order days count: those up to AsOf.
func (d Days) Counted() int {
	return sort.Search(len(d.Orders), func(i int) bool { return d.Orders[i].After(d.AsOf) })
}

// NewContext returns the context of a job.
func NewContext(job Job) (*Context, error) {
	minor, err := job.Config.Value.MinorPerUnit()
	return &Context{Job: job, Minor: minor, Rows: map[string]int64{}}, err
}

// Action is what Go does in a step.
type Action func(context.Context) error

// Actions are the actions of steps, by the name of the step.
type Actions map[string]Action

// Join returns all actions of several subjects. Two of one name are a fault of the
// program.
func Join(all ...Actions) Actions {
	joined := Actions{}
	for _, actions := range all {
		for name, action := range actions {
			if _, twice := joined[name]; twice {
				panic(fmt.Sprintf("two actions are called %s", name))
			}
			joined[name] = action
		}
	}
	return joined
}
