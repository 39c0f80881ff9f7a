package scoring

import (
	"context"
	"testing"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/config"
	"cbv/valuation/engine/enginetest"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
)

func scoringOf(c *pipeline.Context) *Scoring {
	return New(c, intake.NewWithBacktest(c, intake.Inputs{}), RunModel{})
}

// of is the history of so many customers.
func of(customers int64, repeats int, lastPurchase, age float64) history {
	return history{wholeBase, btyd.HistoryCount{History: btyd.History{Repeats: repeats, LastPurchase: lastPurchase, Age: age}, Customers: customers}}
}

// ofHistories fits every family to histories, as of 1 January 2026, of customers who
// first purchased on a day or later.
func ofHistories(fitFrom *config.Day, histories ...history) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Orders.FitFrom = fitFrom
		c.Days.AsOf = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		enginetest.Put[spendRow](c.Engine, "spend_histories")
		return scoringOf(c).fitModels(context.Background(), histories)
	}
}

// families are candidates of which nobody's histories decide.
func families(candidates ...candidate) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		s := scoringOf(c)
		s.models.candidates = candidates
		base, err := btyd.NewBase([]btyd.HistoryCount{of(1, 0, 0, 10).HistoryCount, of(1, 2, 5, 10).HistoryCount}, 1)
		s.choose(base)
		return err
	}
}

// nbd and bgnbd are fits with a given ln L.
func nbd(logLikelihood float64) candidate {
	return candidate{family: "NBD", fit: &btyd.Fit{Model: btyd.NBD{R: 0.7, Alpha: 9}, LogLikelihood: logLikelihood}}
}

func bgnbd(logLikelihood float64, boundary string) candidate {
	return candidate{family: "BG/NBD", fit: &btyd.Fit{Model: btyd.BGNBD{R: 0.7, Alpha: 9, A: 1, B: 2}, LogLikelihood: logLikelihood, Boundary: boundary}}
}

// refusedFor is a BG/NBD beside a fitted NBD.
func refusedFor(reason btyd.Reason) pipelinetest.Input {
	none := &btyd.NoFitError{Model: "BG/NBD", Reason: reason, Detail: "of that"}
	return families(candidate{family: "BG/NBD", none: none}, nbd(-100))
}

const refusal = "BG/NBD was not fitted: of that: it is not among the models to choose from"

// ofGroup fits NBD, or another chosen model, to the histories of a group.
func ofGroup(group Group, chosen candidate, histories ...history) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Orders.FitFrom = &config.Day{Time: time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC)}
		var counts []btyd.HistoryCount
		for _, h := range histories {
			counts = append(counts, h.HistoryCount)
		}
		_, err := scoringOf(c).fitGroup(counts, group, *chosen.fit)
		return err
	}
}

// ofSpend fits a spend model to means of repeat purchases.
func ofSpend(channel string, counts ...spend.Count) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		model, err := spend.FitModel(spend.Sample{Form: spend.OnMeans, Counts: counts}, 1)
		scoringOf(c).warnOfSpend(Group{Channel: channel, Spend: model})
		return err
	}
}

// each is customers with so many repeats, one group of them for each mean value.
func each(customers int64, repeats int, means ...float64) (counts []spend.Count) {
	for _, mean := range means {
		counts = append(counts, spend.Count{Repeats: repeats, Purchases: repeats, Total: float64(repeats) * mean, Customers: customers})
	}
	return counts
}

// varied is repeat spend that determines a model: 20.77 is the mean of 30 · customers
// repeats.
func varied(customers int64) []spend.Count {
	counts := append(each(2*customers, 1, 5, 8, 10, 20, 30, 40), each(2*customers, 4, 10, 12.5, 15, 20, 30)...)
	return append(counts, each(customers, 4, 5, 75)...)
}

// heavy is repeat spend with a few who spend very much, and the least of a single
// repeat.
func heavy(least float64) []spend.Count {
	return append(each(10, 1, least, 3, 6, 10, 20, 40, 100, 300, 100, 500), each(10, 4, 8, 10, 12, 16, 25, 50, 120, 300, 100, 500)...)
}

// ranked is one customer for each number of repeats, who spends so much on each.
func ranked(means ...float64) (counts []spend.Count) {
	for i, mean := range means {
		counts = append(counts, each(1, i+1, mean)...)
	}
	return counts
}

