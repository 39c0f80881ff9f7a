package report_test

import (
	"errors"
	"strings"
	"testing"

	"cbv/valuation/report"
)

func TestRegenerate(t *testing.T) {
	page := "# A\n\n<!-- generated: settings rfm -->\nold\n<!-- /generated -->\n\nkept\n\n<!-- generated: exit-codes -->\n<!-- /generated -->\n"
	got, err := report.Regenerate(page, func(words []string) (string, error) { return strings.Join(words, "/") + "\n", nil })
	want := "# A\n\n<!-- generated: settings rfm -->\nsettings/rfm\n<!-- /generated -->\n\nkept\n\n<!-- generated: exit-codes -->\nexit-codes\n<!-- /generated -->\n"
	if err != nil || got != want {
		t.Errorf("%v, %q", err, got)
	}
	_, err = report.Regenerate(page, func([]string) (string, error) { return "", errors.New("no such table") })
	if err == nil || !strings.Contains(err.Error(), "exit-codes") {
		t.Errorf("a block that cannot be made: %v", err)
	}
	if got, want := report.Terminal(want), "# A\n\nsettings/rfm\n\nkept\n\nexit-codes\n"; got != want {
		t.Errorf("as read: %q", got)
	}
}

func TestFirstSentence(t *testing.T) {
	for page, want := range map[string]string{
		"# Models\n\nThe **purchase** models of `btyd`,\nand [more](x.md). They fit.\n": "The purchase models of btyd, and more",
		"# Title\n\n<!-- generated: x -->\n\nOne line:\n\n- a":                          "One line",
		"# Only a title\n": "",
	} {
		if got := report.FirstSentence(page); got != want {
			t.Errorf("%q: %q", page, got)
		}
	}
}
