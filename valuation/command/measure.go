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
	"cbv/valuation/pipeline"
	"cbv/valuation/report"
)

// measureOptions are the flags of measure beside the settings.
type measureOptions struct {
	campaign    string // "": the only one
	json        bool
	assignments cli.StringSlice // of another tool
	windowDays  int
	planned     int64
	ended       bool
}

func (opt measureOptions) validate() error {
	foreign := len(opt.assignments.Value()) > 0
	switch {
	case !foreign && (opt.windowDays != 0 || opt.planned != 0):
		return failure.Usagef("--window-days and --planned-people are for --assignments: a campaign that has begun here has its own")
	case !foreign:
		return nil
	case opt.campaign == "":
		return failure.Usagef("--campaign: name the campaign of these assignments, as its measurements and contacts shall be called")
	case opt.windowDays < 1 || opt.windowDays > config.LongestWindowDays:
		return failure.Usagef("--window-days: %d is not between 1 and %d: give how long each customer is watched", opt.windowDays, config.LongestWindowDays)
	case opt.planned < 0:
		return failure.Usagef("--planned-people: %d is below 0: give how many customers are planned, or leave it out", opt.planned)
	}
	if err := campaign.ValidateName(opt.campaign); err != nil {
		return failure.Usagef("--campaign: %w", err)
	}
	return nil
}

func measureCommand(env Env) *cli.Command {
	var opt measureOptions
	return onSettings(env, &cli.Command{
		Name:     "measure",
		Category: campaigning,
		Usage:    "compare the arms of a campaign as assigned, and publish the measurement",
		UsageText: `cbv measure
cbv measure --campaign spring --as-of 2024-06-30
cbv measure --campaign spring --contacts.files sends.parquet --json
cbv measure --campaign mails --assignments arms.parquet --window-days 30`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "campaign", Usage: "`NAME` of the campaign; may be left out when only one has begun", Destination: &opt.campaign},
			&cli.StringSliceFlag{Name: "assignments", Usage: "Parquet `FILES` of a campaign that another tool assigned: customer_id, arm, assigned_at and share", Destination: &opt.assignments},
			&cli.IntFlag{Name: "window-days", Usage: "`DAYS` that each customer of these assignments is watched", Destination: &opt.windowDays},
			&cli.Int64Flag{Name: "planned-people", Usage: "`NUMBER` of customers that are planned, where the assignments do not hold all yet", Destination: &opt.planned},
			&cli.BoolFlag{Name: "ended", Usage: "nobody else is to come, though more were planned; cannot be taken back", Destination: &opt.ended},
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
	measure, err := measuring(settings, opt)
	if err != nil {
		return err
	}
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	env.messages.start()
	measured, err := measure(ctx, asked)
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

// measuring returns what measures the campaign that is asked for.
func measuring(settings config.Config, opt measureOptions) (func(context.Context, pipeline.Job) (measurement.Result, error), error) {
	if err := opt.validate(); err != nil {
		return nil, err
	}
	if files := opt.assignments.Value(); len(files) > 0 {
		foreign := measurement.Foreign{Assignments: files, WindowDays: opt.windowDays, PlannedPeople: opt.planned, HasEnded: opt.ended}
		return func(ctx context.Context, job pipeline.Job) (measurement.Result, error) {
			return measurement.MeasureForeign(ctx, job, opt.campaign, foreign)
		}, nil
	}
	name, err := chosenCampaign(settings.Out, opt.campaign)
	return func(ctx context.Context, job pipeline.Job) (measurement.Result, error) {
		if opt.ended {
			return measurement.MeasureEnded(ctx, job, name)
		}
		return measurement.Measure(ctx, job, name)
	}, err
}

// chosenCampaign returns the campaign of a name, or the only one that has begun.
func chosenCampaign(out, name string) (string, error) {
	names, err := campaign.Names(out)
	if err != nil {
		return "", err
	}
	switch {
	case name != "" && campaign.ValidateName(name) == nil && campaign.IsMeasuredOnly(out, name):
		return "", failure.Usagef("--campaign: %s was measured from the assignments of another tool: name their files with --assignments, and the window with --window-days", name)
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
