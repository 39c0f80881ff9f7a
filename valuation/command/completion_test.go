package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Each shell that is there offers what cbv knows: a command, a hidden setting, a
// value, and a value after the sign.
func TestCompletionInShells(t *testing.T) {
	folder := t.TempDir()
	script := func(shell string) string {
		file := filepath.Join(folder, "cbv."+shell)
		if err := os.WriteFile(file, []byte(mustRun(t, "completion", shell)), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	// What a shell is asked to do, with the script as $1 and the words as the others,
	// the last of them the one under the cursor.
	asks := map[string]struct{ command, flag string }{
		"bash": {`source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cbv; printf '%s\n' "${COMPREPLY[@]}"`, "-c"},
		"zsh": {`compdef() { :; }; compadd() { shift; print -rl -- "$@"; }; _files() { :; }
source "$1"; shift; words=("$@"); CURRENT=$#; _cbv`, "-c"},
		"fish": {`source $argv[1]; complete -C (string join ' ' -- $argv[2..-1])`, "-c"},
	}
	for _, shell := range shells {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				if os.Getenv("CI") == "true" {
					t.Fatal("no such shell here: install the package " + shell)
				}
				t.Skip("no such shell here")
			}
			file := script(shell)
			for _, line := range []struct {
				words []string
				want  string
			}{
				{[]string{"cbv", "bac"}, "backtest"},
				{[]string{"cbv", "run", "--orders.ke"}, "--orders.keep"},
				{[]string{"cbv", "run", "--value.fit_by", "ch"}, "channel"},
				{[]string{"cbv", "export", "--target", "kl"}, "klaviyo"},
				{[]string{"cbv", "help", "settings", "lif"}, "lifecycle"},
			} {
				args := []string{asks[shell].flag, asks[shell].command}
				if shell != "fish" {
					args = append(args, shell)
				}
				out, err := exec.Command(shell, append(append(args, file), line.words...)...).CombinedOutput()
				if err != nil || strings.TrimSpace(string(out)) != line.want {
					t.Errorf("%s: %v, %q, want %q", strings.Join(line.words, " "), err, out, line.want)
				}
			}
			if shell != "bash" {
				return
			}
			out, err := exec.Command("bash", "-c", asks["bash"].command, "bash", file, "cbv", "run", "--log", "=", "js").CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != "json" {
				t.Errorf("--log=js: %v, %q", err, out)
			}
		})
	}
}
