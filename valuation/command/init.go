package command

import (
	"context"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/proposal"
	"cbv/valuation/report"
)

// initOptions are the flags of init as given.
type initOptions struct {
	config   string
	currency string
	refresh  bool
}

func initCommand(env Env) *cli.Command {
	var opt initOptions
	return &cli.Command{
		Name:      "init",
		Category:  valuing,
		Usage:     "look at Parquet or CSV files of orders, and write a configuration that reads them",
		ArgsUsage: "[--FLAG VALUE ...] [FILE ...]",
		UsageText: `cbv init orders.csv
cbv init --currency EUR 'exports/*.parquet'
cbv init --refresh          # every night: convert the new and changed CSV files`,
		Description: "Recognises the order exports of Shopify, WooCommerce, Stripe, Magento and Square, and plain tables of orders or order lines. CSV files are written as Parquet beside the configuration. Nothing is overwritten. Without FILE it looks at the Parquet and CSV files beside the configuration, and in the folder orders.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: configFlag, Value: "cbv.yaml", Usage: "configuration `FILE` to write", Destination: &opt.config},
			&cli.StringFlag{Name: "currency", Usage: "ISO 4217 `CODE` of the money, where the files do not say it", Destination: &opt.currency},
			&cli.BoolFlag{Name: "refresh", Usage: "convert the CSV files that are new or changed since init, and write no configuration", Destination: &opt.refresh},
		},
		Action: func(c *cli.Context) error {
			files := c.Args().Slice()
			for _, file := range files {
				if strings.HasPrefix(file, "-") {
					return failure.Usagef("cbv init: flags stand before the files: move %s to the front", file)
				}
			}
			if opt.currency != "" {
				if _, err := (config.Value{Currency: opt.currency}).MinorPerUnit(); err != nil {
					return failure.Usagef("--currency: %w", err)
				}
			}
			job := proposal.Job{Files: files, Config: opt.config, Currency: opt.currency, Open: env.Open}
			if opt.refresh {
				return runRefresh(c.Context, env, job)
			}
			return runInit(c.Context, env, job)
		},
	}
}

// runInit writes the configuration, and checks the orders by it.
func runInit(ctx context.Context, env Env, job proposal.Job) error {
	made, err := proposal.Write(ctx, job)
	if err != nil {
		return err
	}
	if err := report.Proposal(env.Stdout, made); err != nil {
		return err
	}
	from := config.Sources{File: job.Config, Environ: env.Environ, Flags: map[string]string{}}
	if made.Currency == "" {
		from.Flags["value.currency"] = proposal.NoCurrency // to count in, until it is set
	}
	settings, err := config.Load(from)
	if err != nil {
		return err
	}
	return runCheck(ctx, env, settings, false, false)
}

func runRefresh(ctx context.Context, env Env, job proposal.Job) error {
	conversions, err := proposal.Refresh(ctx, job)
	if err != nil {
		return err
	}
	report.Conversions(env.Stdout, conversions)
	return nil
}
