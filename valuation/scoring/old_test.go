package scoring

import (
	"context"
	"reflect"
	"testing"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/engine"
	"cbv/valuation/engine/enginetest"
	"cbv/valuation/pipeline/pipelinetest"
)

// Old customers are a group where they and the others have 50 repeat customers, before
// the channels that have 500 of the others.
func TestCandidateGroups(t *testing.T) {
	old, ads := fitGroup{IsOld: true}, fitGroup{FirstChannel: "ads"}
	numbered := func(groups ...fitGroup) []fitGroup {
		for i := range groups {
			groups[i].FitGroup = i + 1
		}
		return groups
	}
	for _, c := range []struct {
		what  string
		fitBy string
		sizes []channelSize
		want  []fitGroup
	}{
		{"none is old", "base", []channelSize{{false, "ads", 900}}, nil},
		{"both enough", "base", []channelSize{{true, "ads", 20}, {true, "", 30}, {false, "ads", 50}}, numbered(old)},
		{"too few old", "base", []channelSize{{true, "ads", 49}, {false, "ads", 50}}, nil},
		{"too few others", "base", []channelSize{{true, "ads", 50}, {false, "ads", 49}}, nil},
		{"by channel", "channel", []channelSize{{false, "mail", 499}, {false, "ads", 500}, {false, "", 900}}, numbered(ads)},
		{"both", "channel", []channelSize{{true, "mail", 900}, {false, "ads", 500}}, numbered(old, ads)},
	} {
		context := pipelinetest.NewContext()
		context.Config.Value.FitBy = c.fitBy
		enginetest.Put(context.Engine, "channel_sizes", c.sizes...)
		s := scoringOf(context)
		if err := s.makeCandidateGroups(t.Context()); err != nil {
			t.Fatal(err)
		}
		made, err := engine.All[fitGroup](t.Context(), context.Engine, "candidate_groups")
		if err != nil || !reflect.DeepEqual(s.groups, c.want) || len(made) != len(c.want) {
			t.Errorf("%s: %v, table %v, %v, want %v", c.what, s.groups, made, err, c.want)
		}
	}
}

// The base's parameters are of the others where old customers have their own; where the
// others determine none, all are fitted together.
func TestModelsOfOldCustomers(t *testing.T) {
	in := func(group int, histories ...history) []history {
		for i := range histories {
			histories[i].group = group
		}
		return histories
	}
	fresh := in(wholeBase, of(50, 0, 0, 100), of(5, 1, 40, 100), of(5, 3, 90, 100))
	old := in(1, of(20, 0, 0, 400), of(9, 4, 390, 400), of(9, 7, 380, 400))
	channel := in(2, of(50, 0, 0, 120), of(5, 1, 40, 120))
	for _, c := range []struct {
		what      string
		histories []history
		groups    []fitGroup // what is left of the old and a channel
		fitted    []int64    // customers of each group's fit, the base's first
	}{
		{"apart", append(append(fresh, old...), channel...), fitGroups(true, nil), []int64{115, 38}},
		{"the others determine none", append(in(wholeBase, of(50, 0, 0, 100)), old...), nil, []int64{88}},
	} {
		pc := pipelinetest.NewContext()
		pc.Config.Value.FitBy = "channel"
		pc.Days.AsOf = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		enginetest.Put(pc.Engine, "spend_histories", spendRow{0, 1, 1, 1000, 5, 0}, spendRow{0, 3, 3, 6000, 5, 0}, spendRow{1, 4, 4, 40_000, 9, 0}, spendRow{2, 1, 1, 700, 5, 0})
		s := scoringOf(pc)
		s.groups = fitGroups(true, []string{"ads"})
		if err := s.fitModels(context.Background(), c.histories); err != nil {
			t.Fatal(err)
		}
		var fitted []int64
		for _, group := range s.models.groups {
			fitted = append(fitted, group.Purchase.Customers)
		}
		if left := s.models.ownGroups(); !reflect.DeepEqual(left, c.groups) || !reflect.DeepEqual(fitted, c.fitted) {
			t.Errorf("%s: groups %v of %v customers, want %v of %v", c.what, left, fitted, c.groups, c.fitted)
		}
	}
}

