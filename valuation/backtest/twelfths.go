package backtest

import "math"

// twelfths are the parts of a year whose buying is compared.
const twelfths = 12

// Twelfths is the season of the trailing year: by how much more each twelfth of it
// brought than the mean of all, counted back from as_of.
type Twelfths struct {
	Days   int // of the year
	Ratios [twelfths]float64
}

// shapeError is by how much a model is off from one twelfth to another without any season:
// the standard deviation of the logarithm. In simulated shops whose customers another
// family describes, and in files that start mid-life, it was .03 to .04.
const shapeError = 0.05

// NewTwelfths compares the purchases that customers made in each twelfth with those that
// a model without a season expected, given by the day, as_of first. What a model has
// wrong of every day does not enter. The logarithms of the ratios are shrunk by how
// much more they vary than chance and the shape of a model explain, so that a shop without
// a season has none.
func NewTwelfths(came []int64, expected []float64) Twelfths {
	t := Twelfths{Days: len(came)}
	var purchases, expectations, logs [twelfths]float64
	for day, n := range came {
		purchases[t.place(day)] += float64(n)
		expectations[t.place(day)] += expected[day]
	}
	known, mean := 0., 0.
	for i := range logs {
		if purchases[i] > 0 && expectations[i] > 0 {
			logs[i] = math.Log(purchases[i] / expectations[i])
			known++
			mean += logs[i]
		}
	}
	mean /= max(1, known)
	spread := 0. // of the season
	for i := range logs {
		if purchases[i] > 0 && expectations[i] > 0 {
			logs[i] -= mean
			spread += (logs[i]*logs[i] - 1/purchases[i] - shapeError*shapeError) / known
		}
	}
	spread = max(0, spread)
	sum := 0.
	for i := range logs {
		t.Ratios[i] = 1
		if spread > 0 && purchases[i] > 0 && expectations[i] > 0 {
			t.Ratios[i] = math.Exp(logs[i] * spread / (spread + 1/purchases[i] + shapeError*shapeError))
		}
		sum += t.Ratios[i] / twelfths
	}
	for i := range t.Ratios {
		t.Ratios[i] /= sum
	}
	return t
}

// Ratio returns the ratio of the day so many before as_of; those of earlier years have
// that of their season.
func (t Twelfths) Ratio(daysBefore int) float64 {
	if t.Days == 0 {
		return 1
	}
	return t.Ratios[t.place(daysBefore%t.Days)]
}

func (t Twelfths) place(daysBefore int) int { return daysBefore * twelfths / t.Days }
