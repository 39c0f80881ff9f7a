package command

import (
	"context"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/report"
	"cbv/valuation/run"
)

func checkCommand(env Env) *cli.Command {
	var asJSON bool
	return onSettings(env, &cli.Command{
		Name:     "check",
		Category: valuing,
		Usage:    "hold the orders to the input contract, and write nothing",
		UsageText: `cbv check
cbv check --orders.files 'orders/*.parquet' --orders.columns.amount total
cbv check --config shop.yaml --json | jq .warnings`,
		Flags: []cli.Flag{jsonFlag(&asJSON)},
	}, reading{
		sections: []string{"orders", "spend", "surveys", "value", "time", "engine", "run", "log"},
		accepted: runSections,
		common: []string{
			"orders.files", "orders.columns.customer_id", "orders.columns.order_id", "orders.columns.ordered_at", "orders.columns.amount",
			"orders.keep", "value.currency", "time.as_of", "run.strict", "run.max_age_days",
		},
	}, func(ctx context.Context, settings config.Config) error { return runCheck(ctx, env, settings, asJSON) })
}

func runCheck(ctx context.Context, env Env, settings config.Config, asJSON bool) error {
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	env.messages.start()
	checked, err := run.Check(ctx, asked)
	env.messages.end()
	if err != nil {
		return err
	}
	document, err := report.NewCheck(checked, settings.Value)
	if err != nil {
		return err
	}
	return report.Write(env.Stdout, document, asJSON)
}
