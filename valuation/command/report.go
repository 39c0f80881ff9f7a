package command

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
	"cbv/valuation/report/page"
)

// reportOptions are the flags of report.
type reportOptions struct {
	run string // a folder, an id, a day or latest, which "" is too
	to  string // "": stdout
}

func reportCommand(env Env) *cli.Command {
	var opt reportOptions
	return onSettings(env, &cli.Command{
		Name:      "report",
		Category:  looking,
		Usage:     "write the page of a published run, one HTML file to be mailed, as this program makes it",
		ArgsUsage: "[RUN]",
		UsageText: `cbv report > report.html
cbv report --to report.html 2026-11-21
cbv report --to report.html out/runs/2026-11-21-0123456789ab`,
		Flags: []cli.Flag{&cli.StringFlag{Name: "to", Usage: "write to `FILE` in place of stdout", Destination: &opt.to}},
		Before: func(c *cli.Context) error {
			opt.run = c.Args().First()
			switch second := c.Args().Get(1); {
			case strings.HasPrefix(second, "-"):
				return failure.Usagef("report: %s stands behind the run: name the run last", second)
			case second != "":
				return failure.Usagef("report: writes the page of one run, and does not know what to do with %q", second)
			}
			return nil
		},
	}, reading{sections: []string{"out", "log"}, accepted: runSections, common: []string{"out"}, published: true}, func(ctx context.Context, settings config.Config) error {
		return runReport(ctx, env, settings, opt)
	})
}

func runReport(ctx context.Context, env Env, settings config.Config, opt reportOptions) error {
	folder, err := publication.FindRun(settings.Out, opt.run)
	if err != nil {
		return err
	}
	runs, err := publication.CatalogOf(folder)
	if err != nil {
		return err
	}
	data, err := page.ReadRun(ctx, folder, runs)
	if err != nil {
		return err
	}
	if opt.to == "" {
		return page.Write(env.Stdout, data)
	}
	file, err := os.Create(opt.to)
	if err != nil {
		return failure.Usagef("--to: %w", err)
	}
	return errors.Join(page.Write(file, data), file.Close())
}
