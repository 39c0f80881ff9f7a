package command

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal returns the two ends of a terminal: what is written to the second
// can be read from the first.
func openTerminal(t *testing.T) (screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminal to be had: %v", err)
	}
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return screen, terminal
}

// onTerminal runs cbv with stderr on a terminal and returns what that shows.
func onTerminal(t *testing.T, args ...string) string {
	t.Helper()
	screen, terminal := openTerminal(t)
	defer screen.Close()
	shown := make(chan string)
	go func() {
		var text bytes.Buffer
		_, _ = io.Copy(&text, screen) // ends with an error when the terminal closes
		shown <- text.String()
	}()
	run := exec.Command("cbv", args...)
	run.Stderr = terminal
	err := run.Run()
	terminal.Close()
	text := <-shown
	if err != nil {
		t.Fatalf("cbv %s: %v: %s", strings.Join(args, " "), err, text)
	}
	return text
}

// On a terminal a run shows step, rows and elapsed time, and leaves a clean line;
// as JSON there is no bar even there, which a check shows as well.
func TestProgressOnTerminal(t *testing.T) {
	t.Parallel()
	shop := filepath.Join(simulated(t, 200), "cbv.yaml")
	text := onTerminal(t, "run", "--config", shop, "--out", filepath.Join(t.TempDir(), "out"))
	for _, want := range []string{`seed_cut \(replacement: 1 rows\)`, `customer_totals`, `\[\d+s\]`, `\d+%`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("the terminal never shows %s: %q", want, text)
		}
	}
	if left := text[strings.LastIndex(text, "\r")+1:]; strings.TrimSpace(left) != "" {
		t.Errorf("the bar leaves %q behind", left)
	}
	text = onTerminal(t, "check", "--config", shop, "--log", "json")
	if regexp.MustCompile(`\d%`).MatchString(text) || strings.Contains(text, "\x1b") || !strings.Contains(text, `"msg":"step finished"`) {
		t.Errorf("as JSON the terminal shows %q", text)
	}
}
