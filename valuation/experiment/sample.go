package experiment

import (
	"math/big"
	"slices"
)

// Sample is what a comparison has to know of an arm's people: how many they
// are, and exact sums over them. The order in which people or parts of the
// arm are added changes no digit. The zero value holds nobody.
type Sample struct {
	people                                    int64
	outcome, covariate                        wide
	outcomeSquared, covariateSquared, crossed wide
}

// Add counts people who are alike: their outcome, in whole units (minor units of
// money, or 1 and 0), and their covariate, something known of them before the
// send that goes along with the outcome, or 0. People may be negative: it takes
// as many out again, whose outcome has changed.
func (s *Sample) Add(outcome, covariate, people int64) {
	s.people += people
	s.outcome.addProduct(outcome, 1, people)
	s.outcomeSquared.addProduct(outcome, outcome, people)
	if covariate != 0 {
		s.covariate.addProduct(covariate, 1, people)
		s.covariateSquared.addProduct(covariate, covariate, people)
		s.crossed.addProduct(outcome, covariate, people)
	}
}

// Merge adds the people of another part of the arm.
func (s *Sample) Merge(other Sample) {
	s.people += other.people
	s.outcome.add(other.outcome)
	s.covariate.add(other.covariate)
	s.outcomeSquared.add(other.outcomeSquared)
	s.covariateSquared.add(other.covariateSquared)
	s.crossed.add(other.crossed)
}

// People returns how many there are.
func (s Sample) People() int64 { return s.people }

// Total returns the sum of the outcomes.
func (s Sample) Total() float64 { return rounded(s.outcome.big()) }

// Mean returns the mean outcome, NaN of nobody.
func (s Sample) Mean() float64 { return s.Total() / float64(s.people) }

// effectivePeople returns how many people with one and the same outcome, the
// others having none, would make the mean as uncertain as it is: (Σy)²/Σy². For
// outcomes of 0 and 1 it is the number of ones; a few large buyers count for
// less than they are. It is 0 where all outcomes are.
//
// Kish (1965), "Survey Sampling", section 11.7, of weights.
func (s Sample) effectivePeople() float64 {
	total := s.Total()
	if total == 0 {
		return 0
	}
	return total * total / rounded(s.outcomeSquared.big())
}

// moments are an arm's means and variances. Those of fewer than two people are
// NaN.
type moments struct {
	people                                   float64
	outcomeMean, covariateMean               float64
	outcomeVariance, covariateVariance, both float64 // both: the covariance
}

func (s Sample) moments() moments {
	n := float64(s.people)
	m := moments{
		people:          n,
		outcomeMean:     rounded(s.outcome.big()) / n,
		outcomeVariance: s.covariance(s.outcomeSquared, s.outcome, s.outcome),
	}
	if s.covariateSquared != (wide{}) { // without a covariate its moments are 0
		m.covariateMean = rounded(s.covariate.big()) / n
		m.covariateVariance = s.covariance(s.covariateSquared, s.covariate, s.covariate)
		m.both = s.covariance(s.crossed, s.outcome, s.covariate)
	}
	return m
}

// covariance returns (n Σab - Σa Σb) / (n (n-1)). The numerator is exact:
// nothing cancels, however large the mean is beside the deviation.
func (s Sample) covariance(products, first, second wide) float64 {
	numerator := new(big.Int).Mul(big.NewInt(s.people), products.big())
	numerator.Sub(numerator, new(big.Int).Mul(first.big(), second.big()))
	n := float64(s.people)
	return rounded(numerator) / (n * (n - 1))
}

func rounded(value *big.Int) float64 {
	float, _ := value.Float64()
	return float
}

// Sums are what has been added up elsewhere over an arm's people, exactly.
type Sums struct {
	People                                                         int64
	Outcome, OutcomeSquared, Covariate, CovariateSquared, Products big.Int
}

// SampleOf returns the sample that adding the people one by one would give. It
// panics on a sum of more than 191 bits, which no people have.
func SampleOf(sums Sums) Sample {
	return Sample{
		people:  sums.People,
		outcome: wideOf(&sums.Outcome), outcomeSquared: wideOf(&sums.OutcomeSquared),
		covariate: wideOf(&sums.Covariate), covariateSquared: wideOf(&sums.CovariateSquared),
		crossed: wideOf(&sums.Products),
	}
}

// Cap returns the outcome at a percentile of the people who have one above 0,
// all arms together: the least outcome that percent of these do not exceed. It
// is 0 when nobody has one. The map says how many people have each outcome.
//
// People without an outcome do not count here, as they do elsewhere: where 2 in
// 100 buy, the 99th percentile of all people is the median buyer, and where
// fewer than 1 do it is 0.
func Cap(percent float64, people map[int64]int64) int64 {
	var above []int64
	var buyers int64
	for outcome, n := range people {
		if outcome > 0 && n > 0 {
			above = append(above, outcome)
			buyers += n
		}
	}
	slices.Sort(above)
	rank := max(1, ceiling(percent/100*float64(buyers)))
	for _, outcome := range above {
		if rank -= people[outcome]; rank <= 0 {
			return outcome
		}
	}
	return 0
}
