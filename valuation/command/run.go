package command

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"cbv/valuation/batch"
	"cbv/valuation/config"
)

func runCommand(env Env) *cli.Command {
	return onSettings(env, "run", "value, segment and mark every customer, and publish the run", runRun)
}

func runRun(ctx context.Context, env Env, settings config.Config) error {
	bar := newProgress(env.Stderr)
	result, err := batch.Run(ctx, job(env, settings, bar))
	bar.clear()
	if err != nil {
		return err
	}
	if result.Already {
		fmt.Fprintln(env.Stdout, "The same inputs, configuration and version are published already: nothing to do.")
	} else {
		printSummary(env.Stdout, result, settings)
	}
	_, err = fmt.Fprintln(env.Stdout, result.Folder)
	return err
}

func job(env Env, settings config.Config, bar *progress) batch.Job {
	return batch.Job{Config: settings, SQL: env.SQL, Version: Version, Clock: env.Clock, Progress: bar.step}
}
