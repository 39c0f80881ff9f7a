package report_test

import (
	"strings"
	"testing"

	"cbv/valuation/report"
)

func TestTerminal(t *testing.T) {
	t.Parallel()
	long := strings.TrimSpace(strings.Repeat("word ", 24)) // 119 characters
	line, rest := long[:99], "word word word word"
	for name, each := range map[string]struct{ markdown, want string }{
		"a comment goes":        {"<!-- generated: x -->\nkept\n", "kept\n"},
		"a paragraph":           {long + "\n\n**Two**\n", line + "\n" + rest + "\n\nTwo\n"},
		"a list":                {"- " + long + "\n", "- " + long[:94] + "\n  word " + rest + "\n"},
		"a glob is not bold":    {"`**` or `a/**`\n", "`**` or `a/**`\n"},
		"code stays":            {"```\n" + long + " **x**\n| a |\n|---|\n```\n", "```\n" + long + " **x**\n| a |\n|---|\n```\n"},
		"indented code stays":   {"    " + long + "\n", "    " + long + "\n"},
		"a table in columns":    {"| key | meaning |\n|---|---|\n| `a.b` | x \\| y |\n| `c` |  |\n", "key  meaning\na.b  x | y\nc\n"},
		"its last column wraps": {"| k | text |\n|---|:--|\n| a | " + long + " |\n", "k  text\na  " + long[:94] + "\n   word " + rest + "\n"},
		"a wide table is a list": {
			"| k | of | text |\n|---|---|---|\n| `a` | " + long + " | x |\n| b | | y |\n\nafter\n",
			"a\n  of: " + long[:94] + "\n      word " + rest + "\n  text: x\n\nb\n  text: y\n\nafter\n",
		},
		"a row without all cells": {"| k | text |\n|---|---|\n| a |\n", "k  text\na\n"},
	} {
		if got := report.Terminal(each.markdown); got != each.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, each.want)
		}
	}
}
