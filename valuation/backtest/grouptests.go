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
// judged cutoffs. The standard error is of the model's own variance of the counts and
// of its parameters: residuals would say nothing of a group of which nobody came.
func (r Rolling) testGroups(name string, names []string, groupsOf func(c Cutoff) []int) []Test {
	cutoffs := r.judged()
	window := r.Place(r.HoldoutDays)
	deviations := make([][]float64, len(names)) // by group and cutoff
	errors := make([]float64, len(names))
	tests := make([]Test, len(names))
	for g := range tests {
		tests[g] = Test{Name: name, Target: Purchases, Group: names[g]}
	}
	for _, c := range cutoffs {
		groups := groupsOf(c)
		for g := range tests {
			total := c.total(Purchases, window, func(i int) bool { return groups[i] == g })
			variance := 0.
			for i, of := range groups {
				if of == g {
					tests[g].Customers++
					variance += c.variances[i]
				}
			}
			tests[g].Expected += total.Expected
			tests[g].Actual += total.Actual
			errors[g] += total.Expected * math.Sqrt(c.parametersOf(window, groups, g)+c.Ratios[0].LogVariance())
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
		verdict, remark := r.missVerdict(*test)
		test.Verdict, test.Sentence = verdict, test.GroupSentence()+remark
	}
	return slices.DeleteFunc(tests, func(test Test) bool { return test.Customers == 0 })
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
