package report

import (
	"testing"

	"cbv/valuation/publication"
	"cbv/valuation/starts"
)

// The summary says what first orders do where they do anything, and that they are no cause.
func TestStartedSentence(t *testing.T) {
	with := publication.StartedTarget{Chosen: true, Attributes: []string{"category", "coupon"}, Deviance: 0.9, WithoutDeviance: 1}
	without := publication.StartedTarget{Deviance: 2, WithoutDeviance: 1}
	for _, c := range []struct {
		started *publication.Started
		from    *publication.Origin
		want    string
	}{
		{nil, nil, ""},
		{&publication.Started{Purchases: without, Spend: without}, nil, ""},
		{&publication.Started{Purchases: with, Spend: without, Cutoffs: 1}, nil, "At 1 cutoff forecasts that know what the first order was were better: how often customers purchase, by category and coupon (mean deviance 10.0 % lower). What it was is no cause. "},
		{&publication.Started{Purchases: with, Spend: with, Cutoffs: 3}, &publication.Origin{Run: "old"}, "At 3 cutoffs of run old, which fitted it, forecasts that know what the first order was were better: how often customers purchase, by category and coupon (mean deviance 10.0 % lower); what a purchase is worth, by category and coupon (mean deviance 10.0 % lower). What it was is no cause. "},
	} {
		if got := startedSentence(c.started, c.from); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A backtest says of both targets whether first orders say something, where it could test it.
func TestStartedTargets(t *testing.T) {
	if got := startedTargets(starts.Effects{}); got != nil {
		t.Errorf("of nothing that was tested: %v", got)
	}
	got := startedTargets(starts.Effects{Purchases: starts.Target{Chosen: true, Why: "better"}, Spend: starts.Target{Why: "worse"}})
	if len(got) != 2 || got[0] != (StartedTarget{"purchases", true, "better"}) || got[1] != (StartedTarget{"margin", false, "worse"}) {
		t.Errorf("%v", got)
	}
}
