package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
)

const configFlag = "config"

// settingFlags are --config and one flag per setting.
func settingFlags() []cli.Flag {
	flags := []cli.Flag{&cli.StringFlag{
		Name: configFlag, Value: "cbv.yaml", Usage: "configuration `FILE`; cbv.yaml may be absent when all is set otherwise",
	}}
	for _, key := range config.Keys() {
		if key.FileOnly {
			continue
		}
		flag := &cli.StringFlag{Name: key.Path, Usage: fmt.Sprintf("%s [$%s]", key.Help, key.Env())}
		if key.Short != "" && !key.IsSwitch {
			flag.Aliases = []string{key.Short}
		}
		flags = append(flags, flag)
		if key.Short != "" && key.IsSwitch {
			flags = append(flags, &cli.BoolFlag{Name: key.Short, Usage: fmt.Sprintf("--%s true", key.Path)})
		}
	}
	return flags
}

// onSettings declares a command whose flags are the settings.
func onSettings(env Env, name, usage string, run func(context.Context, Env, config.Config) error) *cli.Command {
	return &cli.Command{
		Name:  name,
		Usage: usage,
		Flags: settingFlags(),
		Action: func(c *cli.Context) error {
			loaded, err := config.Load(sources(c, env))
			if err != nil {
				return err
			}
			env.messages.configure(loaded)
			return run(c.Context, env, loaded)
		},
	}
}

// sources are the file, the variables and the flags of a command line.
func sources(c *cli.Context, env Env) config.Sources {
	flags := map[string]string{}
	for _, key := range config.Keys() {
		if c.IsSet(key.Path) {
			flags[key.Path] = c.String(key.Path)
		} else if key.IsSwitch && key.Short != "" && c.IsSet(key.Short) {
			flags[key.Path] = fmt.Sprint(c.Bool(key.Short))
		}
	}
	return config.Sources{
		File: c.String(configFlag), Optional: !c.IsSet(configFlag), Environ: env.Environ, Flags: flags,
	}
}

func configCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "config",
		Usage: "print every setting with its value and where it came from; what it prints is a configuration",
		Flags: settingFlags(),
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
	const widest = 48 // longer values do not push the others' origins away
	type line struct{ text, origin string }
	var lines []line
	width := 0
	var open []string // the sections that the line before stands in
	for _, setting := range settings {
		names := strings.Split(setting.Path, ".")
		sections := names[:len(names)-1]
		for depth, section := range sections {
			if depth >= len(open) || open[depth] != section {
				lines = append(lines, line{text: strings.Repeat("  ", depth) + section + ":"})
				open = nil
			}
		}
		open = sections
		text := fmt.Sprintf("%s%s: %s", strings.Repeat("  ", len(sections)), names[len(sections)], setting.Value)
		lines = append(lines, line{text, "  # " + setting.Origin})
		if len(text) <= widest {
			width = max(width, len(text))
		}
	}
	for _, line := range lines {
		if line.origin != "" {
			line.text = fmt.Sprintf("%-*s", width, line.text)
		}
		if _, err := fmt.Fprintln(env.Stdout, line.text+line.origin); err != nil {
			return err
		}
	}
	return broken
}
