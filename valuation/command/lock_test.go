package command

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// startRun starts a run and waits until it has begun to write below out.
func startRun(t *testing.T, out string, args ...string) *exec.Cmd {
	t.Helper()
	run := exec.Command("cbv", append([]string{"run", "--out", out}, args...)...)
	var stderr bytes.Buffer
	run.Stderr = &stderr
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// An error means that it has ended.
		_ = run.Process.Kill()
		_ = run.Wait()
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if found, _ := filepath.Glob(filepath.Join(out, ".staging", "run", "*")); len(found) > 0 {
			return run
		}
		if time.Now().After(deadline) {
			t.Fatalf("the run never began to write: %s", &stderr)
		}
	}
}

// A run names the one that holds the lock; when that one is killed, the lock is
// free at once, and the next run says whose it was.
func TestLockOfKilledRun(t *testing.T) {
	t.Parallel()
	shop := filepath.Join(simulated(t, 2_000), "cbv.yaml")
	out := filepath.Join(t.TempDir(), "out")
	holder := startRun(t, out, "--config", shop)
	name := fmt.Sprintf("process %d on ", holder.Process.Pid)

	second := exec.Command("cbv", "run", "--config", shop, "--out", out)
	text, err := second.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 5 || !strings.Contains(string(text), "another run holds the lock ("+name) {
		t.Fatalf("beside %s: %v: %s", name, err, text)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // was killed

	took := `"msg":"took over the lock of a run that was killed","holder":"` + name
	if text := mustRun(t, "run", "--config", shop, "--out", out, "--log", "json"); !strings.Contains(text, took) {
		t.Errorf("the next run does not say %s:\n%s", took, text)
	}
	verifyPublished(t, out)
	// A run that ends in order leaves no name behind.
	if text := mustRun(t, "run", "--config", shop, "--out", out, "--log", "json"); strings.Contains(text, "took over") {
		t.Errorf("a run that ended in order passes for killed:\n%s", text)
	}
}

// Runs that wait for one another all publish; of those that do not wait, one
// does and the others end with 5.
func TestRunsAtOnce(t *testing.T) {
	t.Parallel()
	shop := filepath.Join(simulated(t, 200), "cbv.yaml")
	runs := 3
	if testing.Short() {
		runs = 2
	}
	for _, wait := range []bool{true, false} {
		out := filepath.Join(t.TempDir(), "out")
		codes := make(chan int, runs)
		for i := range runs {
			args := []string{"run", "--config", shop, "--out", out, "--value.horizon_days", fmt.Sprint(300 + i)}
			if wait {
				args = append(args, "--wait", "2m")
			}
			run := exec.Command("cbv", args...)
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			go func() {
				_ = run.Wait() // the exit code says it
				codes <- run.ProcessState.ExitCode()
			}()
		}
		counts := map[int]int{}
		for range runs {
			counts[<-codes]++
		}
		published, err := filepath.Glob(filepath.Join(out, "runs", "*"))
		if err != nil || counts[0] != len(published) || counts[0]+counts[5] != runs || counts[0] == 0 || wait && counts[5] > 0 {
			t.Errorf("waiting %v: exit codes %v, %d runs published (%v)", wait, counts, len(published), err)
		}
		verifyPublished(t, out)
	}
}

// A run that waits can be interrupted.
func TestInterruptedWait(t *testing.T) {
	t.Parallel()
	shop := filepath.Join(simulated(t, 100), "cbv.yaml")
	out := t.TempDir()
	lock := flock.New(filepath.Join(out, ".lock"))
	if held, err := lock.TryLock(); err != nil || !held {
		t.Fatalf("%v, %v", held, err)
	}
	defer lock.Close()
	stdout, stderr := interrupt(t, syscall.SIGTERM, filepath.Join(out, "runs"), "run", "--config", shop, "--out", out, "--wait", "5m")
	if stdout != "" || stderr != "cbv: interrupted: nothing was published\n" {
		t.Errorf("stdout %q, stderr %q", stdout, stderr)
	}
}
