package btyd

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"cbv/valuation/btyd/likelihood"
)

// gapTable has, for each x with many rows, the gap from each distinct
// time up to the last: a few nodes between neighbouring times, once per x, in
// place of an integral per row.
type gapTable struct {
	base   *purchaseBase
	of     [][]gap // by index of x; nil for an x with few rows
	tabled []int   // indices of the x with many, ascending
	panels []tablePanel
}

const (
	tableNodes = 6

	// Six nodes between two times are exact to about 2e-14 over a drop of f
	// by e^-1.5, and over a width of 1 in ln(c+u), c = min(α, β). Where α is far
	// below the distance of two times there is more, and decay does it.
	tablePanelDrop  = 1.5
	tablePanelWidth = 1.0
)

// tableX and tableW are the Gauss-Legendre nodes and weights on (0, 1).
var tableX, tableW = func() (x, w [tableNodes]float64) {
	quad.Legendre{}.FixedLocations(x[:], w[:], 0, 1)
	return x, w
}()

// tablePanel is what the nodes between two neighbouring times d and d' have in
// common for all x.
type tablePanel struct {
	wide  bool // more than tablePanelWidth
	drops struct{ alpha, beta float64 }
	nodes [tableNodes]struct {
		byAlpha, byBeta       float64 // ln((α+u)/(α+d)), ln((β+u)/(β+d))
		fall                  float64 // (α+d)/(α+u)
		shareAlpha, shareBeta float64 // (u-d)/(α+u), (u-d)/(β+u)
		weight                float64 // weight · ((β+d)/(β+u))^(s+1) du
	}
}

// What the integral of a row costs, the sum over a panel's nodes for one x, and
// laying out the panel for all x: in logarithms and exponentials, roughly.
const (
	gapCost        = 48
	panelSumCost   = 3
	panelSetupCost = 24
)

// tabled returns the indices of the x whose rows cost more than a table does.
// Where times are continuous there are none.
func (base *purchaseBase) tabled() []int {
	var worth []int
	saved := -panelSetupCost * len(base.times)
	for i, n := range base.rowsOfX() {
		if gain := gapCost*n - panelSumCost*len(base.times); gain > 0 {
			worth = append(worth, i)
			saved += gain
		}
	}
	if saved < 0 {
		return nil
	}
	return worth
}

// newGapTable returns an unfilled table for the x of the given indices.
func (base *purchaseBase) newGapTable(tabled []int) *gapTable {
	table := &gapTable{base: base, of: make([][]gap, len(base.repeats)), tabled: tabled}
	for _, i := range tabled {
		table.of[i] = make([]gap, len(base.times))
	}
	if len(tabled) > 0 {
		table.panels = make([]tablePanel, len(base.times)-1)
	}
	return table
}

// fill sets the table to that of m.
func (t *gapTable) fill(m ParetoNBD, times paretoTimes, workers int) {
	const chunk = 256
	likelihood.EachChunk((len(t.panels)+chunk-1)/chunk, workers, func(n int) {
		for i := n * chunk; i < min((n+1)*chunk, len(t.panels)); i++ {
			t.panels[i].set(m, t.base.times[i], t.base.times[i+1])
			t.sumPanel(m, i)
		}
	})
	likelihood.EachChunk(len(t.tabled), workers, func(n int) {
		i := t.tabled[n]
		t.fillOne(m, m.R+t.base.repeats[i], t.of[i], times)
	})
}

// set lays out the nodes between d and next.
func (p *tablePanel) set(m ParetoNBD, d, next float64) {
	alpha, beta := m.Alpha+d, m.Beta+d
	p.drops.alpha, p.drops.beta = math.Log1p((next-d)/alpha), math.Log1p((next-d)/beta)
	width := max(p.drops.alpha, p.drops.beta)
	if p.wide = width > tablePanelWidth; p.wide {
		return
	}
	for j := range p.nodes {
		node := &p.nodes[j]
		c, w := min(alpha, beta), width*tableX[j]
		u := c * math.Expm1(w)
		if alpha < beta {
			node.byAlpha, node.byBeta = w, math.Log1p(u/beta)
		} else {
			node.byAlpha, node.byBeta = math.Log1p(u/alpha), w
		}
		node.shareAlpha, node.shareBeta = u/(alpha+u), u/(beta+u)
		node.fall = alpha / (alpha + u)
		node.weight = tableW[j] * width * (c + u) * math.Exp(-(m.S+1)*node.byBeta)
	}
}

// drop returns by how much ln f falls over the panel.
func (p *tablePanel) drop(m ParetoNBD, k float64) float64 {
	return k*p.drops.alpha + m.S*p.drops.beta
}

// fillOne makes the gaps of one x of the sums over panels, from the last time backward. With R the
// factor by which f falls from d to the next time d',
//
//	h(d, D) = h(d, d') + R h(d', D).
func (t *gapTable) fillOne(m ParetoNBD, k float64, into []gap, times paretoTimes) {
	later := gap{}
	into[len(into)-1] = later
	for i := len(into) - 2; i >= 0; i-- {
		panel, d := &t.panels[i], t.base.times[i]
		drop := panel.drop(m, k)
		var here gap
		if panel.wide || drop > tablePanelDrop {
			here = m.gap(k, d, t.base.times[i+1])
		} else {
			here = m.scaled(into[i], k, d)
		}
		falls := math.Exp(-drop)
		carried := falls * later.h
		here.h += carried
		here.k += falls*later.k - panel.drops.alpha*carried
		here.s += falls*later.s - m.S*panel.drops.beta*carried
		here.alpha += falls*later.alpha + k*(times.byAlpha[i+1].share-times.byAlpha[i].share)*carried
		here.beta += falls*later.beta + m.S*(times.byBeta[i+1].share-times.byBeta[i].share)*carried
		into[i], later = here, here
	}
}

// sumPanel sets the entries of a panel to the integrals that scaled takes, of one x after
// the other: from an x to the next one each node falls by a factor, which spares an
// exponential. Beyond tablePanelDrop, where they are not asked for, no x is left.
func (t *gapTable) sumPanel(m ParetoNBD, at int) {
	panel := &t.panels[at]
	if panel.wide {
		return
	}
	var f [tableNodes]float64
	before := math.Inf(-1)
	for _, i := range t.tabled {
		x := t.base.repeats[i]
		k := m.R + x
		if panel.drop(m, k) > tablePanelDrop {
			return
		}
		for j := range f {
			node := &panel.nodes[j]
			if x-before > nearRepeats {
				f[j] = node.weight * math.Exp(-k*node.byAlpha)
				continue
			}
			for n := before; n < x; n++ {
				f[j] *= node.fall
			}
		}
		before = x
		t.of[i][at] = panel.sums(&f)
	}
}

// sums returns the integrals of f at the nodes.
func (p *tablePanel) sums(f *[tableNodes]float64) gap {
	var sum gap
	for j, f := range f {
		node := &p.nodes[j]
		sum.h += f
		sum.k -= f * node.byAlpha
		sum.s -= f * node.byBeta
		sum.alpha += f * node.shareAlpha
		sum.beta += f * node.shareBeta
	}
	return sum
}
