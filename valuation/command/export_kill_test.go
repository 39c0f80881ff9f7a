package command

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// publishedShop simulates a shop and runs it. It returns what exports all its customers
// under a name, and where.
func publishedShop(t *testing.T, customers int) (export func(name string) []string, out string) {
	t.Helper()
	shop := simulated(t, customers)
	out = filepath.Join(t.TempDir(), "out")
	settings := []string{"--config", filepath.Join(shop, "cbv.yaml"), "--out", out}
	mustRun(t, append([]string{"run"}, settings...)...)
	return func(name string) []string {
		return append([]string{"export", "--where", "true", "--target", "klaviyo", "--name", name}, settings...)
	}, out
}

// exports are the folders of the exports of a name, without the links to them.
func exports(t *testing.T, out, name string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(out, "exports", name, "*-*-*-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestInterruptedExport sends the signals of a terminal and of a scheduler to exports, as
// soon as they have begun to write and at random moments after. Each says so and ends
// with 130, not by a fault of the program, publishes nothing, and the next one does.
func TestInterruptedExport(t *testing.T) {
	t.Parallel()
	export, out := publishedShop(t, 2_000)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		stdout, stderr := interrupt(t, signal, filepath.Join(out, ".staging"), export("all")...)
		if stdout != "" || stderr != "cbv: interrupted: nothing was published\n" {
			t.Errorf("%v: stdout %q, stderr %q", signal, stdout, stderr)
		}
		if left := exports(t, out, "all"); len(left) > 0 {
			t.Errorf("%v left behind %v", signal, left)
		}
		if _, err := os.Stat(filepath.Join(out, ".staging")); err == nil {
			t.Errorf("%v left .staging behind", signal)
		}
	}
	start := time.Now()
	mustRun(t, export("calm")...)
	undisturbed := time.Since(start)
	random := rand.New(rand.NewPCG(5, 6))
	signals := 7
	if testing.Short() {
		signals = 3
	}
	for i := range signals {
		name := fmt.Sprint("termed", i)
		run := exec.Command("cbv", export(name)...)
		var said strings.Builder
		run.Stderr = &said
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration((0.1 + 0.8*random.Float64()) * float64(undisturbed)))
		// An error means that the export has ended before.
		_ = run.Process.Signal(syscall.SIGTERM)
		_ = run.Wait()
		found := exports(t, out, name)
		switch code := run.ProcessState.ExitCode(); {
		case code == 130 && len(found) == 0 && said.String() == "cbv: interrupted: nothing was published\n":
		case code == 0 && len(found) == 1: // it was faster
		case code == -1 && run.ProcessState.Sys().(syscall.WaitStatus).Signaled() && len(found) == 0: // before it listened
		default:
			t.Errorf("SIGTERM %d: exit code %d, %v, stderr %q", i, code, found, said.String())
		}
	}
	mustRun(t, export("all")...)
	if found := exports(t, out, "all"); len(found) != 1 || wholeRun(found[0]) != nil {
		t.Errorf("after the interruptions: %v", found)
	}
}

// TestKilledExport kills exports at random moments. Each must leave the export whole or
// not at all, and must not stand in the way of the next.
func TestKilledExport(t *testing.T) {
	if testing.Short() {
		t.Skip("thirty exports")
	}
	t.Parallel()
	const kills = 15
	export, out := publishedShop(t, 1_000)
	start := time.Now()
	mustRun(t, export("calm")...)
	undisturbed := time.Since(start)
	random := rand.New(rand.NewPCG(7, 8))
	killed := 0
	for i := range kills {
		name := fmt.Sprint("killed", i)
		run := exec.Command("cbv", export(name)...)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(0.9 * random.Float64() * float64(undisturbed)))
		// An error means that the export has ended before.
		_ = run.Process.Kill()
		_ = run.Wait()
		if run.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
			killed++
		}
		after := exports(t, out, name)
		for _, folder := range after {
			if err := wholeRun(folder); err != nil {
				t.Fatalf("kill %d: %v", i, err)
			}
		}
		mustRun(t, export(name)...)
		found := exports(t, out, name)
		if len(found) != 1 || wholeRun(found[0]) != nil {
			t.Fatalf("after kill %d: %v", i, found)
		}
		if _, err := os.Stat(filepath.Join(out, ".staging")); err == nil {
			t.Fatalf("after kill %d and the next export .staging is still there", i)
		}
	}
	t.Logf("an undisturbed export took %v; %d of %d kills hit a live one", undisturbed, killed, kills)
	if killed < kills/2 {
		t.Errorf("%d of %d kills hit a live export: too few to prove anything", killed, kills)
	}
}
