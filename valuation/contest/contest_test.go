package contest_test

import (
	"testing"

	"cbv/valuation/contest"
)

// A gain over several cutoffs is said to be of each customer's own cutoffs.
func TestPerCustomer(t *testing.T) {
	for cutoffs, want := range map[int]string{
		1: "P beats F (deviance per customer at 1 cutoff 0.2 better, with a standard error of 0.05)",
		3: "P beats F (deviance per customer, over those of 3 cutoffs at which they are known, 0.2 better, with a standard error of 0.05)",
	} {
		held := []contest.Contest{{Holder: "F", Challenger: "P", Gain: .2, StandardError: .05}}
		if got := contest.Text(held, "deviance "+contest.PerCustomer(cutoffs), "P"); got != want {
			t.Errorf("%d cutoffs: %q, want %q", cutoffs, got, want)
		}
	}
}
