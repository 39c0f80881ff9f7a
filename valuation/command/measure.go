package command

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/measurement"
	"cbv/valuation/report"
)

// measureOptions are the flags of measure beside the settings.
type measureOptions struct {
	campaign string // "": the only one
	json     bool
}

func measureCommand(env Env) *cli.Command {
	var opt measureOptions
	return onSettings(env, &cli.Command{
		Name:     "measure",
		Category: campaigning,
		Usage:    "compare the arms of a campaign as assigned, and publish the measurement",
		UsageText: `cbv measure
cbv measure --campaign spring --as-of 2024-06-30
cbv measure --campaign spring --contacts.files sends.parquet --json`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "campaign", Usage: "`NAME` of the campaign; may be left out when only one has begun", Destination: &opt.campaign},
			&cli.BoolFlag{Name: "json", Usage: "print the measurement as measure.json has it", Destination: &opt.json},
		},
	}, reading{
		sections: []string{"out", "orders", "identities", "rates", "contacts", "measure", "value", "time", "engine", "run", "log"},
		common: []string{
			"out", "orders.files", "contacts.files", "contacts.columns.campaign", "contacts.columns.sent_at", "contacts.columns.cost",
			"value.margin_rate", "measure.winsorise_percentile", "time.as_of", "run.strict", "run.wait",
		},
	}, func(ctx context.Context, settings config.Config) error { return runMeasure(ctx, env, settings, opt) })
}

func runMeasure(ctx context.Context, env Env, settings config.Config, opt measureOptions) error {
	name, err := chosenCampaign(settings.Out, opt.campaign)
	if err != nil {
		return err
	}
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	env.messages.start()
	measured, err := measurement.Measure(ctx, asked, name)
	env.messages.end()
	if err != nil {
		return err
	}
	env.messages.say(slog.LevelInfo, "published", "folder", measured.Folder, "already", measured.Already)
	if opt.json {
		return report.WriteJSON(env.Stdout, measured.Document)
	}
	if err := report.Measurement(env.Stdout, measured.Document); err != nil {
		return err
	}
	if measured.Already {
		fmt.Fprintln(env.Stdout, "The same inputs, configuration and program are measured already: nothing to do.")
	}
	_, err = fmt.Fprintln(env.Stdout, measured.Folder)
	return err
}

// chosenCampaign returns the campaign of a name, or the only one that has begun.
func chosenCampaign(out, name string) (string, error) {
	names, err := campaign.Names(out)
	if err != nil {
		return "", err
	}
	switch {
	case len(names) == 0:
		return "", failure.Usagef("%s: no campaign has begun there: assign its customers first, or name the folder with --out", out)
	case name == "" && len(names) == 1:
		return names[0], nil
	case name == "":
		return "", failure.Usagef("--campaign: %d campaigns have begun: name one of %s", len(names), strings.Join(names, ", "))
	case slices.Contains(names, name):
		return name, nil
	}
	hint := "these have: " + strings.Join(names, ", ")
	if nearest := config.Nearest(name, names); nearest != "" {
		hint = fmt.Sprintf("did you mean %q?", nearest)
	}
	return "", failure.Usagef("--campaign: no campaign %q has begun: %s", name, hint)
}