func TestWarningsOfModels(t *testing.T) {
	const noValue = "nobody has a value, a lifecycle or a mark: "
	three := []history{of(50, 0, 0, 100), of(5, 1, 40, 100), of(5, 3, 90, 100)}
	fitFrom := &config.Day{Time: time.Date(2025, 9, 23, 0, 0, 0, 0, time.UTC)} // 100 days before
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // 2 · (100 - 97.01) = 5.98, and 5.99 would be needed
			Code:   "no_dropout",
			Raises: families(bgnbd(-97.01, ""), nbd(-100)),
			Says:   "no dropout is detectable: the best model of it raises 2 ln L by 5.98, and more than 5.99 would be needed, so the model is NBD, in which nobody ever leaves: the history may be short, or customers buy too rarely to be missed",
			Silent: families(bgnbd(-97, ""), nbd(-100)),
		},
		{
			Code:   "one_timers_only",
			Raises: ofHistories(nil, of(5, 0, 0, 100), of(5, 0, 0, 50)),
			Says:   noValue + "nobody has bought again, so nothing shows who will",
			Silent: ofHistories(nil, of(5, 0, 0, 100), of(5, 1, 40, 100)),
		},
		{ // two histories
			Code:   "no_model",
			Raises: ofHistories(nil, three[:2]...),
			Says:   noValue + "MBG/NBD was not fitted: 2 distinct histories cannot determine 4 parameters",
			Silent: ofHistories(nil, three...),
		},
		{ // all first purchased a day too early
			Code:   "no_model",
			Raises: ofHistories(fitFrom, of(50, 0, 0, 101)),
			Says:   noValue + "no customer first purchased on 2025-09-23 (orders.fit_from) or later",
			Silent: ofHistories(fitFrom, three...),
		},
		{ // customers leave, and no model of that has an optimum
			Code:   "dropout_without_model",
			Raises: families(candidate{family: "BG/NBD", none: &btyd.NoFitError{Model: "BG/NBD", Reason: btyd.Ridge, Detail: "of that", LogLikelihood: -97}}, nbd(-100)),
			Says:   "customers seem to leave, for dropout raises 2 ln L by 6.00, but no model of it has a fit, so the model is NBD, in which nobody ever leaves: the value is too high for customers who have been silent for long",
			Silent: families(candidate{family: "BG/NBD", none: &btyd.NoFitError{Model: "BG/NBD", Reason: btyd.Ridge, Detail: "of that", LogLikelihood: -97.01}}, nbd(-100)),
		},
		{ // where one has a fit, it is used
			Code:   "dropout_without_model",
			Raises: families(candidate{family: "BG/NBD", none: &btyd.NoFitError{Model: "BG/NBD", Reason: btyd.Ridge, Detail: "of that", LogLikelihood: -90}}, nbd(-100)),
			Says:   "customers seem to leave, for dropout raises 2 ln L by 20.00, but no model of it has a fit, so the model is NBD, in which nobody ever leaves: the value is too high for customers who have been silent for long",
			Silent: families(bgnbd(-90, ""), nbd(-100)),
		},
		{
			Code:   "channel_without_model",
			Raises: ofGroup(Group{Channel: "search"}, nbd(-100), three[0]),
			Says:   `channel "search" takes the parameters of the whole base: NBD was not fitted: no customer has purchased again`,
			Silent: ofGroup(Group{Channel: "search"}, nbd(-100), three...),
		},
		{ // who are unlike the others, but have bought no more
			Code:   "old_without_model",
			Raises: ofGroup(Group{Old: true}, nbd(-100), three[0]),
			Says:   "customers first seen before 2025-02-01 take the parameters of the others: NBD was not fitted: no customer has purchased again",
			Silent: ofGroup(Group{Old: true}, nbd(-100), three...),
		},
		{ // three histories are too few for BG/NBD
			Code:   "old_without_model",
			Raises: ofGroup(Group{Old: true}, bgnbd(-90, ""), three...),
			Says:   "customers first seen before 2025-02-01 are valued by NBD: BG/NBD was not fitted: 3 distinct histories cannot determine 4 parameters",
			Silent: ofGroup(Group{Channel: "search"}, bgnbd(-90, ""), three...),
		},
	})
}

