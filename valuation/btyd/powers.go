package btyd

import (
	"math"

	"cbv/valuation/btyd/likelihood"
)

// powers has, for each x with many rows, (1+d/α)^k, k = r+x, of each distinct time d: a
// product for each of them and x in place of an exponential for each row.
type powers struct {
	base    *purchaseBase
	of      [][]float64 // by index of x; nil for an x with few rows
	tabled  []int       // indices of the x with many, ascending
	logMost float64     // of 1+d/α of the last time
}

const (
	// A power costs a product, and an exponential of a row as much as these.
	productsOfExp = 4

	// Larger powers, e to this, are not asked for: products of two are finite, and so are
	// their inverses.
	mostLogPower = 250

	// A power of an x that is further above the one before is worked out anew.
	nearRepeats = 8
)

// newPowers returns unfilled powers.
func (base *purchaseBase) newPowers() *powers {
	p := &powers{base: base, of: make([][]float64, len(base.repeats))}
	for i, rows := range base.rowsOfX() {
		if productsOfExp*rows > len(base.times) {
			p.tabled = append(p.tabled, i)
			p.of[i] = make([]float64, len(base.times))
		}
	}
	return p
}

// finite reports whether the powers by k are neither infinite nor near it.
func (p *powers) finite(k float64) bool { return k*p.logMost < mostLogPower }

// fill sets the powers to those of r and alpha. times are the distinct times next to alpha.
func (p *powers) fill(r, alpha float64, times []ofTime, workers int) {
	const chunk = 256
	n := len(times)
	p.logMost = times[n-1].log
	likelihood.EachChunk((n+chunk-1)/chunk, workers, func(part int) {
		for d := part * chunk; d < min((part+1)*chunk, n); d++ {
			growth := 1 + p.base.times[d]/alpha
			power, before := 0., math.Inf(-1)
			for _, i := range p.tabled {
				x := p.base.repeats[i]
				if x-before > nearRepeats {
					power = math.Exp((r + x) * times[d].log)
				} else {
					for ; before < x; before++ {
						power *= growth
					}
				}
				p.of[i][d], before = power, x
			}
		}
	})
}
