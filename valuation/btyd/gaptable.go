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
	tabled []int   // indices of the x with many
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
		shareAlpha, shareBeta float64 // (u-d)/(α+u), (u-d)/(β+u)
		weight                float64 // weight · ((β+d)/(β+u))^(s+1) du
	}
}

// What the integral of a row costs, the sum over a panel's nodes for one x, and
// laying out the panel for all x: in logarithms and exponentials, roughly.
const (
	gapCost        = 48
	panelSumCost   = 8
	panelSetupCost = 24
)

// tabled returns the indices of the x whose rows cost more than a table does.
// Where times are continuous there are none.
func (base *purchaseBase) tabled() []int {
	rows := make([]int, len(base.repeats))
	for _, chunk := range base.chunks {
		for _, s := range chunk {
			rows[s.Repeats] += s.To - s.From
		}
	}
	var worth []int
	saved := -panelSetupCost * len(base.times)
	for i, n := range rows {
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
		node.weight = tableW[j] * width * (c + u) * math.Exp(-(m.S+1)*node.byBeta)
	}
}

// fillOne sets the gaps of one x, from the last time backward. With R the
// factor by which f falls from d to the next time d',
//
//	h(d, D) = h(d, d') + R h(d', D).
func (t *gapTable) fillOne(m ParetoNBD, k float64, into []gap, times paretoTimes) {
	later := gap{}
	into[len(into)-1] = later
	for i := len(into) - 2; i >= 0; i-- {
		panel, d := &t.panels[i], t.base.times[i]
		drop := k*panel.drops.alpha + m.S*panel.drops.beta
		var here gap
		if panel.wide || drop > tablePanelDrop {
			here = m.gap(k, d, t.base.times[i+1])
		} else {
			here = m.scaled(panel.sums(k), k, d)
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

// sums returns the integrals that scaled takes.
func (p *tablePanel) sums(k float64) gap {
	var sum gap
	for j := range p.nodes {
		node := &p.nodes[j]
		f := node.weight * math.Exp(-k*node.byAlpha)
		sum.h += f
		sum.k -= f * node.byAlpha
		sum.s -= f * node.byBeta
		sum.alpha += f * node.shareAlpha
		sum.beta += f * node.shareBeta
	}
	return sum
}
