package spend

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// spendBase is a sample laid out for likelihoods: rows are distinct (x, n, S)
// sorted by x, totals in units of a scale.
type spendBase struct {
	weight []float64 // customers of each row
	total  []float64 // S

	groups    []rowGroup // the distinct (x, n), in the order of the rows
	chunks    [][]likelihood.Segment
	bands     int
	customers float64
	purchases float64 // N
	lnMeans   float64 // Σ ln(S/n) over customers
	lnTotals  float64 // Σ n ln S over customers

	// single: single values count. lnSpread is then Σ ln z - Σ n ln(S/n), which is
	// 0 where each customer's are equal and below it elsewhere, and lnValues Σ ln z.
	single   bool
	lnSpread float64
	lnValues float64
}

// leastSpread is how far below that of equal values the mean logarithm of a value has
// to be to count: sums of rounded logarithms are no better, and it is what values have
// that vary by a seventh of a percent.
const leastSpread = 1e-6

// rowGroup is the rows of one x and n.
type rowGroup struct {
	purchases float64 // n
	customers float64
	band      int
}

// newSpendBase lays out counts that are sorted. lnValues, Σ ln z over their
// purchases, counts if the form has single values.
func newSpendBase(counts []Count, form Form, lnValues, scale float64, bandOf func(repeats int) int, bands int) *spendBase {
	base := &spendBase{
		weight: make([]float64, len(counts)), total: make([]float64, len(counts)),
		bands: bands, single: form.FirstCounts,
	}
	group := 0 // a number for each distinct (x, n)
	distinct, chunks := likelihood.Segments(len(counts), func(row int) int {
		if row > 0 && (counts[row].Repeats != counts[row-1].Repeats || counts[row].Purchases != counts[row-1].Purchases) {
			group++
		}
		return group
	})
	base.chunks, base.groups = chunks, make([]rowGroup, len(distinct))
	lnMeanSums := 0.0 // Σ n ln(S/n)
	for _, chunk := range chunks {
		for _, s := range chunk {
			of := &base.groups[s.Repeats]
			of.purchases, of.band = float64(counts[s.From].Purchases), bandOf(counts[s.From].Repeats)
			lnPurchases := math.Log(of.purchases)
			for row := s.From; row < s.To; row++ {
				customers := float64(counts[row].Customers)
				base.weight[row] = customers
				base.total[row] = counts[row].Total / scale
				lnTotal := math.Log(base.total[row])
				of.customers += customers
				base.customers += customers
				base.purchases += customers * of.purchases
				base.lnMeans += customers * (lnTotal - lnPurchases)
				base.lnTotals += customers * of.purchases * lnTotal
				lnMeanSums += customers * of.purchases * (lnTotal - lnPurchases)
			}
		}
	}
	if base.single {
		base.lnValues = lnValues - base.purchases*math.Log(scale)
		base.lnSpread = base.lnValues - lnMeanSums
		if base.lnSpread > -leastSpread*base.purchases {
			base.lnSpread = 0
		}
	}
	return base
}

// spread returns lnSpread for each purchase beyond a customer's first.
func (base *spendBase) spread() float64 {
	if base.purchases == base.customers {
		return 0
	}
	return base.lnSpread / (base.purchases - base.customers)
}

// spendSums is what a chunk of rows adds to the log-likelihood: sums over
// customers of n ln(γ+S) and ln((γ+S)/γ), and by band of (pn+q) S/(γ+S).
type spendSums struct {
	sums, unspent float64
	share         [len(bandLimits)]float64
}

