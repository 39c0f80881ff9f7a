package command

import (
	"context"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/report"
	"cbv/valuation/run"
)

func backtestCommand(env Env) *cli.Command {
	var asJSON bool
	return onSettings(env, &cli.Command{
		Name:     "backtest",
		Category: valuing,
		Usage:    "test the models on the shop's own past, and write nothing",
		UsageText: `cbv backtest
cbv backtest --backtest.holdout_days 180
cbv backtest --config shop.yaml --as-of 2024-06-30 --json`,
		Flags: []cli.Flag{jsonFlag(&asJSON)},
	}, reading{
		sections: []string{"orders", "identities", "rates", "spend", "surveys", "value", "backtest", "time", "engine", "run", "log"},
		accepted: runSections,
		common: []string{
			"orders.files", "orders.columns.customer_id", "orders.columns.ordered_at", "orders.columns.amount", "orders.fit_from",
			"value.margin_rate", "value.fit_by", "backtest.holdout_days", "backtest.max_total_error", "time.as_of", "run.strict",
		},
	}, func(ctx context.Context, settings config.Config) error {
		return runBacktest(ctx, env, settings, asJSON)
	})
}

func runBacktest(ctx context.Context, env Env, settings config.Config, asJSON bool) error {
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	env.messages.start()
	tested, err := run.Backtest(ctx, asked)
	env.messages.end()
	if err != nil {
		return err
	}
	return report.Write(env.Stdout, report.NewBacktest(tested, settings.Value.Currency), asJSON)
}
