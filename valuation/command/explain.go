package command

import (
	"context"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/explanation"
	"cbv/valuation/failure"
	"cbv/valuation/movement"
	"cbv/valuation/publication"
	"cbv/valuation/report"
	"cbv/valuation/run"
)

// explainOptions are the flags of explain.
type explainOptions struct {
	customer string
	run      string // a folder, an id, a day or latest, which "" is too
	days     bool
	causes   bool
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
cbv explain --config shop.yaml --days C00000042
cbv explain --causes C00000042
cbv explain --run 2026-11-21 C00000042
cbv explain --json C00000042 | jq .mark`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "run", Usage: "this `RUN`: a folder, an id, a day or latest", Destination: &opt.run},
			&cli.BoolFlag{Name: "days", Usage: "what they did on each day, too, on a line of time: reads the order files, if they are those of the run", Destination: &opt.days},
			&cli.BoolFlag{Name: "causes", Usage: "what changed since the run before cause by cause, too, as movement has it: takes a little longer", Destination: &opt.causes},
			jsonFlag(&opt.json),
		},
		Before: func(c *cli.Context) error {
			if c.Args().Len() != 1 {
				return failure.Usagef("explain: takes one customer, and %d words stand there: put flags before it, and quotes around an id with spaces", c.Args().Len())
			}
			opt.customer = c.Args().First()
			return nil
		},
	}, reading{sections: []string{"out", "log"}, accepted: runSections, common: []string{"out"}, published: true}, func(ctx context.Context, settings config.Config) error {
		return runExplain(ctx, env, settings, opt)
	})
}

func runExplain(ctx context.Context, env Env, settings config.Config, opt explainOptions) error {
	folder, err := publication.FindRun(settings.Out, opt.run)
	if err != nil {
		return err
	}
	explained, err := explanation.Of(folder, opt.customer)
	if err != nil {
		return err
	}
	if opt.causes {
		if err := addMoves(ctx, env, settings, folder, &explained); err != nil {
			return err
		}
	}
	if opt.days {
		if err := addDays(ctx, env, settings, folder, &explained); err != nil {
			return err
		}
	}
	return report.Write(env.Stdout, report.Explanation{Explanation: explained}, opt.json)
}

// addDays adds what the customer did on each day, where the order files are still those of
// the run.
func addDays(ctx context.Context, env Env, settings config.Config, folder string, explained *explanation.Explanation) error {
	manifest, err := publication.ReadManifest(folder)
	if err != nil {
		return err
	}
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	explained.Days, explained.WhyNoDays, err = run.DaysOf(ctx, asked, manifest, explained.Customer)
	return err
}

// addMoves adds what moved the customer since the run before, cause by cause.
func addMoves(ctx context.Context, env Env, settings config.Config, folder string, explained *explanation.Explanation) error {
	if explained.Before == nil {
		return nil
	}
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	before := filepath.Join(filepath.Dir(folder), explained.Before.Run)
	moves, err := movement.OfCustomer(ctx, asked, before, folder, explained.Customer)
	for _, move := range moves {
		shown := explanation.Move{Cause: move.Cause, CLVChange: move.CLVChange, Went: []explanation.Difference{}}
		for _, way := range []struct {
			name     string
			from, to *string
		}{{"segment", move.SegmentFrom, move.SegmentTo}, {"lifecycle", move.LifecycleFrom, move.LifecycleTo}, {"mark", move.MarkFrom, move.MarkTo}} {
			if way.from != nil && way.to != nil && *way.from != *way.to {
				shown.Went = append(shown.Went, explanation.Difference{Name: way.name, Before: *way.from, Now: *way.to})
			}
		}
		if shown.CLVChange != 0 || len(shown.Went) > 0 {
			explained.Before.Moves = append(explained.Before.Moves, shown)
		}
	}
	return err
}
