package experiment

import "gonum.org/v1/gonum/stat/distuv"

// SampleRatio says whether the arms have the people that the design gave them.
// Where they have not, people were lost or added in a way that differs between
// arms, and no difference between them means anything.
type SampleRatio struct {
	ChiSquare float64
	PValue    float64
	Broken    bool // PValue is below 0.001, or someone is in an arm without a share
}

// CheckSampleRatio compares how many people are in each arm with the arms'
// shares, in any unit. Nobody at all is no mismatch.
//
// Pearson's chi-square. Fabijan et al. (2019), "Diagnosing Sample Ratio Mismatch
// in Online Controlled Experiments", KDD, for its use and for the low level: it
// is looked at often.
func CheckSampleRatio(people, shares []int64) SampleRatio {
	var all, whole int64
	arms := 0
	for i, share := range shares {
		if share == 0 && people[i] > 0 {
			return SampleRatio{PValue: 0, Broken: true}
		}
		if share > 0 {
			arms++
		}
		all += people[i]
		whole += share
	}
	if all == 0 || arms < 2 {
		return SampleRatio{PValue: 1}
	}
	ratio := SampleRatio{}
	for i, share := range shares {
		if share > 0 {
			expected := float64(all) * float64(share) / float64(whole)
			off := float64(people[i]) - expected
			ratio.ChiSquare += off * off / expected
		}
	}
	ratio.PValue = distuv.ChiSquared{K: float64(arms - 1)}.Survival(ratio.ChiSquare)
	ratio.Broken = ratio.PValue < 0.001
	return ratio
}
