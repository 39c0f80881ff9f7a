package run

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/explanation"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
)

const (
	customerDaysStep = "customer_days"
	ofCustomerStep   = "days_of_customer"
)

// ofCustomer is the plan that reads the days of one customer: intake up to the days of all.
var ofCustomer = append(
	slices.Clone(Contract[:1+slices.IndexFunc(Contract, func(s pipeline.Step) bool { return s.Name == customerDaysStep })]),
	pipeline.Step{Name: ofCustomerStep, Kind: pipeline.Go, Reads: []string{customerDaysStep}},
)

// explainedDay is a row of days_of_customer.
type explainedDay struct {
	OrderDay      time.Time
	IsPurchase    bool
	NetMinor      int64
	PurchaseMinor int64
}

// DaysOf returns what a customer did on each day, by the order files that a published run
// read, and by its settings. why says why that is not known: the settings are others now,
// or the files are not the ones that the run's manifest names.
func DaysOf(ctx context.Context, job pipeline.Job, manifest publication.Manifest, customer string) (days []explanation.Day, why string, err error) {
	if len(job.Config.Orders.Files) == 0 {
		return nil, "no order files are configured (orders.files)", nil
	}
	asOf, err := config.ParseDay(manifest.AsOf)
	if err != nil {
		return nil, "", err
	}
	job.Config.Time.AsOf = &asOf
	job.Progress = func(pipeline.Event) {} // what the run has said already
	if why, err := readsOtherwise(job.Config, manifest); why != "" || err != nil {
		return nil, why, err
	}
	inputs, err := intake.Find(ctx, job.Config)
	if err != nil {
		return nil, fmt.Sprintf("the order files cannot be read: %s", err), nil
	}
	if err := inputs.Fingerprint(ctx); err != nil {
		return nil, fmt.Sprintf("the order files cannot be read: %s", err), nil
	}
	if !slices.Equal(ordersOf(inputs.PublishedInputs()), ordersOf(manifest.Inputs)) {
		return nil, "the order files are not those that the run read", nil
	}
	read := func(r *nightly) pipeline.Actions {
		return pipeline.Actions{ofCustomerStep: func(ctx context.Context) error {
			days, err = r.daysOf(ctx, customer)
			return err
		}}
	}
	if _, err := dryRun(ctx, job, ofCustomer, publication.Catalog{}, read); err != nil {
		return nil, "", err
	}
	return days, "", nil
}

// readsOtherwise says which settings by which orders are read differ from a run's, "" for
// none.
func readsOtherwise(now config.Config, manifest publication.Manifest) (string, error) {
	text, err := now.Identity()
	if err != nil {
		return "", err
	}
	var current, then config.Config
	if err := json.Unmarshal(text, &current); err != nil {
		return "", err
	}
	if err := json.Unmarshal(manifest.Configuration, &then); err != nil {
		return "", err
	}
	var differ []string
	for _, section := range []struct {
		name      string
		now, then any
	}{
		{"orders", current.Orders, then.Orders}, {"identities", current.Identities, then.Identities}, {"rates", current.Rates, then.Rates},
		{"time.zone", current.Time.Zone, then.Time.Zone}, {"value.currency", current.Value.Currency, then.Value.Currency},
	} {
		if !reflect.DeepEqual(section.now, section.then) {
			differ = append(differ, section.name)
		}
	}
	if len(differ) == 0 {
		return "", nil
	}
	return fmt.Sprintf("the settings of the run were others (%s)", strings.Join(differ, ", ")), nil
}

// ordersOf are the files of orders among those of a run, and of what changes how they are
// read.
func ordersOf(inputs []publication.Input) []publication.Input {
	return slices.DeleteFunc(slices.Clone(inputs), func(in publication.Input) bool { return in.Input == "spend" || in.Input == "surveys" })
}

// daysOf reads the days of a customer.
func (r *nightly) daysOf(ctx context.Context, customer string) ([]explanation.Day, error) {
	query := "select order_day, is_purchase, net_minor, purchase_minor from " + customerDaysStep + " where customer_id = " + engine.Quote(customer)
	if err := r.Engine.View(ctx, ofCustomerStep, query); err != nil {
		return nil, err
	}
	rows, err := engine.All[explainedDay](ctx, r.Engine, ofCustomerStep)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b explainedDay) int { return a.OrderDay.Compare(b.OrderDay) })
	var days []explanation.Day
	for _, row := range rows {
		days = append(days, explanation.Day{
			Day: row.OrderDay.Format(time.DateOnly), IsPurchase: row.IsPurchase, Moved: float64(row.NetMinor) / float64(r.Minor), Worth: float64(row.PurchaseMinor) / float64(r.Minor),
		})
	}
	return days, nil
}
