package command

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
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
			if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > screenWidth {
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
		if !read && name != "audiences" { // in the file only
			t.Errorf("no command reads %s", name)
		}
	}
}
