package experiment

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A campaign may end before its plan is filled, on a day that has nothing to do with its
// figures, and all looks together err in 5 % all the same: what the last one may spend is
// what the others left. Each of 60 nights is a step of the difference in standard errors,
// there is a look on each from the fifteenth on, and people are watched for so many nights.
func TestLooksOfCampaignsThatEndEarly(t *testing.T) {
	const planned, campaigns = 60, 20_000
	random := rand.New(rand.NewPCG(16, 3))
	for _, window := range []int{0, 7, 30} {
		var bounds [planned + 1][]float64 // by the night on which it ends
		first := int(math.Ceil(firstShare * planned))
		for ends := 1; ends <= planned; ends++ {
			var looks Looks
			for night := first; night < ends; night++ {
				looks = append(looks, Look{People: int64(night), Share: float64(night) / planned})
			}
			looks = looks.Add(Look{People: int64(ends), Share: 1})
			var err error
			if bounds[ends], err = looks.Bounds(); err != nil {
				t.Fatal(err)
			}
		}
		erred := 0
		for range campaigns {
			ends := min(planned, 1+window+random.IntN(planned))
			sum, isErred, look := 0.0, false, 0
			for night := 1; night <= ends; night++ {
				sum += random.NormFloat64()
				if night >= first || night == ends {
					isErred = isErred || math.Abs(sum)/math.Sqrt(float64(night)) > bounds[ends][look]
					look++
				}
			}
			if isErred {
				erred++
			}
		}
		share := float64(erred) / campaigns
		t.Logf("window of %d nights: %.2f %%", window, 100*share)
		if !(share <= 0.05+3*math.Sqrt(0.05*0.95/campaigns)) {
			t.Errorf("window of %d nights: the looks err in %.2f %%", window, 100*share)
		}
	}
}
