package command

import (
	"context"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/figurehistory"
	"cbv/valuation/report"
)

func historyCommand(env Env) *cli.Command {
	var metrics []string
	var asJSON bool
	return onSettings(env, &cli.Command{
		Name:      "history",
		Category:  looking,
		Usage:     "print figures of kpis.parquet over the days that have a run",
		ArgsUsage: "METRIC...",
		UsageText: `cbv history clv
cbv history customers repeat_rate clv
cbv history --json clv | jq '.figures[0].points'`,
		Flags: []cli.Flag{jsonFlag(&asJSON)},
		Before: func(c *cli.Context) error {
			if metrics = c.Args().Slice(); len(metrics) == 0 {
				return failure.Usagef("history: takes the names of figures, as clv or repeat_rate: cbv help figures lists them")
			}
			return nil
		},
	}, reading{sections: []string{"out", "log"}, accepted: runSections, common: []string{"out"}, published: true}, func(_ context.Context, settings config.Config) error {
		found, err := figurehistory.Of(settings.Out, metrics)
		if err != nil {
			return err
		}
		return report.Write(env.Stdout, report.History{Figures: found}, asJSON)
	})
}
