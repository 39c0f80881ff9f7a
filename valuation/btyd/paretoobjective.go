package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// paretoSums is what a chunk of rows adds to the log-likelihood and its
// derivatives by r, ln α, ln s and ln β.
type paretoSums struct {
	lnL, r, alpha, s, beta float64
}

// add adds weight times other.
func (s *paretoSums) add(weight float64, other paretoSums) {
	s.lnL += weight * other.lnL
	s.r += weight * other.r
	s.alpha += weight * other.alpha
	s.s += weight * other.s
	s.beta += weight * other.beta
}

// gap is the probability that a customer with x repeat purchases, alive at
// d, leaves within some span after d and does not purchase before they do,
//
//	h = s ∫ ((α+d)/(α+u))^k ((β+d)/(β+u))^s du/(β+u),
//
// with its derivatives.
type gap struct {
	h                 float64
	k, alpha, s, beta float64 // by k, ln α, ln s, ln β
}

// paretoTimes are the distinct times next to α and next to β.
type paretoTimes struct {
	byAlpha, byBeta []ofTime
}

// paretoObjective returns the mean log-likelihood of Pareto/NBD over the base, in
// ln r, ln α, ln s, ln β. workers bounds the goroutines of one evaluation.
//
// With ℓ(d) = ln(1+d/α), m(d) = ln(1+d/β) and k = r+x a row's part is
//
//	ln L = [of x alone] - k ℓ(t_x) - s m(t_x) + ln(h(t_x, T) + E)
//	E = exp(-k (ℓ(T)-ℓ(t_x)) - s (m(T)-m(t_x)))
//
// where h is the gap over (t_x, T]. Of the gap up to the oldest age D
// there is a table over the distinct times, for each x with enough rows to be
// worth it, and
//
//	h(t_x, T) + E = h(t_x, D) + E (1 - h(T, D)),
//
// in which nothing cancels that the result would show: where the difference of
// the two is small, E is not.
func (base *purchaseBase) paretoObjective(workers int) likelihood.Objective {
	return base.paretoObjectiveBy(base.newGapTable(base.tabled()), workers)
}

// paretoObjectiveBy is paretoObjective by a given table.
func (base *purchaseBase) paretoObjectiveBy(table *gapTable, workers int) likelihood.Objective {
	var (
		times = paretoTimes{make([]ofTime, len(base.times)), make([]ofTime, len(base.times))}
		ofX   = make([]paretoSums, len(base.repeats))
		sums  = make([]paretoSums, len(base.chunks))
	)
	evaluate := func(parameters, gradient []float64) float64 {
		m := ParetoNBD{R: math.Exp(parameters[0]), Alpha: math.Exp(parameters[1]), S: math.Exp(parameters[2]), Beta: math.Exp(parameters[3])}
		base.ofTimes(m.Alpha, times.byAlpha, workers)
		base.ofTimes(m.Beta, times.byBeta, workers)
		table.fill(m, times, workers)
		for i, x := range base.repeats {
			ofX[i] = paretoSums{lnL: likelihood.LnGammaRise(m.R, x) - x*math.Log(m.Alpha), r: likelihood.DigammaRise(m.R, x), alpha: -x}
		}
		likelihood.EachChunk(len(base.chunks), workers, func(chunk int) {
			sums[chunk] = paretoSums{}
			for _, s := range base.chunks[chunk] {
				base.addGaps(&sums[chunk], m, s, times, table.of[s.Repeats])
			}
		})
		var total paretoSums
		for i, x := range ofX {
			total.add(base.sharing[i], x)
		}
		for _, s := range sums {
			total.add(1, s)
		}
		gradient[0] = m.R * total.r / base.customers
		gradient[1] = total.alpha / base.customers
		gradient[2] = total.s / base.customers
		gradient[3] = total.beta / base.customers
		return total.lnL / base.customers
	}
	return likelihood.Objective{Evaluate: evaluate, Customers: base.customers}
}

