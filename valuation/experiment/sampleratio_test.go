package experiment

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Kohavi, Tang & Xu (2020), "Trustworthy Online Controlled Experiments", chapter
// 21: 821,588 and 815,482 users at 50/50, p = 1.8e-6.
func TestSampleRatioPublished(t *testing.T) {
	got := CheckSampleRatio([]int64{821_588, 815_482}, []int64{1, 1})
	if !(math.Abs(got.PValue-1.8e-6) <= 0.05e-6) || !got.Broken {
		t.Errorf("%+v", got)
	}
}

func TestSampleRatioEdges(t *testing.T) {
	for name, c := range map[string]struct {
		people, shares []int64
		broken         bool
	}{
		"nobody":                {[]int64{0, 0, 0}, []int64{1000, 9000, 0}, false},
		"as designed":           {[]int64{100, 900, 0}, []int64{1000, 9000, 0}, false},
		"an arm of no share":    {[]int64{100, 900, 1}, []int64{1000, 9000, 0}, true},
		"an arm is missing":     {[]int64{0, 900, 0}, []int64{1000, 9000, 0}, true},
		"a tenth of it missing": {[]int64{9_000, 90_000, 0}, []int64{1000, 9000, 0}, true},
	} {
		if got := CheckSampleRatio(c.people, c.shares); got.Broken != c.broken {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// Of 20,000 healthy campaigns 1 in 1,000 is flagged; of campaigns that lost 5 %
// of their champions' people, as by a join that drops some, nearly all are.
func TestSampleRatioFlagsBrokenSplitsAlone(t *testing.T) {
	const campaigns = 20_000
	healthy, broken := 0, 0
	shares := []int64{1000, 4500, 4500}
	for seed := range uint64(campaigns) {
		random := rand.New(rand.NewPCG(seed, 0))
		const people = 100_000
		none := int64(distuv.Binomial{N: people, P: 0.1, Src: random}.Rand())
		champion := int64(distuv.Binomial{N: float64(people - none), P: 0.5, Src: random}.Rand())
		challenger := people - none - champion
		if CheckSampleRatio([]int64{none, champion, challenger}, shares).Broken {
			healthy++
		}
		lost := int64(distuv.Binomial{N: float64(champion), P: 0.05, Src: random}.Rand())
		if CheckSampleRatio([]int64{none, champion - lost, challenger}, shares).Broken {
			broken++
		}
	}
	t.Logf("flagged: %d of %d healthy, %d broken", healthy, campaigns, broken)
	if healthy > 36 { // 20 ± 4.5, and 3.5 of these
		t.Errorf("%d of %d healthy campaigns are flagged", healthy, campaigns)
	}
	if broken < campaigns*999/1000 {
		t.Errorf("%d of %d broken campaigns are flagged", broken, campaigns)
	}
}
