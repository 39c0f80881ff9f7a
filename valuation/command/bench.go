package command

import (
	"context"
	"os"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/performance"
	"cbv/valuation/report"
)

// benchOptions are the flags of bench as given.
type benchOptions struct {
	history   performance.History
	rounds    int
	out       string
	memory    string
	threads   int
	failAbove float64
}

func benchCommand(env Env) *cli.Command {
	var opt benchOptions
	return &cli.Command{
		Name:     "bench",
		Category: others,
		Usage:    "measure whole runs over simulated orders beside the least that any tool has to do with them",
		UsageText: `cbv bench --out bench --customers 200000
cbv bench --out bench --customers 10000000 --lines 100000000 --long-ids --files 365 --rounds 1
cbv bench --out bench --customers 1000000 --memory-limit 1GB -- --lists.include '*'`,
		ArgsUsage: "[-- flags of the runs]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "`FOLDER` to make, in which the orders stay", Destination: &opt.out},
			&cli.IntFlag{Name: "customers", Value: 200_000, Usage: "number of customers", Destination: &opt.history.Customers},
			&cli.IntFlag{Name: "lines", Usage: "lines of the order files; 0: one an order, about 3.6 a customer", Destination: &opt.history.Lines},
			&cli.BoolFlag{Name: "long-ids", Usage: "identifiers of 36 characters, in no order", Destination: &opt.history.LongIDs},
			&cli.IntFlag{Name: "files", Usage: "order files; 0: one a month", Destination: &opt.history.Files},
			&cli.IntFlag{Name: "rounds", Value: 3, Usage: "of the floor and the run in turns, whose medians are printed; a run that fails, or makes other outputs than the first, ends it", Destination: &opt.rounds},
			&cli.StringFlag{Name: "memory-limit", Value: config.Default().Engine.MemoryLimit, Usage: "memory of the runs, engine.memory_limit", Destination: &opt.memory},
			&cli.IntFlag{Name: "threads", Usage: "of the engine; 0: one per core", Destination: &opt.threads},
			&cli.Float64Flag{Name: "fail-above", Usage: "end with code 3 where the run takes more than so many times the floor's CPU seconds; 0: never", Destination: &opt.failAbove},
		},
		Action: func(c *cli.Context) error { return runBench(c.Context, env, opt, c.Args().Slice()) },
	}
}

func runBench(ctx context.Context, env Env, opt benchOptions, settings []string) error {
	if opt.out == "" {
		return failure.Usagef("--out: name the folder to make")
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	bar := newProgress(env.Stderr)
	measured, err := performance.Measure(ctx, performance.Job{
		History: opt.history, Rounds: opt.rounds, Folder: opt.out, Program: program, Settings: settings,
		Bounds: engine.Options{MemoryLimit: opt.memory, Threads: opt.threads}, Open: env.Open, Progress: bar.step,
	})
	bar.clear()
	if err != nil {
		return err
	}
	report.Performance(env.Stdout, measured)
	if opt.failAbove > 0 && measured.CPURatio() > opt.failAbove {
		return failure.Inputf("the run takes %.1f times the CPU seconds of the floor, more than %g", measured.CPURatio(), opt.failAbove)
	}
	return nil
}
