package command

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/export"
	"cbv/valuation/report"
)

func audiencesCommand(env Env) *cli.Command {
	var asJSON bool
	return onSettings(env, &cli.Command{
		Name:     "audiences",
		Category: campaigning,
		Usage:    "print the declared audiences with their sizes today and how they moved, and write nothing",
		UsageText: `cbv audiences
cbv audiences --config shop.yaml --as-of 2024-06-30
cbv audiences --json | jq '.audiences[] | {name, customers}'`,
		Flags: []cli.Flag{jsonFlag(&asJSON)},
	}, reading{
		sections:  publishedSections,
		common:    []string{"out", "time.as_of"},
		published: true,
	}, func(ctx context.Context, settings config.Config) error {
		return runAudiences(ctx, env, settings, asJSON)
	})
}

func runAudiences(ctx context.Context, env Env, settings config.Config, asJSON bool) error {
	if len(settings.Audiences) == 0 {
		return report.Write(env.Stdout, report.NewAudiences("", nil), asJSON)
	}
	folder, err := export.FindRun(settings.Out, settings.Time.AsOf)
	if err != nil {
		return err
	}
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	run, sizes, err := export.Sizes(ctx, asked, folder)
	if err != nil {
		return err
	}
	if err := report.Write(env.Stdout, report.NewAudiences(run, sizes), asJSON); err != nil {
		return err
	}
	var broken []error
	for _, size := range sizes {
		broken = append(broken, size.Broken)
	}
	return errors.Join(broken...)
}