// objective returns the mean log-likelihood of Gamma-Gamma over the base, in
// ln p, ln q and ln γ of each band. workers bounds the goroutines of one evaluation.
//
// Of means, Fader & Hardie (2013), (1a), arranged so that a row costs a factor:
//
//	ln L = lnΓ(pn+q) - lnΓ(pn) - lnΓ(q) + pn ln(S/(γ+S)) - q ln((γ+S)/γ) - ln(S/n)
//
// Single values add how they divide S, which has no γ and no q: with n equal parts
// of it in (S/n, …, S/n) and what they miss of that in the sum of logarithms,
//
//	lnΓ(pn) - n lnΓ(p) - pn ln n + p (Σ ln z - n ln(S/n)) - Σ ln z + ln(S/n)
//
// so that all that the base's values say of it is one number, Σ ln z.
func (base *spendBase) objective(workers int) likelihood.Objective {
	sums := make([]spendSums, len(base.chunks))
	evaluate := func(parameters, gradient []float64) float64 {
		p, q := math.Exp(parameters[0]), math.Exp(parameters[1])
		var gammas [len(bandLimits)]float64
		for band := range base.bands {
			gammas[band] = math.Exp(parameters[2+band])
		}
		likelihood.EachChunk(len(base.chunks), workers, func(chunk int) {
			sums[chunk] = spendSums{}
			for _, s := range base.chunks[chunk] {
				base.addSpend(&sums[chunk], p, q, gammas[base.groups[s.Repeats].band], s)
			}
		})
		var rows spendSums
		for _, s := range sums {
			rows.sums += s.sums
			rows.unspent += s.unspent
			for band, share := range s.share {
				rows.share[band] += share
			}
		}
		spent := base.lnTotals - rows.sums // Σ n ln(S/(γ+S))
		lnL := p*spent - q*rows.unspent - base.lnMeans - base.customers*likelihood.LnGamma(q)
		byP, byQ := spent, -rows.unspent
		for _, g := range base.groups {
			pn := p * g.purchases
			lnL += g.customers * likelihood.LnGammaRise(pn, q)
			byP += g.customers * g.purchases * likelihood.DigammaRise(pn, q)
			byQ += g.customers * likelihood.DigammaRise(q, pn)
			rows.share[g.band] -= g.customers * pn
		}
		if base.single {
			within, by := base.within(p)
			lnL += within
			byP += by
		}
		gradient[0], gradient[1] = p*byP/base.customers, q*byQ/base.customers
		for band := range base.bands {
			gradient[2+band] = rows.share[band] / base.customers
		}
		return lnL / base.customers
	}
	return likelihood.Objective{Evaluate: evaluate, Customers: base.customers}
}

// within returns what single values add to the log-likelihood, and its derivative by p.
func (base *spendBase) within(p float64) (lnL, byP float64) {
	lnL = p*base.lnSpread - base.lnValues + base.lnMeans
	byP = base.lnSpread
	lnGamma := likelihood.LnGamma(p)
	for _, g := range base.groups {
		n := g.purchases
		if n == 1 {
			continue // one part is the whole
		}
		lnN := math.Log(n)
		lnL += g.customers * (likelihood.LnGammaRise(p, p*(n-1)) - (n-1)*lnGamma - p*n*lnN)
		byP += g.customers * n * (likelihood.DigammaRise(p, p*(n-1)) - lnN)
	}
	return lnL, byP
}

// addSpend adds the rows of one x and n.
func (base *spendBase) addSpend(sums *spendSums, p, q, gamma float64, s likelihood.Segment) {
	var lnSums, customers, share float64
	// Most rows are one customer's. The logarithm of their product spares one for each.
	product := 1.0
	total := base.total[s.From:s.To]
	for i, weight := range base.weight[s.From:s.To] {
		sum := gamma + total[i]
		if weight == 1 && sum < largeFactor && sum > 1/largeFactor {
			if product *= sum; product > largeFactor || product < 1/largeFactor {
				lnSums += math.Log(product)
				product = 1
			}
		} else {
			lnSums += weight * math.Log(sum)
		}
		customers += weight
		share += weight * (total[i] / sum)
	}
	lnSums += math.Log(product)
	of := base.groups[s.Repeats]
	sums.sums += of.purchases * lnSums
	sums.unspent += lnSums - customers*math.Log(gamma)
	sums.share[of.band] += (p*of.purchases + q) * share
}

// largeFactor is beyond any sum of money in units of a mean; a product of two is finite, and
// so is its inverse.
const largeFactor = 1e100
