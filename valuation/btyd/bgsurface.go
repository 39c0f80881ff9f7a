package btyd

import "math"

// bgStarts returns the log-parameters that searches for BG/NBD start from: the
// base's mean rate with more and less spread, and more and less dropout.
func (base *purchaseBase) bgStarts() [][]float64 {
	var purchases, time float64
	for _, chunk := range base.chunks {
		for _, s := range chunk {
			for row := s.from; row < s.to; row++ {
				purchases += base.weight[row] * base.repeats[s.repeats]
				time += base.weight[row] * base.times[base.age[row]]
			}
		}
	}
	rate := purchases / time
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

// bgOfTime is what a likelihood needs of a time d since the first purchase.
type bgOfTime struct {
	log   float64 // ℓ(d)
	share float64 // d/(α+d)
}

// bgOfX is the part of a BG/NBD likelihood that x alone determines.
type bgOfX struct {
	k           float64 // r+x
	lnLeaves    float64 // ln a - ln(b+x-1)
	leavesByB   float64 // 1/(b+x-1)
	zeroRepeats bool
	totals      bgSums // of one customer
}

// bgSurface returns the mean log-likelihood of BG/NBD over the base, in ln r,
// ln α, ln a, ln b. workers bounds the goroutines of one evaluation.
//
// With ℓ(d) = ln(1+d/α) and k = r+x a row's part is
//
//	ln L = [of x alone] - k ℓ(T) + ln(1 + e^q),  q = ln a - ln(b+x-1) + k (ℓ(T)-ℓ(t_x))
//
// Fader, Hardie & Lee (2005), (6) and (7).
func (base *purchaseBase) bgSurface(workers int) surface {
	var (
		times = make([]bgOfTime, len(base.times))
		ofX   = make([]bgOfX, len(base.repeats))
		sums  = make([]bgSums, len(base.chunks))
	)
	evaluate := func(parameters, gradient []float64) float64 {
		m := BGNBD{R: math.Exp(parameters[0]), Alpha: math.Exp(parameters[1]), A: math.Exp(parameters[2]), B: math.Exp(parameters[3])}
		timeChunks := (len(base.times) + chunkRows - 1) / chunkRows
		eachChunk(timeChunks, workers, func(chunk int) {
			for i := chunk * chunkRows; i < min((chunk+1)*chunkRows, len(base.times)); i++ {
				d := base.times[i]
				times[i] = bgOfTime{log: math.Log1p(d / m.Alpha), share: d / (m.Alpha + d)}
			}
		})
		for i, x := range base.repeats {
			ofX[i] = m.ofX(x)
		}
		eachChunk(len(base.chunks), workers, func(chunk int) {
			sums[chunk] = bgSums{}
			for _, s := range base.chunks[chunk] {
				if ofX[s.repeats].zeroRepeats {
					base.addOnce(&sums[chunk], ofX[s.repeats].k, s, times)
				} else {
					base.addRepeaters(&sums[chunk], ofX[s.repeats], s, times)
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
		gradient[0] = m.R * total.r / base.customers
		gradient[1] = total.alpha / base.customers
		gradient[2] = total.a / base.customers
		gradient[3] = m.B * total.b / base.customers
		return total.lnL / base.customers
	}
	return surface{evaluate: evaluate, customers: base.customers}
}

// ofX returns the part of the likelihood that x alone determines.
func (m BGNBD) ofX(x float64) bgOfX {
	if x == 0 {
		return bgOfX{k: m.R, zeroRepeats: true}
	}
	risesAB := digammaRise(m.A+m.B, x)
	return bgOfX{
		k:         m.R + x,
		lnLeaves:  math.Log(m.A / (m.B + x - 1)),
		leavesByB: 1 / (m.B + x - 1),
		totals: bgSums{
			lnL:   lnGammaRise(m.R, x) - x*math.Log(m.Alpha) + lnGammaRise(m.B, x) - lnGammaRise(m.A+m.B, x),
			r:     digammaRise(m.R, x),
			alpha: -x,
			a:     -m.A * risesAB,
			b:     digammaRise(m.B, x) - risesAB,
		},
	}
}

// add adds weight times other.
func (s *bgSums) add(weight float64, other bgSums) {
	s.lnL += weight * other.lnL
	s.r += weight * other.r
	s.alpha += weight * other.alpha
	s.a += weight * other.a
	s.b += weight * other.b
}

// addOnce adds the rows of customers with one purchase, who are alive for
// certain: ln L = -r ℓ(T).
func (base *purchaseBase) addOnce(sums *bgSums, r float64, s segment, times []bgOfTime) {
	var logSum, shareSum float64
	for row := s.from; row < s.to; row++ {
		age := times[base.age[row]]
		logSum += base.weight[row] * age.log
		shareSum += base.weight[row] * age.share
	}
	sums.lnL -= r * logSum
	sums.r -= logSum
	sums.alpha += r * shareSum
}

// addRepeaters adds rows of one x > 0.
func (base *purchaseBase) addRepeaters(sums *bgSums, x bgOfX, s segment, times []bgOfTime) {
	var lnL, logSum, shareSum, leftSum float64
	// Most rows are one customer's. The logarithm of their product spares one
	// for each; factors are at most 2, so 512 of them cannot overflow.
	product, factors := 1.0, 0
	age, last := base.age[s.from:s.to], base.last[s.from:s.to]
	for i, weight := range base.weight[s.from:s.to] {
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
