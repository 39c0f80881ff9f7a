package starts

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/effects"
)

// What model.json holds of effects is all of them, chosen or not, and fitted or not.
func TestEffectsSurviveTheirFile(t *testing.T) {
	effect := startEffect{3, "category", "tea, \"loose\"", effects.Effect{Log: -1. / 3, Variance: 1. / 7, Observed: 40, Expected: 0.1 + 0.2}}
	held := func(target backtest.Target) *backtest.Contest {
		return &backtest.Contest{Target: target, Holder: "pool", Challenger: "pool" + backtest.WithStarts, Gain: 1. / 30, StandardError: 1. / 300}
	}
	whole := Effects{
		Purchases: Target{Chosen: true, Why: "they are better", Contest: held(backtest.Purchases), Deviance: 0.9, WithoutDeviance: 1, Effects: []startEffect{effect}},
		Spend:     Target{Why: "they are worse", Contest: held(backtest.Margin), Deviance: 1.1, WithoutDeviance: 1},
		Windows:   []time.Time{time.Date(2023, 7, 3, 0, 0, 0, 0, time.UTC), time.Date(2022, 12, 31, 0, 0, 0, 0, time.UTC)},
		Cutoffs:   3,
	}
	for _, want := range []Effects{whole, {Purchases: Target{Why: "the files are too short"}, Spend: Target{Why: "the files are too short"}}} {
		text, err := json.Marshal(FileOf(want))
		if err != nil {
			t.Fatal(err)
		}
		var file *File
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		if got, err := file.Effects(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v\nwant %+v", got, err, want)
		}
	}
	if file := FileOf(Effects{}); file != nil {
		t.Errorf("effects of which nothing is known are written as %+v", file)
	}
	var none *File
	if got, err := none.Effects(); err != nil || !reflect.DeepEqual(got, Effects{}) {
		t.Errorf("a run without effects: %+v, %v", got, err)
	}
	if _, err := (&File{Windows: []string{"July"}}).Effects(); err == nil {
		t.Error("a window that is no day is read")
	}
}

// Effects hold for attributes that are read as they were: of others there are none, and a
// target without any is not said to be used.
func TestEffectsOfOtherReadings(t *testing.T) {
	on := func(attribute string) startEffect {
		return startEffect{1, attribute, "tea", effects.Effect{Log: .2}}
	}
	made := Effects{
		Purchases: Target{Chosen: true, Why: "they are better", Effects: []startEffect{on("category"), on("coupon")}},
		Spend:     Target{Chosen: true, Why: "they are better", Effects: []startEffect{on("coupon")}},
	}
	then := map[string]string{"category": "type", "coupon": "code"}
	if got := made.Carried(then, then); !reflect.DeepEqual(got, made) {
		t.Errorf("read as before: %+v", got)
	}
	for name, now := range map[string]map[string]string{"another column": {"category": "type", "coupon": "code2"}, "none": {"category": "type"}} {
		got := made.Carried(then, now)
		if !got.Purchases.Chosen || !reflect.DeepEqual(got.Purchases.Effects, []startEffect{on("category")}) {
			t.Errorf("%s: of purchases %+v", name, got.Purchases)
		}
		if got.Spend.Chosen || len(got.Spend.Effects) > 0 || got.Spend.Why == made.Spend.Why {
			t.Errorf("%s: of spend %+v", name, got.Spend)
		}
	}
	if without := made.WithoutPool(); without.Purchases.Chosen || !without.Spend.Chosen {
		t.Errorf("without the pool that they were fitted on: %+v", without)
	}
	if !made.Purchases.Chosen || len(made.Purchases.Effects) != 2 {
		t.Errorf("what was made has changed: %+v", made.Purchases)
	}
}
