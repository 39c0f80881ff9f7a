package command

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
	"cbv/valuation/report"
	"cbv/valuation/schema"
)

// topic is something that help prints: the page of a room, or a table of what is
// declared, as Markdown.
type topic struct {
	name  string
	takes string // what may follow the name, "" for nothing
	about string // one sentence
	head  string // what stands above a table on a terminal, and elsewhere on the page around it
	text  func(argument string) (string, error)
}

// generated are the topics that are made of declarations. The blocks in the pages
// are named by them as well.
var generated = []topic{
	{
		name: "settings", takes: "[SECTION]", about: "every setting with its default and meaning", text: report.Settings,
		head: "Every key is one of the configuration file, a flag of the commands that read it (--orders.files), and an environment variable (CBV_ORDERS_FILES); keys with [] are of the file only.",
	},
	{name: "columns", takes: "[TABLE]", about: "every published table, or the columns of one", text: report.Columns},
	{name: "figures", about: "every figure of kpis.parquet", text: func(string) (string, error) { return schema.FiguresMarkdown(), nil }},
	{name: "forms", about: "every step that the form of a target's column may name", text: func(string) (string, error) { return platform.FormsTable(), nil }},
	{name: "warnings", about: "every warning, by whom and what is done all the same", text: func(string) (string, error) { return pipeline.WarningsMarkdown(), nil }},
	{name: "exit-codes", about: "what a command ends with", text: func(string) (string, error) { return report.ExitCodes(), nil }},
}

// generate returns the table that a block of a page is made of.
func generate(words []string) (string, error) {
	if len(words) == 0 {
		return "", errors.New("name a table")
	}
	at := slices.IndexFunc(generated, func(t topic) bool { return t.name == words[0] })
	if at < 0 || len(words) > 1 && generated[at].takes == "" || len(words) > 2 {
		return "", fmt.Errorf("there is no such table as %q", strings.Join(words, " "))
	}
	return generated[at].text(strings.Join(words[1:], ""))
}

// rooms are where pages lie: the repository itself, and its folders.
var rooms = []string{"README.md", "*/README.md", "valuation/*/README.md", "valuation/*/*/README.md"}

// topics returns what there is to print: the tables, and the pages by the name of
// their room. btyd is valuation/btyd/README.md, and cbv the page at the top.
func topics(env Env) []topic {
	topics := slices.Clone(generated)
	if env.Pages == nil {
		return topics
	}
	tables := len(topics)
	for _, pattern := range rooms {
		found, err := fs.Glob(env.Pages, pattern)
		if err != nil {
			panic(err) // the patterns are ours
		}
		for _, file := range found {
			text, err := fs.ReadFile(env.Pages, file)
			if err != nil {
				panic(err) // embedded at build time
			}
			name := strings.TrimPrefix(path.Dir(file), "valuation/")
			if name == "." {
				name = "cbv"
			}
			topics = append(topics, topic{name: name, about: report.FirstSentence(string(text)), text: func(string) (string, error) {
				return string(text), nil
			}})
		}
	}
	slices.SortFunc(topics[tables:], func(a, b topic) int { return strings.Compare(a.name, b.name) })
	return topics
}

func helpCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "help",
		Category:  others,
		Usage:     "list commands and topics, or print a topic",
		ArgsUsage: "[TOPIC]",
		Action: func(c *cli.Context) error {
			return runHelp(env, c.App.Commands, c.Args().Slice())
		},
	}
}

func runHelp(env Env, commands []*cli.Command, words []string) error {
	text := overview(commands, topics(env))
	if len(words) > 0 {
		var err error
		if text, err = topicText(commands, topics(env), words); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(env.Stdout, text)
	return err
}

// topicText returns what help prints of a topic. A command without a page is one,
// too.
func topicText(commands []*cli.Command, topics []topic, words []string) (string, error) {
	var names []string
	for _, t := range topics {
		if t.name == words[0] {
			if len(words) > 2 || len(words) == 2 && t.takes == "" {
				return "", failure.Usagef("help %s: does not know what to do with %q", t.name, words[len(words)-1])
			}
			text, err := t.text(strings.Join(words[1:], ""))
			if err != nil {
				return "", err
			}
			if t.head != "" {
				text = t.head + "\n\n" + text
			}
			if isCommand(commands, t.name) {
				text += fmt.Sprintf("\nThe flags of the command: cbv %s --help\n", t.name)
			}
			return report.Terminal(text), nil
		}
		names = append(names, t.name)
	}
	for _, command := range commands {
		if command.Name == words[0] && !command.Hidden {
			return usage(command), nil
		}
		names = append(names, command.Name)
	}
	hint := "cbv help lists the topics"
	if nearest := config.Nearest(words[0], names); nearest != "" {
		hint = fmt.Sprintf("did you mean %q?", nearest)
	}
	return "", failure.Usagef("there is no topic %q: %s", words[0], hint)
}

// isCommand reports whether a topic is also the name of a command.
func isCommand(commands []*cli.Command, name string) bool {
	return slices.ContainsFunc(commands, func(c *cli.Command) bool { return c.Name == name && !c.Hidden })
}
