package command

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/urfave/cli/v2"

	"cbv/valuation/batch"
	"cbv/valuation/config"
	"cbv/valuation/export"
	"cbv/valuation/publication"
)

func runCommand(env Env) *cli.Command {
	return onSettings(env, "run", "value, segment and mark every customer, publish the run, and write the declared audiences", runRun)
}

func runRun(ctx context.Context, env Env, settings config.Config) error {
	if err := export.Check(ctx, settings, env.SQL); err != nil {
		return err // before hours are spent on a run whose audiences would fail
	}
	var exports []export.Result
	asked := job(env, settings)
	asked.Then = func(ctx context.Context, store *publication.Store, folder string) (err error) {
		exports, err = export.All(ctx, exportJob(env, settings, store, folder))
		return err
	}
	env.messages.start()
	result, err := batch.Run(ctx, asked)
	env.messages.end()
	if result.Folder == "" {
		return err
	}
	env.messages.say(slog.LevelInfo, "published", "folder", result.Folder, "already", result.Already)
	if result.Already {
		fmt.Fprintln(env.Stdout, "The same inputs, configuration and version are published already: nothing to do.")
	} else {
		printSummary(env.Stdout, result, settings)
	}
	for _, each := range exports {
		env.messages.say(slog.LevelInfo, "exported", "audience", each.Audience.Name, "folder", each.Folder, "already", each.Already)
		printExport(env.Stdout, each)
	}
	if _, printed := fmt.Fprintln(env.Stdout, result.Folder); err == nil {
		err = printed
	}
	return err
}

func job(env Env, settings config.Config) batch.Job {
	return batch.Job{Config: settings, SQL: env.SQL, Version: Version, Clock: env.Clock, Progress: env.messages.event}
}