// addGaps adds the rows of one x. table has the gaps from each distinct
// time to the oldest age; where it is nil each row's own is integrated.
func (base *purchaseBase) addGaps(sums *paretoSums, m ParetoNBD, s likelihood.Segment, times paretoTimes, table []gap) {
	k := m.R + base.repeats[s.Repeats]
	var row paretoSums
	// Most rows are one customer's: see addMortals. Factors are at most 1.
	product := 1.0
	var fromLast, fromAge gap
	age, last := base.age[s.From:s.To], base.last[s.From:s.To]
	for i, weight := range base.weight[s.From:s.To] {
		t, T := last[i], age[i]
		if table != nil {
			fromLast, fromAge = table[t], table[T]
		} else {
			fromLast = m.gap(k, base.times[t], base.times[T])
		}
		alphaLast, betaLast := times.byAlpha[t], times.byBeta[t]
		logAlpha, logBeta := times.byAlpha[T].log-alphaLast.log, times.byBeta[T].log-betaLast.log
		shareAlpha, shareBeta := times.byAlpha[T].share-alphaLast.share, times.byBeta[T].share-betaLast.share

		e := math.Exp(-k*logAlpha - m.S*logBeta)
		alive := e * (1 - fromAge.h)
		sum := fromLast.h + alive
		if weight == 1 && sum > 1e-100 {
			if product *= sum; product < 1e-200 {
				row.lnL += math.Log(product)
				product = 1
			}
		} else {
			row.lnL += weight * math.Log(sum)
		}
		row.lnL -= weight * (k*alphaLast.log + m.S*betaLast.log)
		share := weight / sum
		row.r += share*(fromLast.k-e*fromAge.k-alive*logAlpha) - weight*alphaLast.log
		row.s += share*(fromLast.s-e*fromAge.s-alive*m.S*logBeta) - weight*m.S*betaLast.log
		row.alpha += share*(fromLast.alpha-e*fromAge.alpha+alive*k*shareAlpha) + weight*k*alphaLast.share
		row.beta += share*(fromLast.beta-e*fromAge.beta+alive*m.S*shareBeta) + weight*m.S*betaLast.share
	}
	row.lnL += math.Log(product)
	sums.add(1, row)
}

// gap returns the gap over (from, to].
func (m ParetoNBD) gap(k, from, to float64) gap {
	alpha, beta := m.Alpha+from, m.Beta+from
	var sum gap
	var room [decayNodes]decayNode
	for panels := (decay{k, alpha, m.S + 1, beta}).panels(to - from); panels.left > 0; {
		for _, node := range panels.next(&room) {
			sum.h += node.integral
			sum.k -= node.integral * node.byAlpha
			sum.s -= node.integral * node.byBeta
			// (α+d)/(α+u) is 1 - (u-d)/(α+u), so that nothing cancels near d.
			sum.alpha += node.integral * node.u / (alpha + node.u)
			sum.beta += node.integral * node.u / (beta + node.u)
		}
	}
	return m.scaled(sum, k, from)
}

// scaled makes a gap from d of the integrals, over u-d ≥ 0, of f, -f ℓ, -f m,
// f (u-d)/(α+u) and f (u-d)/(β+u), f being that of decay with k and s+1 from d.
func (m ParetoNBD) scaled(sum gap, k, d float64) gap {
	rate := m.S / (m.Beta + d)
	h := rate * sum.h
	return gap{
		h:     h,
		k:     rate * sum.k,
		s:     h + m.S*rate*sum.s,
		alpha: k * m.Alpha / (m.Alpha + d) * rate * sum.alpha,
		// by ln β: s times β/(β+d) (u-d)/(β+u) of the power, -β/(β+u) of du/(β+u)
		beta: m.Beta / (m.Beta + d) * ((m.S+1)*rate*sum.beta - h),
	}
}