// Where the new customers determine no model, those of all groups are scored by one.
func TestScoresOfOldCustomersWithoutModelsOfTheirOwn(t *testing.T) {
	pc := pipelinetest.NewContext()
	pc.Days.AsOf = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	enginetest.Put(pc.Engine, "histories", historyRow{2, 0, 0, 100, 30}, historyRow{1, 7, 380, 400, 9}, historyRow{1, 4, 390, 400, 9}, historyRow{0, 0, 0, 100, 50}, historyRow{1, 0, 0, 400, 20})
	enginetest.Put(pc.Engine, "spend_histories", spendRow{0, 1, 1, 1000, 5, 0}, spendRow{1, 4, 4, 40_000, 9, 0})
	enginetest.Put(pc.Engine, "gap_shares", gapShares{})
	enginetest.Put[struct {
		AttributeNumber int64
		Attribute       string
	}](pc.Engine, "start_attributes")
	s := scoringOf(pc)
	s.groups = fitGroups(true, []string{"ads"})
	if err := s.fit(t.Context()); err != nil {
		t.Fatal(err)
	}
	type score struct{ FitGroup, RepeatPurchases, AgeAtLastPurchaseDays, CustomerAgeDays int }
	got, err := engine.All[score](t.Context(), pc.Engine, "scores")
	if want := []score{{}, {0, 0, 0, 100}, {0, 0, 0, 400}, {0, 4, 390, 400}, {0, 7, 380, 400}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: scores of %v, want %v", err, got, want)
	}
}

// What old customers spent is of their own group alone, what a channel's did also of the
// whole base.
func TestSpendOfOldCustomers(t *testing.T) {
	pc := pipelinetest.NewContext()
	enginetest.Put(pc.Engine, "spend_histories", spendRow{0, 1, 2, 1000, 5, 0}, spendRow{1, 4, 5, 40_000, 9, 0}, spendRow{2, 1, 2, 700, 3, 0}, spendRow{3, 1, 2, 900, 7, 0})
	s := scoringOf(pc)
	s.groups = fitGroups(true, []string{"ads"}) // mail has none any more
	samples, err := s.readSpend(t.Context())
	var got [][]int64
	for _, sample := range samples {
		var customers []int64
		for _, count := range sample.Counts {
			customers = append(customers, count.Customers)
		}
		got = append(got, customers)
	}
	if want := [][]int64{{5, 3, 7}, {9}, {3}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: customers %v, want %v", err, got, want)
	}
}

// Groups without models of their own fall to the whole base.
func TestRegrouped(t *testing.T) {
	at := func(group int, customers int64) history {
		h := of(customers, 1, 10, 20)
		h.group = group
		return h
	}
	all := []history{at(0, 1), at(1, 2), at(2, 4), at(3, 8)}
	for first, want := range map[int][]history{
		0: {at(0, 15)},
		1: {at(0, 13), at(1, 2)},
		3: all,
	} {
		if got := regrouped(all, first, 2); !reflect.DeepEqual(got, want) {
			t.Errorf("beyond %d: %v, want %v", first, got, want)
		}
	}
}

// model.json has the old customers' models, and gives them back.
func TestModelFileOfOldCustomers(t *testing.T) {
	fit := func(r float64) btyd.Fit {
		m := btyd.NBD{R: r, Alpha: 9}
		var estimates []btyd.Estimate
		for _, p := range m.Parameters() {
			estimates = append(estimates, btyd.Estimate{Parameter: p, StandardError: 0.1})
		}
		return btyd.Fit{Model: m, Parameters: estimates, Covariance: [][]float64{{1, 0}, {0, 1}}, LogLikelihood: -10}
	}
	means := spend.Model{Form: spend.OnMeans}
	want := models{groups: []Group{{Purchase: fit(1), Spend: means}, {Old: true, Purchase: fit(2), Spend: means}, {Channel: "ads", Purchase: fit(3), Spend: means}}}
	got, err := modelFileOf(want).models()
	if err != nil || !reflect.DeepEqual(got.groups, want.groups) {
		t.Errorf("%v: %+v, want %+v", err, got.groups, want.groups)
	}
	if groups := got.ownGroups(); !reflect.DeepEqual(groups, fitGroups(true, []string{"ads"})) {
		t.Errorf("own groups %v", groups)
	}
}