// Families that are left out, or held at a boundary, and why.
func TestWarningsOfFamilies(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "model_at_boundary",
			Raises: families(bgnbd(-90, "one purchase rate for all customers"), nbd(-100)),
			Says:   "BG/NBD is fitted at the boundary of one purchase rate for all customers, with the parameter that runs away held",
			Silent: families(bgnbd(-90, ""), nbd(-100)),
		},
		{ // a family that runs to where nobody leaves is NBD, which is there
			Code:   "too_few_histories",
			Raises: refusedFor(btyd.TooFewHistories),
			Says:   refusal,
			Silent: refusedFor(btyd.NoDropout),
		},
		{
			Code:   "model_at_boundary",
			Raises: refusedFor(btyd.Boundary),
			Says:   refusal,
			Silent: refusedFor(btyd.NoDropout),
		},
		{
			Code:   "model_on_ridge",
			Raises: refusedFor(btyd.Ridge),
			Says:   refusal,
			Silent: refusedFor(btyd.NotConcave),
		},
		{
			Code:   "model_not_concave",
			Raises: refusedFor(btyd.NotConcave),
			Says:   refusal,
			Silent: refusedFor(btyd.NoOptimum),
		},
		{
			Code:   "model_without_optimum",
			Raises: refusedFor(btyd.NoOptimum),
			Says:   refusal,
			Silent: refusedFor(btyd.Ridge),
		},
	})
}

func TestWarningsOfSpend(t *testing.T) {
	var onePrice []spend.Count
	for repeats := 1; repeats <= 9; repeats++ {
		onePrice = append(onePrice, each(300, repeats, 20)...)
	}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // ranks 1, 3, 6, 5, 2, 4: 1 - 6 · 24 / 210 = .31; with 1, 3, 5, 6, 4, 2 it is 1 - 6 · 26 / 210 = .26
			Code:   "spend_goes_with_frequency",
			Raises: ofSpend("", ranked(10, 30, 60, 50, 20, 40)...),
			Says:   "customers who buy more often spend differently per purchase (Spearman's correlation 0.31, beyond 0.3 either way): expected purchase values are estimated within bands of repeat purchases",
			Silent: ofSpend("", ranked(10, 30, 50, 60, 40, 20)...),
		},
		{ // the other way round: 6, 4, 1, 2, 5, 3
			Code:   "spend_goes_with_frequency",
			Raises: ofSpend("search", ranked(60, 40, 10, 20, 50, 30)...),
			Says:   `customers of channel "search" who buy more often spend differently per purchase (Spearman's correlation -0.31, beyond 0.3 either way): expected purchase values are estimated within bands of repeat purchases`,
			Silent: ofSpend("search", ranked(60, 40, 20, 10, 30, 50)...),
		},
		{ // (5 · 10 + 10 · 10) / 15
			Code:   "no_spend_model",
			Raises: ofSpend("", append(each(5, 1, 10), each(5, 2, 10)...)...),
			Says:   "customers: every purchase is expected to be worth the mean of those to date, 10.00: Gamma-Gamma was not fitted: 2 distinct totals cannot determine 3 parameters",
			Silent: ofSpend("", varied(20)...),
		},
		{
			Code:   "spend_at_boundary",
			Raises: ofSpend("", onePrice...),
			Says:   "customers: Gamma-Gamma is fitted at the boundary of one mean spend for all customers, one value for all purchases of a customer; of a new customer a purchase is expected to be worth the pooled mean, 20.00",
			Silent: ofSpend("", varied(20)...),
		},
		{ // q is .88 and 1.02; (1080 + 4 · 1141) · 10 / (10 · 10 + 10 · 40)
			Code:   "spend_mean_infinite",
			Raises: ofSpend("", heavy(1)...),
			Says:   "customers: Gamma-Gamma's q is at most 1, so its mean spend is infinite and the pooled mean stands in, 112.88",
			Silent: ofSpend("", heavy(0.1)...),
		},
		{ // q is 3.2 either way, with a standard error of 1.2 and .4; (4 · 113 + 4 · 350 + 2 · 320) / 120
			Code:   "spend_mean_undetermined",
			Raises: ofSpend("", varied(2)...),
			Says:   "customers: Gamma-Gamma's q is within two standard errors of 1, so its mean spend is not determined and the pooled mean stands in, 20.77",
			Silent: ofSpend("", varied(20)...),
		},
	})
}

