package experiment

import (
	"cmp"
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
	// cubed are the sums of y³, y²x, yx² and x³ of outcome y and covariate x, y in
	// outcomeUnits and x in covariateUnits, 0 being 1.
	cubed                        [4]wide
	outcomeUnits, covariateUnits int64
}

// Add counts people who are alike: their outcome, in whole units (minor units of
// money, or 1 and 0), and their covariate, something known of them before the
// send that goes along with the outcome, or 0. People may be negative: it takes
// as many out again, whose outcome has changed.
func (s *Sample) Add(outcome, covariate, people int64) {
	s.people += people
	s.outcome.addProduct(outcome, 1, 1, people)
	s.outcomeSquared.addProduct(outcome, outcome, 1, people)
	s.cubed[0].addProduct(outcome, outcome, outcome, people)
	if covariate != 0 {
		s.covariate.addProduct(covariate, 1, 1, people)
		s.covariateSquared.addProduct(covariate, covariate, 1, people)
		s.crossed.addProduct(outcome, covariate, 1, people)
		s.cubed[1].addProduct(outcome, outcome, covariate, people)
		s.cubed[2].addProduct(outcome, covariate, covariate, people)
		s.cubed[3].addProduct(covariate, covariate, covariate, people)
	}
}

// Merge adds the people of another part of the arm, whose cubes are in the same
// units.
func (s *Sample) Merge(other Sample) {
	if s.people == 0 {
		s.outcomeUnits, s.covariateUnits = other.outcomeUnits, other.covariateUnits
	}
	s.people += other.people
	s.outcome.add(other.outcome)
	s.covariate.add(other.covariate)
	s.outcomeSquared.add(other.outcomeSquared)
	s.covariateSquared.add(other.covariateSquared)
	s.crossed.add(other.crossed)
	for i := range s.cubed {
		s.cubed[i].add(other.cubed[i])
	}
}

// People returns how many there are.
func (s Sample) People() int64 { return s.people }

// Total returns the sum of the outcomes.
func (s Sample) Total() float64 { return rounded(s.outcome.big()) }

// Mean returns the mean outcome, NaN of nobody.
func (s Sample) Mean() float64 { return s.Total() / float64(s.people) }

// moments are an arm's means, variances and third moments. Variances of fewer than
// two people are NaN.
type moments struct {
	people                                   float64
	outcomeMean, covariateMean               float64
	outcomeVariance, covariateVariance, both float64 // both: the covariance
	// third are the means of y³, y²x, yx² and x³, of outcome y and covariate x less
	// their means.
	third [4]float64
}

func (s Sample) moments() moments {
	n := float64(s.people)
	m := moments{
		people:          n,
		outcomeMean:     rounded(s.outcome.big()) / n,
		outcomeVariance: s.covariance(s.outcomeSquared, s.outcome, s.outcome),
	}
	y := variable{s.outcome, s.outcomeSquared, cmp.Or(s.outcomeUnits, 1)}
	x := variable{s.covariate, s.covariateSquared, cmp.Or(s.covariateUnits, 1)}
	m.third[0] = s.third(s.cubed[0], y, y, s.outcomeSquared)
	if s.covariateSquared != (wide{}) { // without a covariate its moments are 0
		m.covariateMean = rounded(s.covariate.big()) / n
		m.covariateVariance = s.covariance(s.covariateSquared, s.covariate, s.covariate)
		m.both = s.covariance(s.crossed, s.outcome, s.covariate)
		m.third[1] = s.third(s.cubed[1], y, x, s.crossed)
		m.third[2] = s.third(s.cubed[2], x, y, s.crossed)
		m.third[3] = s.third(s.cubed[3], x, x, s.covariateSquared)
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

// variable is the sums of an outcome or a covariate, and the units of its cubes.
type variable struct {
	sum, squared wide
	units        int64
}

// third returns the mean of a²b about the means, of Σa²b in the variables' units
// and Σab: (n² Σa²b - 2n Σa Σab - n Σb Σa² + 2 (Σa)² Σb) / n³, whose numerator is
// as exact as Σa²b.
func (s Sample) third(cubed wide, a, b variable, crossed wide) float64 {
	n, sumA, sumB := big.NewInt(s.people), a.sum.big(), b.sum.big()
	product := func(factors ...*big.Int) *big.Int {
		result := big.NewInt(1)
		for _, factor := range factors {
			result.Mul(result, factor)
		}
		return result
	}
	total := product(n, n, big.NewInt(a.units), big.NewInt(a.units), big.NewInt(b.units), cubed.big())
	total.Sub(total, product(big.NewInt(2), n, sumA, crossed.big()))
	total.Sub(total, product(n, sumB, a.squared.big()))
	total.Add(total, product(big.NewInt(2), sumA, sumA, sumB))
	people := float64(s.people)
	return rounded(total) / people / people / people
}

func rounded(value *big.Int) float64 {
	float, _ := value.Float64()
	return float
}

// Sums are what has been added up elsewhere over an arm's people, exactly.
type Sums struct {
	People                                                         int64
	Outcome, OutcomeSquared, Covariate, CovariateSquared, Products big.Int
	// OutcomeCubed is Σy³, SquaredProducts Σy²x, ProductsSquared Σyx² and
	// CovariateCubed Σx³, y in OutcomeUnits and x in CovariateUnits, so that cubes of
	// vast amounts fit the integers of an engine. 0 units are 1.
	OutcomeCubed, SquaredProducts, ProductsSquared, CovariateCubed big.Int
	OutcomeUnits, CovariateUnits                                   int64
}

// SampleOf returns the sample that adding the people one by one would give. It
// panics on a sum of more than 255 bits, which no people have.
func SampleOf(sums Sums) Sample {
	return Sample{
		people:  sums.People,
		outcome: wideOf(&sums.Outcome), outcomeSquared: wideOf(&sums.OutcomeSquared),
		covariate: wideOf(&sums.Covariate), covariateSquared: wideOf(&sums.CovariateSquared),
		crossed:      wideOf(&sums.Products),
		cubed:        [4]wide{wideOf(&sums.OutcomeCubed), wideOf(&sums.SquaredProducts), wideOf(&sums.ProductsSquared), wideOf(&sums.CovariateCubed)},
		outcomeUnits: sums.OutcomeUnits, covariateUnits: sums.CovariateUnits,
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
