package command

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/report"
)

// The scripts ask cbv itself what a line may go on with, so that they know every
// flag of the program that they run.
//
//go:embed completion
var completionScripts embed.FS

// choiceFlag is a flag with few values.
type choiceFlag struct {
	*cli.StringFlag
	choices []string
}

// shells are those that there is a script for.
var shells = []string{"bash", "fish", "zsh"}

func completionCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Category:  others,
		Usage:     "print a script that completes commands, flags and values in a shell: bash, zsh or fish",
		ArgsUsage: "bash|zsh|fish",
		UsageText: `source <(cbv completion bash)            # in ~/.bashrc
source <(cbv completion zsh)             # in ~/.zshrc, after compinit
cbv completion fish | source             # in ~/.config/fish/config.fish`,
		Action: func(c *cli.Context) error { return runCompletion(env, c.Args().Slice()) },
	}
}

func runCompletion(env Env, shell []string) error {
	if len(shell) != 1 || !slices.Contains(shells, shell[0]) {
		return failure.Usagef("completion: name one shell of %s", strings.Join(shells, ", "))
	}
	script, err := fs.ReadFile(completionScripts, path.Join("completion", "cbv."+shell[0]))
	if err != nil {
		return err
	}
	_, err = env.Stdout.Write(script)
	return err
}

// completeCommand is what the scripts ask. Its arguments are the words of the line
// after cbv, the last of them the one to complete, which may be empty.
func completeCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "complete", Hidden: true, HideHelp: true, ArgsUsage: "WORDS", SkipFlagParsing: true,
		Action: func(c *cli.Context) error {
			for _, candidate := range candidates(c.App.Commands, topics(env), c.Args().Slice()) {
				if _, err := fmt.Fprintln(env.Stdout, candidate); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// candidates returns what the last word may become. None means a file.
func candidates(commands []*cli.Command, topics []topic, words []string) []string {
	if len(words) == 0 {
		return nil
	}
	before, last := words[:len(words)-1], words[len(words)-1]
	var found []string
	switch {
	case len(before) == 0:
		found = []string{"--help", "--version"}
		for _, command := range commands {
			if !command.Hidden {
				found = append(found, command.Name)
			}
		}
	case before[0] == "help":
		found = helpWords(topics, before[1:])
	case before[0] == "completion":
		found = shells
	default:
		at := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.Name == before[0] })
		if at < 0 {
			return nil
		}
		found = flagWords(commands[at], before[len(before)-1], last)
	}
	return slices.DeleteFunc(slices.Clone(found), func(candidate string) bool { return !strings.HasPrefix(candidate, last) })
}

// helpWords are the topics, or what may follow one.
func helpWords(topics []topic, before []string) []string {
	var words []string
	switch {
	case len(before) == 0:
		for _, t := range topics {
			words = append(words, t.name)
		}
	case before[0] == "settings":
		for _, section := range config.Sections() {
			words = append(words, section.Name)
		}
	case before[0] == "columns":
		words = report.Tables()
	}
	return words
}

// flagWords are the values of the flag before, or the flags of a command.
func flagWords(command *cli.Command, previous, last string) []string {
	if name, isFlag := strings.CutPrefix(previous, "--"); isFlag {
		if flag := flagNamed(command, name); flag != nil {
			if _, isSwitch := flag.(*cli.BoolFlag); !isSwitch {
				return flagValues(flag)
			}
		}
	}
	if !strings.HasPrefix(last, "-") {
		return nil
	}
	words := []string{"--help"}
	for _, flag := range command.Flags {
		for _, name := range flag.Names() {
			if len(name) > 1 && name != "help" {
				words = append(words, "--"+name)
			}
		}
	}
	return words
}

// flagValues are the values of a flag where they are few.
func flagValues(flag cli.Flag) []string {
	switch f := flag.(type) {
	case *settingFlag:
		return f.key.Choices
	case *repeatedFlag: // the one there is takes codes of warnings
		return pipeline.Codes()
	case *choiceFlag:
		return f.choices
	}
	return nil
}
