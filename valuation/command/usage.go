package command

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"cbv/valuation/report"
)

// Groups of commands, in the order in which help lists them.
const (
	valuing     = "Value a base"
	campaigning = "Campaigns"
	looking     = "Look"
	others      = "Other"
)

// overview lists the commands in their groups, and the topics.
func overview(commands []*cli.Command, topics []topic) string {
	var b strings.Builder
	b.WriteString("cbv: what a customer base is worth, and whom to keep\n\nUsage: cbv COMMAND [--FLAG VALUE ...]\n")
	for _, group := range []string{valuing, campaigning, looking, others} {
		fmt.Fprintf(&b, "\n%s:\n", group)
		for _, command := range commands {
			if command.Category == group && !command.Hidden {
				b.WriteString(item(command.Name, 14, command.Usage))
			}
		}
	}
	b.WriteString("\nTopics of cbv help TOPIC:\n")
	for _, t := range topics {
		b.WriteString(item(strings.TrimSpace(t.name+" "+t.takes), 22, t.about))
	}
	b.WriteString("\nFlags:\n" + item("--help", 14, "this, or of a command its usage: cbv run --help") + item("--version", 14, "version, revision and DuckDB's version"))
	return b.String()
}

// usage says how a command is called: the flags that are not hidden, and where
// the others are listed.
func usage(command *cli.Command) string {
	var b strings.Builder
	b.WriteString(report.Wrap(fmt.Sprintf("cbv %s: %s", command.Name, command.Usage), 0))
	arguments := command.ArgsUsage
	if arguments == "" && len(command.Flags) > 0 {
		arguments = "[--FLAG VALUE ...]"
	}
	fmt.Fprintf(&b, "\nUsage: %s\n", strings.TrimSpace("cbv "+command.Name+" "+arguments))
	if command.UsageText != "" {
		b.WriteString("\nExamples:\n")
		for line := range strings.Lines(command.UsageText) {
			b.WriteString("  " + line)
		}
		b.WriteString("\n")
	}
	var names, texts []string
	width, hidden := 0, false
	for _, flag := range command.Flags {
		if visible, ok := flag.(cli.VisibleFlag); ok && !visible.IsVisible() {
			hidden = true
			continue
		}
		if flag == cli.HelpFlag {
			continue
		}
		name, text := flagText(flag)
		names, texts = append(names, name), append(texts, text)
		width = max(width, utf8.RuneCountInString(name))
	}
	if len(names) > 0 {
		b.WriteString("\nFlags:\n")
	}
	for i := range names {
		b.WriteString(item(names[i], width, texts[i]))
	}
	if hidden {
		b.WriteString("\n" + report.Wrap(command.Description, 0))
	}
	return b.String()
}

// flagText returns a flag with what stands for its value, and what it is for.
func flagText(flag cli.Flag) (name, text string) {
	value, standard := "VALUE", ""
	switch f := flag.(type) {
	case *cli.StringFlag:
		value, text, standard = "TEXT", f.Usage, f.Value
	case *choiceFlag:
		value, text, standard = "NAME", f.Usage, f.Value
	case *cli.IntFlag:
		value, text = "N", f.Usage
		if f.Value != 0 {
			standard = fmt.Sprint(f.Value)
		}
	case *cli.Float64Flag:
		value, text = "NUMBER", f.Usage
		if f.Value != 0 {
			standard = fmt.Sprint(f.Value)
		}
	case *cli.Uint64Flag:
		value, text = "N", f.Usage
		if f.Value != 0 {
			standard = fmt.Sprint(f.Value)
		}
	case *cli.BoolFlag:
		value, text = "", f.Usage
	}
	if parts := strings.SplitN(text, "`", 3); len(parts) == 3 { // the library's way to name the value
		value, text = parts[1], parts[0]+parts[1]+parts[2]
	}
	if repeated, ok := flag.(*repeatedFlag); ok {
		value, text = repeated.key.Placeholder, repeated.key.Brief()
	}
	if setting, ok := flag.(*settingFlag); ok {
		value, text, standard = setting.key.Placeholder, setting.key.Brief(), setting.key.Default
		if setting.key.IsSwitch {
			value = ""
		}
	}
	if standard != "" {
		text += fmt.Sprintf(" (default %s)", standard)
	}
	names := flag.Names()
	return strings.TrimSpace("--" + names[len(names)-1] + " " + value), text
}

// helpTemplate makes a text a template of the library, which knows no other way to
// print help that is not its own.
func helpTemplate(text string) string { return strings.ReplaceAll(text, "{{", `{{"{{"}}`) }

// item is a line of a list; a long text goes on below itself.
func item(name string, width int, text string) string {
	lead := fmt.Sprintf("  %-*s  ", width, name)
	return lead + strings.TrimLeft(report.Wrap(text, utf8.RuneCountInString(lead)), " ")
}

// flagNamed returns the flag of a name, nil where there is none.
func flagNamed(command *cli.Command, name string) cli.Flag {
	for _, flag := range command.Flags {
		if slices.Contains(flag.Names(), name) {
			return flag
		}
	}
	return nil
}
