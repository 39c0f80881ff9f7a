// Package intake takes the orders and the auxiliary inputs in: it finds and maps
// the files, sets the day from which the plan looks, and holds every row to the
// contract.
package intake

import (
	"time"

	"context"
	"fmt"
	"io"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/orderdays"
	"cbv/valuation/pastdays"
	"cbv/valuation/pipeline"
	"cbv/valuation/source"
)

// Inputs are the files of orders and of the auxiliary inputs.
type Inputs struct {
	Orders    []source.File
	Auxiliary []source.Auxiliary // identities, rates, spend, surveys; without files where not configured
}

// Find looks the input files up.
func Find(ctx context.Context, c config.Config) (Inputs, error) {
	orders, err := findOrders(ctx, c)
	if err != nil {
		return Inputs{}, err
	}
	auxiliary, err := source.FindAuxiliary(ctx, c)
	return Inputs{orders, auxiliary}, err
}

// FindOrders looks up the order files and what orders are read with, and leaves the
// other inputs without files: nothing of them is counted then.
func FindOrders(ctx context.Context, c config.Config) (Inputs, error) {
	orders, err := findOrders(ctx, c)
	if err != nil {
		return Inputs{}, err
	}
	lookups, err := source.FindLookups(ctx, c)
	return Inputs{orders, lookups}, err
}

func findOrders(ctx context.Context, c config.Config) ([]source.File, error) {
	files, err := source.Find(ctx, "orders", c.Orders.Files, c.Orders.HivePartitions)
	if err == nil && source.Rows(files) == 0 {
		err = failure.Inputf("%s: none of %d order files has a row: there is no order to value; check orders.files", files[0].Path, len(files))
	}
	return files, err
}

// Fingerprint reads every input file once.
func (in Inputs) Fingerprint(ctx context.Context) error {
	for _, auxiliary := range in.Auxiliary {
		if err := source.Fingerprint(ctx, auxiliary.Files); err != nil {
			return err
		}
	}
	return source.Fingerprint(ctx, in.Orders)
}

// Files returns every input file.
func (in Inputs) Files() []source.File {
	var files []source.File
	files = append(files, in.Orders...)
	for _, auxiliary := range in.Auxiliary {
		files = append(files, auxiliary.Files...)
	}
	return files
}

// WriteIdentity writes the names and bytes of the input files.
func (in Inputs) WriteIdentity(to io.Writer) {
	for _, file := range in.Orders {
		fmt.Fprintf(to, "%q %s\n", file.Name, file.Fingerprint)
	}
	for _, auxiliary := range in.Auxiliary {
		for _, file := range auxiliary.Files {
			fmt.Fprintf(to, "%s %q %s\n", auxiliary.Name, file.Name, file.Fingerprint)
		}
	}
}

// Intake is the intake of one plan.
type Intake struct {
	*pipeline.Context
	Inputs Inputs
	Orders source.Mapping // of the order files, once they are mapped
	Report Report
	Base   Base

	// startsMidLife says that the files start in the middle of the shop's life, and that
	// no setting says from when on its customers are new.
	startsMidLife bool

	// BeyondOrders says that the as-of day lies so far behind the last order that
	// orders are more likely missing.
	BeyondOrders bool

	// MissingDays are days without an order that missing_days warns of and nobody accepted,
	// the earliest first.
	MissingDays []orderdays.Stretch

	// Holdout is how the plan tests models on the shop's own past. A plan that tests
	// none has the zero Holdout, and looks back to no past day.
	Holdout  Holdout
	Lookback pastdays.Lookback
	tests    bool

	// LookedBack is a day of an earlier run of which a plan wants to know what was known on
	// it, zero without one.
	LookedBack time.Time

	// MapWatchedDays makes the view watched_days of a plan that looks at each
	// customer on a day of their own (customer_id, look_day), nil where none does.
	MapWatchedDays func(context.Context) error
}

// New returns the intake of a plan that tests no models.
func New(c *pipeline.Context, inputs Inputs) *Intake {
	return &Intake{Context: c, Inputs: inputs}
}

// NewWithBacktest returns the intake of a plan that tests models on the shop's own
// past.
func NewWithBacktest(c *pipeline.Context, inputs Inputs) *Intake {
	in := New(c, inputs)
	in.tests = true
	return in
}

// Actions are the Go steps of intake.
func (in *Intake) Actions() pipeline.Actions {
	return pipeline.Actions{
		"inputs":            in.mapInputs,
		"identity_contract": in.readIdentities,
		AsOfStep:            in.setAsOf,
		"params":            in.makeParams,
		"contract":          in.readContract,
	}
}

// Readable returns the paths of the input files, which the engine may read.
func (in *Intake) Readable() []string { return source.Resolved(in.Inputs.Files()) }

// Diagnose returns an error that names the input by which a query failed, nil where
// all of it can be read.
func (in *Intake) Diagnose(ctx context.Context, _ error) error {
	if named := in.Orders.Diagnose(ctx, in.Engine, in.Inputs.Orders); named != nil {
		return named
	}
	for i := range in.Inputs.Auxiliary {
		if named := in.Inputs.Auxiliary[i].Diagnose(ctx, in.Engine); named != nil {
			return named
		}
	}
	return nil
}

// HasSpend reports whether there is spend to count.
func (in *Intake) HasSpend() bool { return in.has("spend") }

func (in *Intake) has(name string) bool { return len(in.auxiliary(name).Files) > 0 }

// auxiliary returns the auxiliary input of a name, without files where the plan has
// none.
func (in *Intake) auxiliary(name string) source.Auxiliary {
	for _, auxiliary := range in.Inputs.Auxiliary {
		if auxiliary.Name == name {
			return auxiliary
		}
	}
	return source.Auxiliary{Name: name}
}
