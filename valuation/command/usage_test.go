package command

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/report"
)

func commands(t *testing.T) []*cli.Command {
	t.Helper()
	return newApp(Env{Pages: os.DirFS("../..")}).Commands
}

// The help of a command fits a screen, has examples where there is a choice, and
// stands in a group.
func TestHelpFitsAScreen(t *testing.T) {
	t.Parallel()
	for _, command := range commands(t) {
		if command.Hidden {
			continue
		}
		text := usage(command)
		if lines := strings.Count(text, "\n"); lines > 40 {
			t.Errorf("%s: %d lines", command.Name, lines)
		}
		for line := range strings.Lines(text) {
			if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > report.ScreenWidth {
				t.Errorf("%s: too wide: %s", command.Name, line)
			}
		}
		if !slices.Contains([]string{valuing, campaigning, looking, others}, command.Category) {
			t.Errorf("%s stands in no group", command.Name)
		}
		if len(command.Flags) > 2 && command.UsageText == "" {
			t.Errorf("%s has no examples", command.Name)
		}
	}
}

// What help prints of a topic fits a terminal, save for blocks of code, which are
// printed as they are.
func TestTopicsFitATerminal(t *testing.T) {
	t.Parallel()
	all := topics(Env{Pages: os.DirFS("../..")})
	var asked [][]string
	for _, each := range all {
		asked = append(asked, []string{each.name})
	}
	for _, table := range report.Tables() {
		asked = append(asked, []string{"columns", table})
	}
	for _, words := range asked {
		text, err := topicText(commands(t), all, words)
		if err != nil {
			t.Fatal(err)
		}
		inCode := false
		for line := range strings.Lines(text) {
			inCode = inCode != strings.HasPrefix(strings.TrimSpace(line), "```")
			isCode := inCode || strings.HasPrefix(line, "    ")
			if !isCode && utf8.RuneCountInString(strings.TrimRight(line, "\n")) > report.ScreenWidth {
				t.Errorf("help %s: too wide: %s", strings.Join(words, " "), line)
			}
			if !isCode && strings.HasPrefix(line, "|") {
				t.Errorf("help %s: Markdown: %s", strings.Join(words, " "), line)
			}
		}
	}
}

// What a command says that it reads is there to be read.
func TestReadSectionsExist(t *testing.T) {
	t.Parallel()
	sections := map[string]bool{}
	for _, section := range config.Sections() {
		sections[section.Name] = false
	}
	for _, command := range commands(t) {
		if command.Name == "config" {
			continue // prints them all
		}
		for _, flag := range command.Flags {
			if setting, ok := flag.(*settingFlag); ok {
				sections[setting.key.Section()] = true
			}
		}
	}
	for name, read := range sections {
		if !read && name != "audiences" && name != "targets" { // in the file only
			t.Errorf("no command reads %s", name)
		}
	}
}
