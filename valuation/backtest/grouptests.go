package backtest

import (
	"fmt"
	"math"
	"slices"
)

// ageBounds are the ages at the cutoff, in days, that part customers into groups.
var ageBounds = [...]float64{90, 180, 365, 545}

// ageNames name the groups.
var ageNames = [len(ageBounds) + 1]string{
	"customers of under 90 days", "customers of 90 to 179 days", "customers of 180 to 364 days",
	"customers of 365 to 544 days", "customers of 545 days or more",
}

const tenths = 10

// testAges holds customers of an age at the cutoff to the forecast of them.
func (r Rolling) testAges() []Test {
	return r.testGroups("cohort_age", ageNames[:], func(c Cutoff) []int {
		groups := make([]int, len(c.hindcast.customers))
		for i, customer := range c.hindcast.customers {
			groups[i], _ = slices.BinarySearch(ageBounds[:], customer.History.Age+0.5)
		}
		return groups
	})
}

// testTenths holds each tenth of the customers, by what is forecast of them, to it.
func (r Rolling) testTenths() []Test {
	names := make([]string, tenths)
	for i := range names {
		names[i] = fmt.Sprintf("tenth %d of the customers by their forecast (1 the lowest)", i+1)
	}
	window := r.Place(r.HoldoutDays)
	return r.testGroups("tenth", names, func(c Cutoff) []int {
		groups := make([]int, len(c.hindcast.customers))
		for rank, p := range c.hindcast.order(c.hindcast.purchases(window)) {
			groups[p.Customer] = rank * tenths / len(groups)
		}
		return groups
	})
}

// testGroups holds groups of customers to the forecast of their purchases over the
// judged cutoffs. Where the season of these days is untold, a group that is off no more
// once everybody is taken at the total that came has missed what all have: that leaves
// trust open.
func (r Rolling) testGroups(name string, names []string, groupsOf func(c Cutoff) []int) []Test {
	cutoffs := r.Judged()
	groups, levels := make([][]int, len(cutoffs)), make([]float64, len(cutoffs))
	for at, c := range cutoffs {
		groups[at], levels[at] = groupsOf(c), 1
	}
	tests := r.holdGroups(name, names, groups, levels)
	if r.hasUntoldSeason(Purchases) {
		for at, c := range cutoffs {
			if total := c.Totals[0]; total.Actual > 0 && total.Expected > 0 {
				levels[at] = total.Actual / total.Expected
			}
		}
		for g, levelled := range r.holdGroups(name, names, groups, levels) {
			if tests[g].Failed && !levelled.Failed {
				tests[g].Verdict, tests[g].Sentence = Untested, tests[g].Sentence+untoldSeason
			}
		}
	}
	return slices.DeleteFunc(tests, func(test Test) bool { return test.Customers == 0 })
}

// holdGroups holds each group to the forecast, which is multiplied by a level at each
// judged cutoff. The standard error is of the model's own variance of the counts and of its
// parameters: residuals would say nothing of a group of which nobody came.
func (r Rolling) holdGroups(name string, names []string, groups [][]int, levels []float64) []Test {
	cutoffs := r.Judged()
	window := r.Place(r.HoldoutDays)
	deviations := make([][]float64, len(names)) // by group and cutoff
	errors := make([]float64, len(names))
	tests := make([]Test, len(names))
	for g := range tests {
		tests[g] = Test{Name: name, Target: Purchases, Group: names[g], Verdict: NotTrusted}
	}
	for at, c := range cutoffs {
		variances := c.variances
		if levels[at] != 1 {
			variances = c.hindcast.variances(levels[at] * c.Ratios[0].Multiplier)
		}
		for g := range tests {
			total := c.total(Purchases, window, func(i int) bool { return groups[at][i] == g })
			total.Expected *= levels[at]
			variance := 0.
			for i, of := range groups[at] {
				if of == g {
					tests[g].Customers++
					variance += variances[i]
				}
			}
			tests[g].Expected += total.Expected
			tests[g].Actual += total.Actual
			errors[g] += total.Expected * math.Sqrt(c.parametersOf(window, groups[at], g)+c.Ratios[0].LogVariance())
			deviations[g] = append(deviations[g], math.Sqrt(variance))
		}
	}
	for g := range tests {
		test := &tests[g]
		variance := errors[g] * errors[g]
		for a, one := range deviations[g] {
			for b, other := range deviations[g] {
				// what two windows have in common deviates in both
				variance += one * other * r.Overlap(cutoffs[a].Before, cutoffs[b].Before)
			}
		}
		if test.Expected > 0 {
			test.StandardError = math.Sqrt(variance) / test.Expected
		}
		test.Failed = test.Expected >= leastGroupPurchases &&
			math.Abs(test.Actual/test.Expected-1) > mostGroupError &&
			isFarOff(test.Actual, test.Expected, math.Sqrt(variance))
		test.Sentence = test.MissText(r.basis)
	}
	return tests
}

// isFarOff reports whether a total is off by groupErrors standard errors, and its
// logarithm too: a single customer who buys every week makes a total far too high more
// often than a normal one would be, and never far too low.
func isFarOff(actual, expected, standardError float64) bool {
	return math.Abs(actual-expected) > groupErrors*standardError &&
		math.Abs(math.Log(actual/expected)) > groupErrors*standardError/expected
}

// parametersOf returns the variance that the errors of the fits leave in the logarithm
// of what is expected of a group.
func (c Cutoff) parametersOf(window int, groups []int, group int) float64 {
	var members []int
	expected, purchases := 0., c.hindcast.purchases(window)
	for i, of := range groups {
		if of == group {
			members = append(members, i)
			expected += purchases[i]
		}
	}
	if expected == 0 {
		return 0
	}
	return c.hindcast.parameterVariance(Purchases, window, members) / (expected * expected)
}
