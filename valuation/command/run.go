package command

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/urfave/cli/v2"

	"cbv/valuation/batch"
	"cbv/valuation/config"
)

func runCommand(env Env) *cli.Command {
	return onSettings(env, "run", "value, segment and mark every customer, and publish the run", runRun)
}

func runRun(ctx context.Context, env Env, settings config.Config) error {
	env.messages.start()
	result, err := batch.Run(ctx, job(env, settings))
	env.messages.end()
	if err != nil {
		return err
	}
	env.messages.say(slog.LevelInfo, "published", "folder", result.Folder, "already", result.Already)
	if result.Already {
		fmt.Fprintln(env.Stdout, "The same inputs, configuration and version are published already: nothing to do.")
	} else {
		printSummary(env.Stdout, result, settings)
	}
	_, err = fmt.Fprintln(env.Stdout, result.Folder)
	return err
}

func job(env Env, settings config.Config) batch.Job {
	return batch.Job{Config: settings, SQL: env.SQL, Version: Version, Clock: env.Clock, Progress: env.messages.event}
}
