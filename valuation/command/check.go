package command

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/report"
	"cbv/valuation/run"
)

func checkCommand(env Env) *cli.Command {
	var asJSON bool
	return onSources(env, &cli.Command{
		Name:     "check",
		Category: valuing,
		Usage:    "hold the orders to the input contract, and write nothing",
		UsageText: `cbv check
cbv check --orders.files 'orders/*.parquet' --orders.columns.amount total
cbv check --config shop.yaml --json | jq .warnings`,
		Flags: []cli.Flag{jsonFlag(&asJSON)},
	}, reading{
		sections: []string{"out", "orders", "identities", "rates", "spend", "surveys", "value", "suspicions", "time", "engine", "run", "log"},
		accepted: runSections,
		common: []string{
			"orders.files", "orders.columns.customer_id", "orders.columns.order_id", "orders.columns.ordered_at", "orders.columns.amount",
			"orders.keep", "value.currency", "time.as_of", "run.strict", "run.accept", "run.max_age_days",
		},
	}, func(ctx context.Context, from config.Sources, settings config.Config) error {
		isDefault, err := config.IsDefault(from, "value.currency")
		if err != nil {
			return err
		}
		return runCheck(ctx, env, settings, isDefault, asJSON)
	})
}

// runCheck checks and prints; isCurrencyDefault says that no setting names the currency.
func runCheck(ctx context.Context, env Env, settings config.Config, isCurrencyDefault, asJSON bool) error {
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	env.messages.start()
	checked, refused := run.Check(ctx, asked)
	env.messages.end()
	if checked.Files == 0 { // there is nothing to print
		return refused
	}
	document, err := report.NewCheck(checked, settings.Value, isCurrencyDefault)
	if err != nil {
		return err
	}
	return errors.Join(report.Write(env.Stdout, document, asJSON), refused)
}
