package likelihood

import "math"

// Above this argument the asymptotic series of lnΓ and ψ below are exact to
// double precision.
const asymptoticFrom = 16

// LnGammaRise returns lnΓ(z+d) - lnΓ(z) for z > 0 and d ≥ 0, without the
// cancellation of two large logarithms that the difference of two calls has.
func LnGammaRise(z, d float64) float64 {
	if z < asymptoticFrom {
		return LnGamma(z+d) - LnGamma(z)
	}
	return (z-0.5)*math.Log1p(d/z) + d*math.Log(z+d) - d + stirlingTail(z+d) - stirlingTail(z)
}

// DigammaRise returns ψ(z+d) - ψ(z) for z > 0 and d ≥ 0. gonum's Digamma is
// good to 1e-10 only, and the likelihoods need nothing but differences.
func DigammaRise(z, d float64) float64 {
	sum := 0.0
	for ; z < asymptoticFrom; z++ { // at most asymptoticFrom terms
		sum += d / (z * (z + d))
	}
	return sum + math.Log1p(d/z) + digammaTail(z+d) - digammaTail(z)
}

// LnGamma returns lnΓ(z) for z > 0.
func LnGamma(z float64) float64 {
	v, _ := math.Lgamma(z) // the sign is + for z > 0
	return v
}

// stirlingTail returns lnΓ(z) - [(z-1/2) ln z - z + ln(2π)/2] for
// z ≥ asymptoticFrom. Abramowitz & Stegun 6.1.41.
func stirlingTail(z float64) float64 {
	i := 1 / (z * z)
	return (1./12 - i*(1./360-i*(1./1260-i*(1./1680-i/1188)))) / z
}

// digammaTail returns ψ(z) - ln z for z ≥ asymptoticFrom. Abramowitz & Stegun
// 6.3.18.
func digammaTail(z float64) float64 {
	i := 1 / (z * z)
	return -0.5/z - i*(1./12-i*(1./120-i*(1./252-i*(1./240-i/132))))
}

// Softplus returns ln(1 + e^q), with no overflow.
func Softplus(q float64) float64 {
	if q > 0 {
		return q + math.Log1p(math.Exp(-q))
	}
	return math.Log1p(math.Exp(q))
}

// Trigamma returns ψ'(z) for z > 0. Abramowitz & Stegun 6.4.6, 6.4.12.
func Trigamma(z float64) float64 {
	sum := 0.0
	for ; z < asymptoticFrom; z++ { // at most asymptoticFrom terms
		sum += 1 / (z * z)
	}
	i := 1 / (z * z)
	return sum + 1/z + i/2 + i/z*(1./6-i*(1./30-i*(1./42-i/30)))
}
