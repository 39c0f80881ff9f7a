package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// bgStarts returns the log-parameters that searches for BG/NBD and MBG/NBD
// start from: the base's mean rate with more and less spread, and more and less
// dropout.
func (base *purchaseBase) bgStarts() [][]float64 {
	rate := base.meanRate()
	var starts [][]float64
	for _, guess := range []struct{ r, a, b float64 }{{.3, .8, 2.5}, {1, .3, 3}, {3, 1, 10}, {.5, .05, 1}} {
		starts = append(starts, []float64{math.Log(guess.r), math.Log(guess.r / rate), math.Log(guess.a), math.Log(guess.b)})
	}
	return starts
}

// bgSums is what a chunk of rows adds to the log-likelihood and its
// derivatives by ln r/r, ln α, ln a and ln b/b.
type bgSums struct {
	lnL, r, alpha, a, b float64
}

// bgOfX is the part of a likelihood that x alone determines, j being the
// chances to leave that it brought.
type bgOfX struct {
	k         float64 // r+x
	lnLeaves  float64 // ln a - ln(b+j-1)
	leavesByB float64 // 1/(b+j-1)
	alive     bool    // for certain: j = 0
	totals    bgSums  // of one customer
}

// bgObjective returns the mean log-likelihood of BG/NBD (first = 0) or MBG/NBD
// (first = 1) over the base, in ln r, ln α, ln a, ln b. workers bounds the
// goroutines of one evaluation.
//
// With ℓ(d) = ln(1+d/α), k = r+x and j = x+first chances to leave a row's part is
//
//	ln L = [of x alone] - k ℓ(T) + ln(1 + e^q),  q = ln a - ln(b+j-1) + k (ℓ(T)-ℓ(t_x))
//
// Fader, Hardie & Lee (2005), (6) and (7).
func (base *purchaseBase) bgObjective(first float64, workers int) likelihood.Objective {
	var (
		times  = make([]ofTime, len(base.times))
		ofX    = make([]bgOfX, len(base.repeats))
		sums   = make([]bgSums, len(base.chunks))
		powers = base.newPowers()
	)
	evaluate := func(parameters, gradient []float64) float64 {
		m := bgLikelihood{
			r: math.Exp(parameters[0]), alpha: math.Exp(parameters[1]),
			a: math.Exp(parameters[2]), b: math.Exp(parameters[3]), first: first,
		}
		base.ofTimes(m.alpha, times, workers)
		powers.fill(m.r, m.alpha, times, workers)
		for i, x := range base.repeats {
			ofX[i] = m.ofX(x)
		}
		likelihood.EachChunk(len(base.chunks), workers, func(chunk int) {
			sums[chunk] = bgSums{}
			for _, s := range base.chunks[chunk] {
				x := ofX[s.Repeats]
				switch of := powers.of[s.Repeats]; {
				case x.alive:
					base.addAlive(&sums[chunk], x.k, s, times)
				case of != nil && powers.finite(x.k):
					base.addMortalsByPowers(&sums[chunk], x, s, times, of)
				default:
					base.addMortals(&sums[chunk], x, s, times)
				}
			}
		})
		var total bgSums
		for i, x := range ofX {
			total.add(base.sharing[i], x.totals)
		}
		for _, s := range sums {
			total.add(1, s)
		}
		gradient[0] = m.r * total.r / base.customers
		gradient[1] = total.alpha / base.customers
		gradient[2] = total.a / base.customers
		gradient[3] = m.b * total.b / base.customers
		return total.lnL / base.customers
	}
	return likelihood.Objective{Evaluate: evaluate, Customers: base.customers}
}

// ofX returns the part of the likelihood that x alone determines.
func (m bgLikelihood) ofX(x float64) bgOfX {
	chances := x + m.first
	risesAB := likelihood.DigammaRise(m.a+m.b, chances)
	of := bgOfX{
		k:     m.r + x,
		alive: chances == 0,
		totals: bgSums{
			lnL:   likelihood.LnGammaRise(m.r, x) - x*math.Log(m.alpha) + likelihood.LnGammaRise(m.b, chances) - likelihood.LnGammaRise(m.a+m.b, chances),
			r:     likelihood.DigammaRise(m.r, x),
			alpha: -x,
			a:     -m.a * risesAB,
			b:     likelihood.DigammaRise(m.b, chances) - risesAB,
		},
	}
	if !of.alive {
		of.lnLeaves = math.Log(m.a / (m.b + (chances - 1)))
		of.leavesByB = 1 / (m.b + (chances - 1))
	}
	return of
}

