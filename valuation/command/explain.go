package command

import (
	"context"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/explanation"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
	"cbv/valuation/report"
)

// explainOptions are the flags of explain.
type explainOptions struct {
	customer string
	run      string // a folder, an id, a day or latest, which "" is too
	json     bool
}

func explainCommand(env Env) *cli.Command {
	var opt explainOptions
	return onSettings(env, &cli.Command{
		Name:      "explain",
		Category:  looking,
		Usage:     "say how a run came to the segment, the value and the mark of one customer, and what changed since the run before",
		ArgsUsage: "CUSTOMER",
		UsageText: `cbv explain C00000042
cbv explain --run 2026-11-21 C00000042
cbv explain --json C00000042 | jq .mark`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "run", Usage: "this `RUN`: a folder, an id, a day or latest", Destination: &opt.run},
			jsonFlag(&opt.json),
		},
		Before: func(c *cli.Context) error {
			if c.Args().Len() != 1 {
				return failure.Usagef("explain: takes one customer, and %d words stand there: put flags before it, and quotes around an id with spaces", c.Args().Len())
			}
			opt.customer = c.Args().First()
			return nil
		},
	}, reading{sections: []string{"out", "log"}, accepted: runSections, common: []string{"out"}, published: true}, func(_ context.Context, settings config.Config) error {
		return runExplain(env, settings, opt)
	})
}

func runExplain(env Env, settings config.Config, opt explainOptions) error {
	folder, err := publication.FindRun(settings.Out, opt.run)
	if err != nil {
		return err
	}
	explained, err := explanation.Of(folder, opt.customer)
	if err != nil {
		return err
	}
	return report.Write(env.Stdout, report.Explanation{Explanation: explained}, opt.json)
}
