package spend

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// GammaGamma is the Gamma-Gamma model of spend: the values of one customer's
// purchases are Gamma(P, ν), and ν is Gamma(Q, Gamma) over customers,
// whatever their purchase rate. All three parameters are positive.
//
// Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value".
type GammaGamma struct {
	P     float64 // shape of a customer's purchase values
	Q     float64 // shape of ν over customers
	Gamma float64 // rate of ν, in units of money
}

// Name returns "Gamma-Gamma".
func (m GammaGamma) Name() string { return gammaGammaName }

// Parameters returns p, q, gamma.
func (m GammaGamma) Parameters() []likelihood.Parameter {
	return []likelihood.Parameter{{Name: "p", Value: m.P}, {Name: "q", Value: m.Q}, {Name: "gamma", Value: m.Gamma}}
}

// LogLikelihood returns ln L of one customer by the mean of x repeat purchases, as
// the paper has it. It is 0 for customers that this leaves out: without a repeat,
// or with a mean that is not positive.
//
// Fader & Hardie (2013), (1a).
func (m GammaGamma) LogLikelihood(x int, mean float64) float64 {
	if x <= 0 || !(mean > 0) {
		return 0
	}
	total := float64(x) * mean
	px := m.P * float64(x)
	return likelihood.LnGammaRise(px, m.Q) - likelihood.LnGamma(m.Q) -
		px*math.Log1p(m.Gamma/total) - m.Q*math.Log1p(total/m.Gamma) - math.Log(mean)
}

// ExpectedSpend returns the expected value of a future purchase of a customer
// with n purchases that add up to total: p (γ + S)/(pn + q - 1). It is the
// population's Mean for n = 0, and +Inf where pn + q ≤ 1.
//
// Fader & Hardie (2013), (5), of n = x repeat purchases with S = x m̄. The same
// holds with the first purchase among the n.
func (m GammaGamma) ExpectedSpend(n int, total float64) float64 {
	if n <= 0 {
		n, total = 0, 0
	}
	shape := m.P*float64(n) + m.Q - 1
	if shape <= 0 {
		return math.Inf(1)
	}
	return m.P * (m.Gamma + total) / shape
}

// Mean returns the expected value of a purchase over customers, pγ/(q-1). It
// is +Inf for q ≤ 1, where the formula would be negative or undefined.
func (m GammaGamma) Mean() float64 { return m.ExpectedSpend(0, 0) }

// Sensitivity returns the derivatives of ln ExpectedSpend by ln p, ln q, ln γ of
// a customer with n purchases that add up to total. They are 0 where it is infinite.
func (m GammaGamma) Sensitivity(n int, total float64) [3]float64 {
	if n <= 0 {
		n, total = 0, 0
	}
	pn := m.P * float64(n)
	shape := pn + m.Q - 1
	if shape <= 0 {
		return [3]float64{}
	}
	return [3]float64{1 - pn/shape, -m.Q / shape, m.Gamma / (m.Gamma + total)}
}

// NewGammaGamma returns the spend model with the given parameters: all of them,
// each positive.
func NewGammaGamma(values map[string]float64) (GammaGamma, error) {
	m := GammaGamma{P: values["p"], Q: values["q"], Gamma: values["gamma"]}
	return m, likelihood.CheckParameters(m.Name(), m.Parameters(), values)
}
