package command

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/batch"
	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/failure"
)

// measureOptions are the flags of measure beside the settings.
type measureOptions struct {
	campaign string // "": the only one
	json     bool
}

func measureCommand(env Env) *cli.Command {
	var opt measureOptions
	command := onSettings(env, "measure", "compare the arms of a campaign as assigned, and publish the measurement",
		func(ctx context.Context, env Env, settings config.Config) error {
			return runMeasure(ctx, env, settings, opt)
		})
	command.Flags = append([]cli.Flag{
		&cli.StringFlag{Name: "campaign", Usage: "`NAME` of the campaign; may be left out when only one has begun", Destination: &opt.campaign},
		&cli.BoolFlag{Name: "json", Usage: "print the measurement as measure.json has it", Destination: &opt.json},
	}, command.Flags...)
	return command
}

func runMeasure(ctx context.Context, env Env, settings config.Config, opt measureOptions) error {
	name, err := chosenCampaign(settings.Out, opt.campaign)
	if err != nil {
		return err
	}
	env.messages.start()
	measured, err := batch.Measure(ctx, job(env, settings), name)
	env.messages.end()
	if err != nil {
		return err
	}
	env.messages.say(slog.LevelInfo, "published", "folder", measured.Folder, "already", measured.Already)
	if opt.json {
		return printJSON(env.Stdout, measured.Document)
	}
	if err := printMeasurement(env.Stdout, measured.Document); err != nil {
		return err
	}
	if measured.Already {
		fmt.Fprintln(env.Stdout, "The same inputs, configuration and version are measured already: nothing to do.")
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