// Where spend goes with frequency, and nothing can be fitted by bands or otherwise, both
// are said.
func TestSpendThatGoesWithFrequencyAndHasNoModel(t *testing.T) {
	c := pipelinetest.NewContext()
	if err := ofSpend("", append(each(5, 1, 10), each(5, 2, 20)...)...)(c); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"customers who buy more often spend differently per purchase (Spearman's correlation 1.00, beyond 0.3 either way): expected purchase values are estimated within bands of repeat purchases",
		"customers: every purchase is expected to be worth the mean of those to date, 16.67: Gamma-Gamma was not fitted: 2 distinct totals cannot determine 3 parameters",
	}
	for i, warning := range c.Warnings {
		if i >= len(want) || warning.Message != want[i] {
			t.Errorf("%s", warning.Message)
		}
	}
	if len(c.Warnings) != len(want) {
		t.Errorf("%d warnings, want %d", len(c.Warnings), len(want))
	}
}

// tested is a model whose backtest is over so many days of orders, and ends in a
// judgement.
func tested(days int, judgement backtest.Judgement) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		asOf := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		c.Days = pipeline.Days{AsOf: asOf, Orders: []time.Time{asOf.AddDate(0, 0, -days), asOf}}
		s := scoringOf(c)
		if err := s.intake.Actions()["params"](context.Background()); err != nil {
			return err
		}
		s.models.groups = []Group{{Purchase: *nbd(-100).fit}}
		s.holdout.untested = s.intake.Holdout.WhyNone
		if s.intake.Holdout.Days > 0 {
			score := backtest.Score{Expected: 100, Actual: 100}
			s.holdout.result = &backtest.Result{Candidates: []backtest.Candidate{{Name: "NBD", Family: "NBD", Purchases: score}}}
			s.holdout.choice = s.holdout.result.Judge("NBD", false)
			s.judged = judgement
		}
		s.WarnOfTrust()
		return nil
	}
}

// even are so many customers with two gaps each that are off a half by so much.
func even(customers, deviationMillionths int64) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		enginetest.Put(c.Engine, "gap_shares", gapShares{customers, deviationMillionths})
		s := scoringOf(c)
		s.models.groups = []Group{{Purchase: *nbd(-100).fit}}
		return s.warnOfRegularity(context.Background())
	}
}

func TestWarningsOfRegularity(t *testing.T) {
	// (1 - 4 v) / (8 v) is 3 for a mean square v of 1/28
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "regular_purchases",
			Raises: even(56, 2_000_000),
			Says:   "the gaps between a customer's purchases are alike (k̂ 3.0, where 1 is a purchase at any time and groceries have about 2), as those of contracts and subscriptions: the models take purchases to come at random, and take a customer who has missed one for a customer still",
			Silent: even(56, 2_010_000),
		},
		{
			Code:   "regular_purchases",
			Raises: even(50, 0),
			Says:   "the gaps between a customer's purchases are all alike, as those of contracts and subscriptions: the models take purchases to come at random, and take a customer who has missed one for a customer still",
			Silent: even(49, 0),
		},
	})
}

func TestWarningsOfTrust(t *testing.T) {
	trusted := backtest.Judgement{Trust: backtest.Trusted}
	open := backtest.Judgement{Trust: backtest.Untested, Reasons: []string{"season untested", "too few customers"}}
	refused := backtest.Judgement{Trust: backtest.NotTrusted, Reasons: []string{"100 purchases were forecast and 60 came"}}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // a third of 20 days is less than a week
			Code:   "untested",
			Raises: tested(20, trusted),
			Says:   "nothing shows whether the figures that rest on the model deserve trust: 20 days of orders are too few for a backtest",
			Silent: tested(21, trusted),
		},
		{
			Code:   "untested",
			Raises: tested(21, open),
			Says:   "nothing shows whether the figures that rest on the model deserve trust: season untested; too few customers",
			Silent: tested(21, refused), // it is, and not trusted
		},
		{
			Code:   "not_trusted",
			Raises: tested(21, refused),
			Says:   "the figures that rest on the model do not deserve trust: 100 purchases were forecast and 60 came",
			Silent: tested(21, open),
		},
	})
}
