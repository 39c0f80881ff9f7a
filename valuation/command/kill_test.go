package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// simulated writes a history that keeps a run busy for a good part of a second
// and returns its folder.
func simulated(t *testing.T, customers int) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "shop")
	mustRun(t, "simulate", "--out", folder, "--customers", fmt.Sprint(customers))
	return folder
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("cbv", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("cbv %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestKilledRun kills runs at random moments. Each must leave the previous run
// or the new one, whole, and must not stand in the way of the next.
func TestKilledRun(t *testing.T) {
	if testing.Short() {
		t.Skip("forty runs")
	}
	t.Parallel()
	const kills = 20
	shop := simulated(t, 1_000) // even a small run takes a good second, for it has many steps
	out := filepath.Join(t.TempDir(), "out")
	// A run with a horizon of its own is one that is not published yet; every
	// second one looks from the day before, so that latest must not follow it.
	arguments := func(i int) []string {
		return []string{"run", "--config", filepath.Join(shop, "cbv.yaml"), "--out", out,
			"--lists.include", "[seed]", "--time.as_of", []string{"2023-12-31", "2023-12-30"}[i%2], "--value.horizon_days", fmt.Sprint(300 + i)}
	}
	mustRun(t, arguments(0)...)
	start := time.Now()
	mustRun(t, arguments(kills+1)...)
	undisturbed := time.Since(start)

	random := rand.New(rand.NewPCG(1, 2))
	killed, unfinished := 0, 0
	for i := 1; i <= kills; i++ {
		before := latest(t, out)
		moment := time.Duration(random.Float64() * float64(undisturbed))
		run := exec.Command("cbv", arguments(i)...)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(moment)
		// An error means that the run has ended before.
		_ = run.Process.Kill()
		_ = run.Wait()
		if run.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
			killed++
		}
		if _, err := os.Stat(filepath.Join(out, ".staging")); err == nil {
			unfinished++
		}
		verifyPublished(t, out)
		after := latest(t, out)
		isNew := strings.HasPrefix(after, "2023-12-31") && after != before && i%2 == 0
		if after != before && !isNew {
			t.Fatalf("kill %d after %v: latest went from %s to %s", i, moment, before, after)
		}

		start := time.Now()
		text := mustRun(t, arguments(i)...)
		if !strings.Contains(text, "nothing to do") {
			// Measured beside other tests, the first one may have taken longer.
			undisturbed = min(undisturbed, time.Since(start))
		}
		verifyPublished(t, out)
		lines := strings.Split(strings.TrimSpace(text), "\n")
		published := filepath.Base(lines[len(lines)-1])
		if want := map[bool]string{true: published, false: before}[i%2 == 0]; latest(t, out) != want {
			t.Fatalf("after kill %d at %v and the next run, latest is %s, want %s", i, moment, latest(t, out), want)
		}
		if _, err := os.Stat(filepath.Join(out, ".staging")); err == nil {
			t.Fatalf("after kill %d at %v and the next run, .staging is still there", i, moment)
		}
	}
	t.Logf("an undisturbed run took %v; %d of %d kills hit a live run, %d of them one that had begun to write", undisturbed, killed, kills, unfinished)
	if killed < kills/2 || unfinished < kills/4 {
		t.Errorf("%d of %d kills hit a live run and %d one that had begun to write: too few to prove anything", killed, kills, unfinished)
	}
}

// latest returns the name of the run that out/latest points to.
func latest(t *testing.T, out string) string {
	t.Helper()
	target, err := os.Readlink(filepath.Join(out, "latest"))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Base(target)
}

// verifyPublished fails unless every link below out leads to a run and every
// run has, byte for byte, the files that its manifest lists.
func verifyPublished(t *testing.T, out string) {
	t.Helper()
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		path := filepath.Join(out, entry.Name())
		if _, err := os.Stat(path); err != nil {
			t.Fatalf("a link leads nowhere: %v", err)
		}
	}
	runs, err := filepath.Glob(filepath.Join(out, "runs", "*"))
	if err != nil || len(runs) == 0 {
		t.Fatalf("no run is left (%v)", err)
	}
	for _, run := range runs {
		if err := wholeRun(run); err != nil {
			t.Fatal(err)
		}
	}
}

func wholeRun(folder string) error {
	path := filepath.Join(folder, "manifest.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var manifest publication.Manifest
	if err := json.Unmarshal(text, &manifest); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(manifest.Outputs) == 0 {
		return fmt.Errorf("%s: the manifest lists no file", folder)
	}
	for _, output := range manifest.Outputs {
		path := filepath.Join(folder, output.Name)
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		hash, err := source.HashFile(context.Background(), path)
		if err != nil {
			return err
		}
		if info.Size() != output.Bytes || hash != output.Hash {
			return fmt.Errorf("%s: has %d bytes of hash %s, and the manifest %d of %s", path, info.Size(), hash, output.Bytes, output.Hash)
		}
	}
	return nil
}

// TestDamageIsSeen holds the check that TestKilledRun relies on to its task.
func TestDamageIsSeen(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	mustRun(t, "run", "--config", filepath.Join(simulated(t, 100), "cbv.yaml"), "--out", out)
	folder := filepath.Join(out, "latest")
	if err := wholeRun(folder); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"customers.parquet", "model.json", "manifest.json"} {
		path := filepath.Join(folder, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, damaged := range map[string][]byte{"cut off": text[:len(text)/2], "flipped": flipped(text)} {
			if name == "manifest.json" && what == "flipped" {
				continue // it does not list itself
			}
			if err := os.WriteFile(path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			if wholeRun(folder) == nil {
				t.Errorf("%s was %s and the run passes for whole", name, what)
			}
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func flipped(text []byte) []byte {
	damaged := bytes.Clone(text)
	damaged[len(damaged)/2] ^= 1
	return damaged
}

// TestInterrupted sends the signals of a terminal and of a scheduler to a run
// that has begun to write.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	shop := simulated(t, 2_000)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			stdout, stderr := interrupt(t, signal, filepath.Join(out, ".staging"),
				"run", "--config", filepath.Join(shop, "cbv.yaml"), "--out", out)
			if stdout != "" || stderr != "cbv: interrupted: nothing was published\n" {
				t.Errorf("stdout %q, stderr %q", stdout, stderr)
			}
			for _, left := range []string{"latest", ".staging", "runs/*"} {
				if found, _ := filepath.Glob(filepath.Join(out, left)); len(found) > 0 {
					t.Errorf("left behind: %v", found)
				}
			}
		})
	}
}

// TestInterruptedSimulation leaves no folder behind.
func TestInterruptedSimulation(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	interrupt(t, syscall.SIGINT, filepath.Join(parent, "*"),
		"simulate", "--out", filepath.Join(parent, "shop"), "--customers", "3000000")
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

// interrupt starts cbv, waits until it has made a path of the pattern, sends it
// a signal, and holds it to exit code 130.
func interrupt(t *testing.T, signal syscall.Signal, pattern string, args ...string) (stdout, stderr string) {
	t.Helper()
	var outText, errText bytes.Buffer
	command := exec.Command("cbv", args...)
	command.Stdout, command.Stderr = &outText, &errText
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			break
		}
		if time.Now().After(deadline) {
			_ = command.Process.Kill()
			_ = command.Wait()
			t.Fatalf("%s was never made: %s", pattern, errText.String())
		}
	}
	// An error shows in the exit code.
	_ = command.Process.Signal(signal)
	var exit *exec.ExitError
	if err := command.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("%v, want exit code 130; stderr: %s", err, errText.String())
	}
	return outText.String(), errText.String()
}
