package stat

import (
	"math"
	"math/big"
)

// Deviation is how far a customer's share lies from the usual one, and by how many
// purchases.
type Deviation struct {
	Purchases float64 // as many equal ones; not above 0 where nothing is known
	Share     float64
	Revenue   int64 // of which it is a share, in minor units
}

// EqualPurchases returns how many equal purchases say as much of a share of their sum as
// n of the given sum and sum of logarithms do: (Σz)² / Σz² = n / (1 + v²), where v² is
// about 2 (ln of the mean - mean of ln).
func EqualPurchases(n int, sum, lnSum float64) float64 {
	if n <= 0 {
		return 0
	}
	spread := math.Log(sum/float64(n)) - lnSum/float64(n)
	return max(1, float64(n)/(1+2*max(0, spread)))
}

// ShareRules say when deviations tell how much of them is customers' own.
type ShareRules struct {
	Unknown   float64 // the weight where they do not
	Customers int64   // with one purchase, and with more, that it takes
	Least     float64 // weight
	Errors    float64 // standard errors beyond which chance does not explain a deviation
}

// ShareWeight says how much of a customer's deviation is their own.
type ShareWeight struct {
	Purchases float64 // with which the usual share counts; infinite where customers do not differ but by chance
	Variance  float64 // of the share of a single purchase
	Shift     float64 // of the usual share, once who is set apart is left out of it
	errors    float64
}

// The sums are of whole numbers, and do not depend on their order.
const (
	purchaseParts  = 100
	deviationParts = 1000
)

// NewShareWeight estimates a weight by the method of moments: deviations have
// E[d²] = between + variance / n, by least squares over customers, each counting with n².
// Customers of one purchase, in whom both are added up, set the floor of the variance,
// which heavy buyers who deviate can make too small. Set apart is who keeps more than half
// of their deviation whatever the variance: the weight would be that of customers like
// them, and the usual share is that of the others.
//
// Bühlmann & Straub (1970), "Glaubwürdigkeit für Schadensätze".
func NewShareWeight(deviations []Deviation, rules ShareRules) ShareWeight {
	var customers, several, purchases, singleSum, singleSquares, apart, others int64
	var sumN2, sumND, sumN2D, sumND2, sumN2D2 big.Int // Σ n², Σ n d, Σ n² d, Σ n d², Σ n² d²
	add := func(sum *big.Int, a, b int64) {
		var product big.Int
		sum.Add(sum, product.Mul(big.NewInt(a), big.NewInt(b)))
	}
	for _, of := range deviations {
		if of.Purchases > 0 && beyond(of, mostVariance, rules.Errors) > 0.5 {
			apart += whole(of.Share*float64(of.Revenue), 1)
			continue
		}
		others += of.Revenue
		n, d := whole(of.Purchases, purchaseParts), whole(of.Share, deviationParts)
		if n <= 0 {
			continue
		}
		customers++
		purchases += n
		add(&sumN2, n, n)
		add(&sumND, n, d)
		add(&sumN2D, n, n*d)
		add(&sumND2, n, d*d)
		add(&sumN2D2, n*d, n*d)
		if n > purchaseParts {
			several++
		} else {
			singleSum += d
			singleSquares += d * d
		}
	}
	w := ShareWeight{Purchases: rules.Unknown, errors: rules.Errors}
	if others > 0 {
		w.Shift = -float64(apart) / float64(others)
	}
	if customers == 0 {
		return w
	}
	const n1, n2, d1, d2 = purchaseParts, purchaseParts * purchaseParts, deviationParts, deviationParts * deviationParts
	c, s1, s2 := float64(customers), float64(purchases)/n1, inUnits(&sumN2, n2)
	// around the usual share of those who are not set apart
	around := func(squares, sum, weights float64) float64 { return squares - 2*w.Shift*sum + w.Shift*w.Shift*weights }
	a := around(inUnits(&sumND2, n1*d2), inUnits(&sumND, n1*d1), s1)
	b := around(inUnits(&sumN2D2, n2*d2), inUnits(&sumN2D, n2*d1), s2)
	if min(several, customers-several) < rules.Customers {
		w.Variance = a / c
		return w
	}
	determinant := s2*c - s1*s1
	between := max(0, (b*c-a*s1)/determinant)
	single := around(float64(singleSquares)/d2, float64(singleSum)/d1, float64(customers-several)) / float64(customers-several)
	w.Variance = max(0, (a*s2-b*s1)/determinant, single-between)
	w.Purchases = math.Inf(1)
	if between > 0 {
		w.Purchases = max(rules.Least, w.Variance/between)
	}
	return w
}

// Own returns how far a customer's own share is taken to lie from the usual one: Shift, and
// of the rest the part that the weight leaves, and all beyond what chance explains. A
// weight that suits most customers would not see a rare one who is nothing like them.
//
// Breiman (1995), "Better subset regression using the nonnegative garrote".
func (w ShareWeight) Own(of Deviation) float64 {
	of.Share -= w.Shift
	n, d := of.Purchases, of.Share
	if n <= 0 || d == 0 {
		return w.Shift
	}
	return w.Shift + d*max(n/(n+w.Purchases), beyond(of, w.Variance, w.errors))
}

// mostVariance is the largest that a share between 0 and 1 can have.
const mostVariance = 0.25

// beyond returns the part of a deviation that chance does not explain, where the share of
// a single purchase has a variance; below 0 where chance explains more than it. 1/n is the
// step by which a single purchase moves a share.
func beyond(of Deviation, variance, errors float64) float64 {
	n, d := of.Purchases, of.Share
	return 1 - errors*errors*(variance/n+1/(n*n))/(d*d)
}

func whole(value float64, parts float64) int64 { return int64(math.Round(value * parts)) }

func inUnits(sum *big.Int, parts float64) float64 {
	value, _ := new(big.Float).SetInt(sum).Float64()
	return value / parts
}
