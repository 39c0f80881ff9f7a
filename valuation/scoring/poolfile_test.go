package scoring

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/pool"
)

// aPool was chosen, whose numbers no decimal fraction is.
func aPool() pooled {
	memory := pool.FadingMemory{R: 1. / 3, Alpha: 17.1, Growth: 0.1 + 0.2, HalfLife: 240}
	p := pooled{
		Chosen: true, Why: "it is better", Pool: pool.Pool{Days: 181, Intercept: -2. / 3}, Memory: memory,
		Models:  pool.Models{MBGNBD: btyd.NBD{R: 0.7, Alpha: 1. / 7}, NBD: btyd.NBD{R: 0.7, Alpha: 1. / 7}, Memory: memory},
		Windows: []time.Time{time.Date(2023, 7, 3, 0, 0, 0, 0, time.UTC), time.Date(2022, 12, 31, 0, 0, 0, 0, time.UTC)},
		Contest: &backtest.Contest{Target: backtest.Purchases, Holder: "BG/NBD", Challenger: backtest.PoolName, Gain: 1. / 30, StandardError: 1. / 300},
		Cutoffs: 3, Deviance: 0.9, FamilyDeviance: 1,
	}
	for j := range pool.FeatureNames {
		p.Pool.Coefficients[j], p.Pool.Centre[j], p.Pool.Ranges[j] = 1/float64(j+3), -float64(j)/7, pool.Range{Least: -1 / float64(j+7), Most: float64(j) / 13}
		for k := range pool.FeatureNames {
			p.Pool.Covariance[j][k] = 1 / float64(j+k+11)
		}
	}
	return p
}

// What model.json holds of the pool is all of it, chosen or not, and fitted or not.
func TestThePoolSurvivesItsFile(t *testing.T) {
	lost := pooled{Why: "it is worse", Contest: aPool().Contest, Cutoffs: 2, Deviance: 1.1, FamilyDeviance: 1}
	for _, want := range []pooled{aPool(), lost, {Why: "the files are too short"}} {
		text, err := json.Marshal(poolFileOf(want))
		if err != nil {
			t.Fatal(err)
		}
		var file *PoolFile
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		if got, err := file.pooled(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v\nwant %+v", got, err, want)
		}
	}
	if file := poolFileOf(pooled{}); file != nil {
		t.Errorf("a pool of which nothing is known is written as %+v", file)
	}
	var none *PoolFile
	if p, err := none.pooled(); err != nil || p.Chosen || p.Why == "" {
		t.Errorf("a run without a pool: %+v, %v", p, err)
	}
}

// A file of another pool is refused.
func TestAPoolOfAnotherKindIsRefused(t *testing.T) {
	for want, spoil := range map[string]func(*PoolFile){
		"has no parameters": func(f *PoolFile) { f.Pool = nil },
		"8 features":        func(f *PoolFile) { f.Pool.Features = f.Pool.Features[1:] },
		"1 models":          func(f *PoolFile) { f.Pool.Models = f.Pool.Models[1:] },
		"of 90 days":        func(f *PoolFile) { f.Pool.HalfLife = 90 },
		"windows of 0":      func(f *PoolFile) { f.Pool.WindowDays = 0 },
		`"colour"`:          func(f *PoolFile) { f.Pool.Features[2].Name = "colour" },
		"from where to": func(f *PoolFile) {
			for j := range f.Pool.Features {
				f.Pool.Features[j].Least, f.Pool.Features[j].Most = 0, 0
			}
		},
		"8 rows":    func(f *PoolFile) { f.Pool.Covariance = f.Pool.Covariance[1:] },
		"SBG/NBD":   func(f *PoolFile) { f.Pool.Models[1].Name = "SBG/NBD" },
		"yesterday": func(f *PoolFile) { f.Pool.Windows[0] = "yesterday" },
	} {
		file := poolFileOf(aPool())
		spoil(file)
		if _, err := file.pooled(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A pool that is used is part of what a run that reuses it is; another is not.
func TestTheIdentityOfAReusedPool(t *testing.T) {
	identity := func(p pooled) string {
		text, err := RunModel{pooled: p}.Identity()
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	chosen, refused := aPool(), aPool()
	refused.Chosen = false
	other := aPool()
	other.Pool.Intercept++
	if identity(refused) != identity(pooled{}) || identity(chosen) == identity(refused) || identity(chosen) == identity(other) {
		t.Error("the identity does not name the pool that is used, or names one that is not")
	}
}

// A reused pool forecasts what the backtest of the run does, but for days by which a short
// history has grown since; else it is not used, and the run says why.
func TestAReusedPoolIsOfTheDaysOfTheBacktest(t *testing.T) {
	for _, c := range []struct {
		days, sinceFit int
		used           bool
	}{{181, 0, true}, {182, 0, false}, {180, 0, false}, {184, 3, true}, {185, 3, false}, {178, 3, true}, {177, 3, false}, {0, 30, false}} {
		got := aPool().forHoldout(c.days, c.sinceFit)
		if got.Chosen != c.used || (got.Why == aPool().Why) != c.used {
			t.Errorf("%+v: chosen %t, %s", c, got.Chosen, got.Why)
		}
	}
	lost := aPool()
	lost.Chosen = false
	if got := lost.forHoldout(90, 0); got.Why != lost.Why {
		t.Errorf("a pool that was not chosen: %s", got.Why)
	}
}
