package btyd

import "math"

func (base *Base) fitBG(workers int) (Fit, error) {
	return base.fit(purchaseFamily{
		name: BGNBD{}.Name(),
		surface: func(base *purchaseBase, workers int) surface {
			return base.bgSurface(0, workers)
		},
		starts: (*purchaseBase).bgStarts,
		model: func(logs []float64, scale float64) fittedModel {
			return BGNBD{R: math.Exp(logs[0]), Alpha: scale * math.Exp(logs[1]), A: math.Exp(logs[2]), B: math.Exp(logs[3])}
		},
	}, workers)
}

func (base *Base) fitMBG(workers int) (Fit, error) {
	return base.fit(purchaseFamily{
		name: MBGNBD{}.Name(),
		surface: func(base *purchaseBase, workers int) surface {
			return base.bgSurface(1, workers)
		},
		starts: (*purchaseBase).bgStarts,
		model: func(logs []float64, scale float64) fittedModel {
			return MBGNBD{R: math.Exp(logs[0]), Alpha: scale * math.Exp(logs[1]), A: math.Exp(logs[2]), B: math.Exp(logs[3])}
		},
	}, workers)
}

func (m BGNBD) boundaries(float64) []boundary  { return m.likelihood().boundaries("repeat purchase") }
func (m MBGNBD) boundaries(float64) []boundary { return m.likelihood().boundaries("purchase") }

// boundaries returns the simpler models that BG/NBD and MBG/NBD turn into. chance
// is the first occasion to leave.
func (m bgLikelihood) boundaries(chance string) []boundary {
	leaving := m.a / (m.a + m.b)
	return []boundary{
		{NoDropout, "no dropout", "a/(a+b)", leaving, leaving < 5e-3, nil},
		{Boundary, "dropout after the first " + chance, "a/(a+b)", leaving, leaving > 1-1e-3, nil},
		{Boundary, "one purchase rate for all customers", "r", m.r, m.r > largeShape, heldAt(0)},
		{Boundary, "one dropout probability for all customers", "a+b", m.a + m.b, m.a+m.b > largeShape, heldAt(3)},
		{Boundary, "some customers who never leave and some who leave at once", "min(a, b)", min(m.a, m.b), min(m.a, m.b) < fewShapes, nil},
	}
}
