package command

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/movement"
	"cbv/valuation/publication"
	"cbv/valuation/report"
)

// compareOptions are the flags of compare.
type compareOptions struct {
	before, after string // a folder, an id, a day or latest
	customers     bool
	failAbove     string // a share, as 5% or 0.05; "" for no bound
	json          bool
}

func compareCommand(env Env) *cli.Command {
	var opt compareOptions
	return onSettings(env, &cli.Command{
		Name:      "compare",
		Category:  looking,
		Usage:     "say what moved between two runs, customers and value, and by what",
		ArgsUsage: "RUN_A RUN_B",
		UsageText: `cbv compare 2026-11-20 2026-11-21
cbv compare --customers 2026-11-20 latest
cbv compare --fail-above 5% 2026-11-20 latest`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "customers", Usage: "list who moved, with their ids", Destination: &opt.customers},
			&cli.StringFlag{Name: "fail-above", Usage: "end with 3 where the mark of more than this `SHARE` of the earlier run's customers moved by something other than time and what they did", Destination: &opt.failAbove},
			jsonFlag(&opt.json),
		},
		Before: func(c *cli.Context) error {
			if c.Args().Len() != 2 {
				return failure.Usagef("compare: takes two runs, the earlier one first, and %d words stand there: put flags before them", c.Args().Len())
			}
			opt.before, opt.after = c.Args().Get(0), c.Args().Get(1)
			return nil
		},
	}, reading{sections: []string{"out", "engine", "log"}, accepted: runSections, common: []string{"out"}, published: true}, func(ctx context.Context, settings config.Config) error {
		return runCompare(ctx, env, settings, opt)
	})
}

// bound reads the share of --fail-above, infinite without one.
func (o compareOptions) bound() (float64, error) {
	if o.failAbove == "" {
		return math.Inf(1), nil
	}
	number, isPercent := strings.CutSuffix(o.failAbove, "%")
	share, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if isPercent {
		share /= 100
	}
	if err != nil || !(share >= 0 && share <= 1) {
		return 0, failure.Usagef("--fail-above: %q is no share: write it as 5%% or 0.05", o.failAbove)
	}
	return share, nil
}

func runCompare(ctx context.Context, env Env, settings config.Config, opt compareOptions) error {
	bound, err := opt.bound()
	if err != nil {
		return err
	}
	var folders [2]string
	for i, name := range []string{opt.before, opt.after} {
		if folders[i], err = publication.FindRun(settings.Out, name); err != nil {
			return err
		}
	}
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	found, err := movement.Compare(ctx, asked, folders[0], folders[1], opt.customers)
	if err != nil {
		return err
	}
	document := report.NewComparison(found)
	if err := report.Write(env.Stdout, document, opt.json); err != nil {
		return err
	}
	if document.OtherMarkShare > bound {
		return failure.Inputf("the mark of %.2f %% of the customers of %s moved by something other than time and what they did, more than --fail-above %s allows: see which cause above, and whether it is meant",
			100*document.OtherMarkShare, found.Before, opt.failAbove)
	}
	return nil
}