// add adds weight times other.
func (s *bgSums) add(weight float64, other bgSums) {
	s.lnL += weight * other.lnL
	s.r += weight * other.r
	s.alpha += weight * other.alpha
	s.a += weight * other.a
	s.b += weight * other.b
}

// addAlive adds the rows of one x of customers who are alive for certain:
// ln L = [of x alone] - k ℓ(T).
func (base *purchaseBase) addAlive(sums *bgSums, k float64, s likelihood.Segment, times []ofTime) {
	var logSum, shareSum float64
	for row := s.From; row < s.To; row++ {
		age := times[base.age[row]]
		logSum += base.weight[row] * age.log
		shareSum += base.weight[row] * age.share
	}
	sums.lnL -= k * logSum
	sums.r -= logSum
	sums.alpha += k * shareSum
}

// addMortals adds the rows of one x of customers who may have left.
func (base *purchaseBase) addMortals(sums *bgSums, x bgOfX, s likelihood.Segment, times []ofTime) {
	var lnL, logSum, shareSum, leftSum float64
	// Most rows are one customer's. The logarithm of their product spares one
	// for each; factors are at most 2, so 512 of them cannot overflow.
	product, factors := 1.0, 0
	age, last := base.age[s.From:s.To], base.last[s.From:s.To]
	for i, weight := range base.weight[s.From:s.To] {
		atAge, atLast := times[age[i]], times[last[i]]
		q := x.lnLeaves + x.k*(atAge.log-atLast.log) // log-odds of having left
		// e ≤ 1, so 1+e loses nothing that matters beside k ℓ(T).
		e := math.Exp(-math.Abs(q))
		left := 1 / (1 + e)
		if q < 0 {
			left *= e
		}
		alive := 1 - left
		if weight == 1 {
			product *= 1 + e
			if factors++; factors == 512 {
				lnL += math.Log(product)
				product, factors = 1, 0
			}
		} else {
			lnL += weight * math.Log(1+e)
		}
		lnL += weight * (max(q, 0) - x.k*atAge.log)
		logSum += weight * (alive*atAge.log + left*atLast.log)
		shareSum += weight * (alive*atAge.share + left*atLast.share)
		leftSum += weight * left
	}
	sums.lnL += lnL + math.Log(product)
	sums.r -= logSum
	sums.alpha += x.k * shareSum
	sums.a += leftSum
	sums.b -= x.leavesByB * leftSum
}

// addMortalsByPowers is addMortals where the powers of the times are known, which spares an
// exponential for each row. With v = (1+d/α)^k and c = a/(b+j-1),
//
//	1 + e^q = (v(t_x) + c v(T)) / v(t_x)
func (base *purchaseBase) addMortalsByPowers(sums *bgSums, x bgOfX, s likelihood.Segment, times []ofTime, powers []float64) {
	var lnL, bothSum, logSum, shareSum, leftSum float64
	product := 1.0 // as in addMortals, but factors have no bound but that of finite
	leaves := math.Exp(x.lnLeaves)
	age, last := base.age[s.From:s.To], base.last[s.From:s.To]
	for i, weight := range base.weight[s.From:s.To] {
		atAge, atLast := times[age[i]], times[last[i]]
		gone, here := leaves*powers[age[i]], powers[last[i]]
		both := gone + here
		if weight == 1 {
			if product *= both; product > 1e150 {
				lnL += math.Log(product)
				product = 1
			}
		} else {
			lnL += weight * math.Log(both)
		}
		part := weight / both
		left, alive := gone*part, here*part
		bothSum += weight * (atAge.log + atLast.log)
		logSum += alive*atAge.log + left*atLast.log
		shareSum += alive*atAge.share + left*atLast.share
		leftSum += left
	}
	sums.lnL += lnL + math.Log(product) - x.k*bothSum
	sums.r -= logSum
	sums.alpha += x.k * shareSum
	sums.a += leftSum
	sums.b -= x.leavesByB * leftSum
}
