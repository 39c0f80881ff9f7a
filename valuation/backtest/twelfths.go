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

// NewTwelfths compares the purchases that customers made in each twelfth with those that
// a model without a season expected, given by the day, as_of first. What a model has
// wrong of all days alike does not enter. The ratio of a twelfth is shrunk by the
// standard error of its logarithm, as those of earlier years are; since it is of the
// year in question, no year stands for another.
func NewTwelfths(came []int64, expected []float64) Twelfths {
	t := Twelfths{Days: len(came)}
	var purchases, raw [twelfths]float64
	mean := 0.
	for day, n := range came {
		purchases[t.place(day)] += float64(n)
		raw[t.place(day)] += expected[day]
	}
	for i := range raw {
		if raw[i] > 0 {
			raw[i] = purchases[i] / raw[i]
		}
		mean += raw[i] / twelfths
	}
	shrunk := 0.
	for i := range raw {
		t.Ratios[i] = 1
		if raw[i] > 0 {
			t.Ratios[i] = math.Pow(raw[i]/mean, 1/(1+1/purchases[i]/(ratioSpread*ratioSpread)))
		}
		shrunk += t.Ratios[i] / twelfths
	}
	for i := range t.Ratios {
		t.Ratios[i] /= shrunk
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
