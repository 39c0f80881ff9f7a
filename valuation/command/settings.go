package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/report"
)

const configFlag = "config"

// settingFlag is a flag that is a setting.
type settingFlag struct {
	*cli.StringFlag
	key config.Key
}

// repeatedFlag is a flag that adds to a setting, for this once, and may be given several
// times.
type repeatedFlag struct {
	*cli.StringSliceFlag
	key config.Key
}

// reading is what a command reads of the configuration.
type reading struct {
	sections  []string // none: all
	accepted  []string // those whose flags it takes as well, without effect
	common    []string // settings that its help shows
	published bool     // it works on a published run and needs no orders
}

// flags are --config and one flag for each setting of the sections, of which help
// shows the common ones.
func (r reading) flags() []cli.Flag {
	flags := []cli.Flag{&cli.StringFlag{
		Name: configFlag, Value: "cbv.yaml", Usage: "configuration `FILE`, which may be absent when all is set otherwise",
	}}
	var hidden []cli.Flag
	for _, key := range config.Keys() {
		if key.FileOnly || !r.takes(key) {
			continue
		}
		if key.Repeats {
			hidden = append(hidden, &repeatedFlag{&cli.StringSliceFlag{Name: key.Short, Usage: key.Help, Hidden: !slices.Contains(r.common, key.Path)}, key})
		}
		flag := &settingFlag{&cli.StringFlag{Name: key.Path, Usage: key.Help, Hidden: true}, key}
		if key.Short != "" && !key.IsSwitch && !key.Repeats {
			flag.Aliases = []string{key.Short}
		}
		isCommon := slices.Contains(r.common, key.Path)
		if isCommon && !key.IsSwitch && !key.Repeats {
			flag.Hidden = false
			flags = append(flags, flag)
			continue
		}
		hidden = append(hidden, flag)
		if key.Short != "" && key.IsSwitch {
			hidden = append(hidden, &cli.BoolFlag{Name: key.Short, Usage: key.Help, Hidden: !isCommon})
		}
	}
	return append(flags, hidden...)
}

// takes reports whether a setting is a flag of the command.
func (r reading) takes(key config.Key) bool {
	return len(r.sections) == 0 || slices.Contains(r.sections, key.Section()) || slices.Contains(r.accepted, key.Section())
}

// isSetting reports whether a flag of the name is a setting, of whatever command.
func isSetting(name string) bool {
	return slices.ContainsFunc(config.Keys(), func(key config.Key) bool { return !key.FileOnly && (key.Path == name || key.Short == name) })
}

// rest says where the settings are listed that help does not show.
func (r reading) rest() string {
	if len(r.sections) == 0 {
		return "Every setting is a flag (--rfm.map) and a variable (CBV_RFM_MAP): cbv help settings lists them."
	}
	text := fmt.Sprintf("Every setting of %s is a flag (--%s) and a variable (CBV_...): cbv help settings [SECTION] lists them.",
		strings.Join(r.sections, ", "), "section.key")
	if r.accepted != nil {
		text += " The other flags of cbv run are taken, too, and change nothing here."
	}
	return text
}

// onSettings makes a command one whose flags are settings, beside those of its
// own.
func onSettings(env Env, command *cli.Command, reads reading, run func(context.Context, config.Config) error) *cli.Command {
	return onSources(env, command, reads, func(ctx context.Context, _ config.Sources, settings config.Config) error { return run(ctx, settings) })
}

// onSources is onSettings for a command that also asks where its settings come from.
func onSources(env Env, command *cli.Command, reads reading, run func(context.Context, config.Sources, config.Config) error) *cli.Command {
	command.Flags = append(command.Flags, reads.flags()...)
	command.Description = reads.rest()
	command.Action = func(c *cli.Context) error {
		from := sources(c, env)
		from.Published = reads.published
		loaded, err := config.Load(from)
		if err != nil {
			return err
		}
		env.messages.configure(loaded)
		return run(c.Context, from, loaded)
	}
	return command
}

// sources are the file, the variables and the flags of a command line.
func sources(c *cli.Context, env Env) config.Sources {
	flags, accepted := map[string]string{}, ""
	for _, key := range config.Keys() {
		if key.Repeats && c.IsSet(key.Short) { // the one there is
			accepted = strings.Join(c.StringSlice(key.Short), ",")
		}
		if c.IsSet(key.Path) {
			flags[key.Path] = c.String(key.Path)
		} else if key.IsSwitch && key.Short != "" && c.IsSet(key.Short) {
			flags[key.Path] = fmt.Sprint(c.Bool(key.Short))
		}
	}
	return config.Sources{
		File: c.String(configFlag), Optional: !c.IsSet(configFlag), Environ: env.Environ, Flags: flags, Accepted: accepted,
	}
}

// jsonFlag is the flag of a command whose result is to be had as JSON, too.
func jsonFlag(into *bool) cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print the result as one JSON object", Destination: into}
}

func configCommand(env Env) *cli.Command {
	reads := reading{common: []string{"orders.files"}}
	return &cli.Command{
		Name:     "config",
		Category: looking,
		Usage:    "print every setting with its value and where it came from; what it prints is a configuration",
		UsageText: `cbv config
cbv config --config shop.yaml --value.cac 12
CBV_VALUE_CURRENCY=GBP cbv config > cbv.yaml`,
		Flags:       reads.flags(),
		Description: reads.rest(),
		Action: func(c *cli.Context) error {
			return runConfig(env, sources(c, env))
		},
	}
}

// runConfig prints the settings as YAML. Those that break a limit are printed
// too, since that is when one looks.
func runConfig(env Env, from config.Sources) error {
	settings, broken := config.Explain(from)
	if settings == nil {
		return broken
	}
	if err := report.Configuration(settings).Text(env.Stdout); err != nil {
		return err
	}
	return broken
}
