package btyd

import "math"

func (base *Base) fitBG(workers int) (Fit, error) {
	return base.fit(purchaseFamily{
		name:    BGNBD{}.Name(),
		surface: (*purchaseBase).bgSurface,
		starts:  (*purchaseBase).bgStarts,
		model: func(logs []float64, scale float64) fittedModel {
			return BGNBD{R: math.Exp(logs[0]), Alpha: scale * math.Exp(logs[1]), A: math.Exp(logs[2]), B: math.Exp(logs[3])}
		},
	}, workers)
}

// boundaries returns the simpler models that BG/NBD turns into, the ones that
// a refused fit explains first.
func (m BGNBD) boundaries() []boundary {
	leaving := m.A / (m.A + m.B)
	return []boundary{
		{"no dropout", leaving < 5e-3},
		{"dropout after the first repeat purchase", leaving > 1-1e-3},
		{"one purchase rate for all customers", m.R > 1e3},
		{"one dropout probability for all customers", m.A+m.B > 1e3},
		{"some customers who never leave and some who leave at once", m.A < 1e-3 || m.B < 1e-3},
	}
}
