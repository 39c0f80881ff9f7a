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

	"cbv/valuation/campaign"
	"cbv/valuation/experiment"
)

// measuredCampaign simulates a shop and begins a campaign of all its customers a month
// before its last day. It returns what measures it, and where.
func measuredCampaign(t *testing.T, customers int) (arguments []string, out string) {
	t.Helper()
	shop := simulated(t, customers)
	out = filepath.Join(t.TempDir(), "out")
	day := time.Date(2023, 11, 30, 0, 0, 0, 0, time.UTC)
	begun, err := campaign.Begin(out, campaign.Terms{
		Audience: "everybody", Started: day.Format(time.DateOnly), WindowDays: 30, Nights: 1, Covariate: "prior_spend",
		Design: experiment.Design{Campaign: "spring", Salt: "s", Shares: experiment.Shares{None: 2000, Champion: 4000, Challenger: 4000}},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = begun.Append(day, func(add func(campaign.Assignment) error) error {
		for i := range customers {
			id := fmt.Sprintf("C%08d", i+1)
			if err := add(campaign.Assignment{CustomerID: id, Arm: begun.Terms.Design.Arm(id), Probability: 0.4, CLV: 1}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return []string{"measure", "--config", filepath.Join(shop, "cbv.yaml"), "--out", out, "--campaign", "spring"}, out
}

// measurements are the folders of the campaign's measurements.
func measurements(t *testing.T, out string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(out, "campaigns", "spring", "measured", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestInterruptedMeasurement sends the signals of a terminal and of a scheduler to a
// measurement that has begun to write. It publishes nothing, and the next one does.
func TestInterruptedMeasurement(t *testing.T) {
	t.Parallel()
	arguments, out := measuredCampaign(t, 2_000)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		stdout, stderr := interrupt(t, signal, filepath.Join(out, ".staging"), arguments...)
		if stdout != "" || stderr != "cbv: interrupted: nothing was published\n" {
			t.Errorf("%v: stdout %q, stderr %q", signal, stdout, stderr)
		}
		if left := measurements(t, out); len(left) > 0 {
			t.Errorf("%v left behind %v", signal, left)
		}
		if _, err := os.Stat(filepath.Join(out, ".staging")); err == nil {
			t.Errorf("%v left .staging behind", signal)
		}
	}
	mustRun(t, arguments...)
	if found := measurements(t, out); len(found) != 1 || wholeRun(found[0]) != nil {
		t.Errorf("after the interruptions: %v", found)
	}
}

// TestKilledMeasurement kills measurements at random moments. Each must leave the
// measurement whole or not at all, and must not stand in the way of the next.
func TestKilledMeasurement(t *testing.T) {
	if testing.Short() {
		t.Skip("thirty measurements")
	}
	t.Parallel()
	const kills = 15
	arguments, out := measuredCampaign(t, 1_000)
	// a percentile of its own makes it one that is not published yet
	of := func(i int) []string {
		return append(arguments[:len(arguments):len(arguments)], "--measure.winsorise_percentile", fmt.Sprint(60+i))
	}
	start := time.Now()
	mustRun(t, of(0)...)
	undisturbed := time.Since(start)
	random := rand.New(rand.NewPCG(3, 4))
	killed := 0
	for i := 1; i <= kills; i++ {
		before := measurements(t, out)
		run := exec.Command("cbv", of(i)...)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(0.8 * random.Float64() * float64(undisturbed))) // later ones are faster than the first
		// An error means that the measurement has ended before.
		_ = run.Process.Kill()
		_ = run.Wait()
		if run.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
			killed++
		}
		after := measurements(t, out)
		if len(after) > len(before)+1 {
			t.Fatalf("kill %d: %v after %v", i, after, before)
		}
		text := mustRun(t, of(i)...)
		found := measurements(t, out)
		if len(found) != len(before)+1 || len(after) > len(before) != strings.Contains(text, "nothing to do") {
			t.Fatalf("after kill %d: %d measurements, %d before it\n%s", i, len(found), len(before), text)
		}
		for _, folder := range found {
			if err := wholeRun(folder); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(filepath.Join(out, ".staging")); err == nil {
			t.Fatalf("after kill %d and the next measurement .staging is still there", i)
		}
	}
	t.Logf("an undisturbed measurement took %v; %d of %d kills hit a live one", undisturbed, killed, kills)
	if killed < kills/2 {
		t.Errorf("%d of %d kills hit a live measurement: too few to prove anything", killed, kills)
	}
}
