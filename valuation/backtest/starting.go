package backtest

import (
	"math"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/effects"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/stat"
)

// WithStarts is added to the name of what the effects of first purchases are on.
const WithStarts = " with first orders"

// Starting is the effects of what customers' first purchases were on how often they
// purchase and on what a purchase is worth, beside a Rolling without: what they would have
// been at the cutoffs, each fitted on windows that end by it, and what they are as of as_of.
type Starting struct {
	// Contests are of the Rolling without and with the effects at its totals, a customer's
	// differences summed over the cutoffs at which the effects could be fitted; by the
	// deviance of purchases, and of the margin of those that came.
	// Nil where there are none.
	Purchases, Spend *Contest
	Customers        int // of the contests
	Cutoffs          []StartCutoff

	Today *StartEffects // nil where they could not be fitted as of as_of
	Why   string        // they could not
}

// StartEffects are effects as of a day, by the places of Past.Starts.
type StartEffects struct {
	Purchases, Spend effects.Effects // on ln of the purchases, and of what one is worth of somebody of whom none is known
	Windows          []int           // days before as_of on which the windows begin that they were fitted on
	Lessons          []StartLesson   // the windows as of as_of; none of those of a cutoff
}

// StartLesson is a window that effects are fitted on.
type StartLesson struct {
	Before    int // days before as_of, on which it begins
	People    []PastCustomer
	Purchases []float64                    // that were expected of each
	Spend     func(c Customer) spend.Model // of a customer
}

// StartCutoff is the effects at a cutoff, beside what is without them at the same totals.
type StartCutoff struct {
	StartEffects
	Before    int
	Customers int

	// Mean Poisson deviances in the holdout: of purchases, and of margin.
	Deviance, WithoutDeviance           float64
	SpendDeviance, WithoutSpendDeviance float64

	purchasing purchasing
	worth      []float64
}

// Won reports whether effects are to forecast a target: they won the contest, and could be
// fitted as of as_of.
func (s Starting) Won(target Target) bool {
	contest := s.Purchases
	if target == Margin {
		contest = s.Spend
	}
	return contest != nil && contest.Won() && s.Today != nil
}

// Deviances returns the mean deviances of a target over all cutoffs, with the effects and
// without.
func (s Starting) Deviances(target Target) (with, without float64) {
	customers := 0.
	for _, c := range s.Cutoffs {
		own, other := c.Deviances(target)
		n := float64(c.Customers)
		with, without, customers = with+n*own, without+n*other, customers+n
	}
	return with / customers, without / customers
}

// Deviances returns the mean deviances of a target, with the effects and without.
func (c StartCutoff) Deviances(target Target) (with, without float64) {
	if target == Margin {
		return c.SpendDeviance, c.WithoutSpendDeviance
	}
	return c.Deviance, c.WithoutDeviance
}

// Start fits the effects at every cutoff where they can be, and as of as_of, and holds the
// contests. Where the Rolling has the pool they are on what that expects; pooling is then
// what it has.
func (r Rolling) Start(past Past, pooling Pooling, terms Terms) (Starting, error) {
	var s Starting
	days := startDays{rolling: r, past: past, terms: terms, made: map[int]*hindcast{}, numbers: map[float64]int{}}
	var customers [][]Customer
	var ofPurchases, ofSpend [][2][]float64
	for _, c := range r.Cutoffs {
		var pooled *Pooled
		if place := slices.IndexFunc(pooling.Cutoffs, func(of PoolCutoff) bool { return of.Before == c.Before }); r.Pooled && place >= 0 {
			pooled = &pooling.Cutoffs[place].Pooled
		}
		fitted, err := days.fit(c.Before, pooled)
		if isNoFit(err) {
			continue
		}
		if err != nil {
			return s, err
		}
		fitted.Lessons = nil
		cutoff := StartCutoff{StartEffects: fitted, Before: c.Before, Customers: c.Customers}
		starts := days.startsOn(c.Before)
		cutoff.purchasing = newStartPurchasing(c.hindcast, past, starts, fitted.Purchases)
		cutoff.worth = c.hindcast.worthByStart(past, starts, fitted.Spend)
		purchases, spend := cutoff.deviances(c.hindcast, past)
		cutoff.WithoutDeviance, cutoff.Deviance = stat.Mean(purchases[0]), stat.Mean(purchases[1])
		cutoff.WithoutSpendDeviance, cutoff.SpendDeviance = stat.Mean(spend[0]), stat.Mean(spend[1])
		ofPurchases, ofSpend = append(ofPurchases, purchases), append(ofSpend, spend)
		customers = append(customers, c.hindcast.customers)
		s.Cutoffs = append(s.Cutoffs, cutoff)
	}
	if len(s.Cutoffs) > 0 {
		name := r.name()
		s.Purchases, s.Customers = contestOver(Contest{Target: Purchases, Holder: name, Challenger: name + WithStarts}, customers, ofPurchases)
		s.Spend, _ = contestOver(Contest{Target: Margin, Holder: name, Challenger: name + WithStarts}, customers, ofSpend)
	}
	var today *Pooled
	if r.Pooled {
		today = pooling.Today
	}
	fitted, err := days.fit(0, today)
	switch {
	case isNoFit(err):
		s.Why = err.Error()
	case err != nil:
		return s, err
	default:
		s.Today = &fitted
	}
	return s, nil
}

// WithStart returns the Rolling of the procedure in which effects forecast purchases, or
// what one is worth, or both.
func (r Rolling) WithStart(s Starting, purchases, spend bool) Rolling {
	instead := map[int]*hindcast{}
	for before, made := range r.instead {
		instead[before] = made
	}
	for _, c := range s.Cutoffs {
		place := slices.IndexFunc(r.Cutoffs, func(of Cutoff) bool { return of.Before == c.Before })
		made := *r.Cutoffs[place].hindcast
		if purchases {
			made.purchasing = c.purchasing
		}
		if spend {
			made.worth = c.worth
		}
		instead[c.Before] = &made
	}
	r.instead, r.Cutoffs = instead, nil
	r.makeCutoffs()
	return r
}

// deviances returns those of each customer's purchases in the holdout, without and with the
// effects; and those of the margin of the purchases that came, by what one is worth without
// and with: how many there are is not asked of it.
func (c StartCutoff) deviances(h *hindcast, past Past) (ofPurchases, ofSpend [2][]float64) {
	holdout := past.Place(past.HoldoutDays)
	_, margin := h.outcomes()
	without, with := *h, *h
	with.purchasing = c.purchasing
	ofPurchases = [2][]float64{without.purchaseDeviances(holdout), with.purchaseDeviances(holdout)}
	for k, worth := range [][]float64{h.worth, c.worth} {
		predicted := make([]float64, len(worth))
		for i := range predicted {
			predicted[i] = float64(h.customers[i].Purchases) * worth[i]
		}
		ofSpend[k] = margin.Deviances(predicted)
	}
	return ofPurchases, ofSpend
}

// startPurchasing is what another expects, with effects, at its totals: of each group that
// this has a fit of its own for, over each window.
type startPurchasing struct {
	purchasing
	holdout int         // its window
	means   [][]float64 // by window
}

func newStartPurchasing(h *hindcast, past Past, starts [][]int, of effects.Effects) *startPurchasing {
	q := &startPurchasing{purchasing: h.purchasing, holdout: past.Place(past.HoldoutDays)}
	groups := h.startGroups(starts)
	for w := range past.Windows() {
		without := h.purchases(w)
		means := make([]float64, len(without))
		for i := range means {
			means[i] = without[i] * math.Exp(of.Of(starts[i], past.Starts))
		}
		scaleTo(means, without, groups)
		q.means = append(q.means, means)
	}
	return q
}

func (q *startPurchasing) purchases(window int) []float64 { return q.means[window] }

func (q *startPurchasing) variances(ratio float64) []float64 {
	variances, without := q.purchasing.variances(ratio), q.purchasing.purchases(q.holdout)
	for i, mean := range without {
		if mean > 0 {
			factor, poisson := q.means[q.holdout][i]/mean, ratio*mean
			variances[i] = factor*poisson + factor*factor*max(0, variances[i]-poisson)
		}
	}
	return variances
}

// worthByStart returns the expected margin of each customer's purchases with effects, at
// the total of the holdout in each group.
func (h *hindcast) worthByStart(past Past, starts [][]int, of effects.Effects) []float64 {
	expected := h.purchases(past.Place(past.HoldoutDays))
	worth := make([]float64, len(expected))
	with, without := make([]float64, len(expected)), make([]float64, len(expected))
	for i, c := range h.customers {
		worth[i] = h.worth[i] * c.startFactor(h.spend[h.spendGroup(c)], math.Exp(of.Of(starts[i], past.Starts)))
		without[i], with[i] = expected[i]*h.worth[i], expected[i]*worth[i]
	}
	unscaled := slices.Clone(with)
	scaleTo(with, without, h.startGroups(starts))
	for i := range worth {
		if unscaled[i] != 0 {
			worth[i] *= with[i] / unscaled[i]
		}
	}
	return worth
}

// startFactor returns what a factor of what a purchase is worth before any is known makes
// of its value once a customer's purchases are: p (γ + S) / (p n + q - 1) becomes that of
// γ times the factor.
func (c Customer) startFactor(model spend.Model, factor float64) float64 {
	of, total := model.Bands[model.Place(c.History.Repeats)].Model, c.total(model.Form)
	if of == nil || c.counted(model.Form) == 0 {
		return factor
	}
	return (of.Gamma*factor + total) / (of.Gamma + total)
}

// spendModel returns the model of what a purchase of a customer is worth.
func (h *hindcast) spendModel(c Customer) spend.Model { return h.spend[h.spendGroup(c)] }

// unstarted is the group of those whose first purchase is not known.
const unstarted = math.MinInt

// startGroups returns the groups that effects leave the totals of: of those who have
// effects, by the group whose fit forecasts them and their band of repeats.
func (h *hindcast) startGroups(starts [][]int) []int {
	groups := make([]int, len(h.customers))
	for i, c := range h.customers {
		groups[i] = unstarted
		if len(starts[i]) > 0 {
			groups[i] = h.modelGroup(c)*effects.Bands + effects.Band(c.History.Repeats)
		}
	}
	return groups
}

// startDays are the past days on which windows begin that effects are fitted on, each made
// once.
type startDays struct {
	rolling Rolling
	past    Past
	terms   Terms
	made    map[int]*hindcast
	numbers map[float64]int // of customers, who are known by U
}

// number returns the number of a customer among those of all windows.
func (d *startDays) number(c PastCustomer) int {
	number, known := d.numbers[c.U]
	if !known {
		number = len(d.numbers)
		d.numbers[c.U] = number
	}
	return number
}

// at returns what the family would have forecast on a past day, nil where it had no fit.
func (d *startDays) at(before int) (*hindcast, error) {
	if made := d.rolling.days[before]; made != nil {
		return made, nil
	}
	if made, known := d.made[before]; known {
		return made, nil
	}
	made, err := newHindcast(d.day(before), d.past.Lookback, d.rolling.Procedure, d.terms, true)
	d.made[before] = made
	return made, err
}

func (d *startDays) day(before int) PastDay {
	for _, day := range d.past.Days {
		if day.Before == before {
			return day
		}
	}
	return PastDay{Before: before}
}

// startsOn returns what the first purchases were of the customers of a past day, in the
// order of their test.
func (d *startDays) startsOn(before int) [][]int {
	var starts [][]int
	for _, c := range d.day(before).Sorted() {
		starts = append(starts, c.Starts)
	}
	return starts
}

// fit fits the effects as of a past day, on what the pool expected in its windows, the
// family for a nil one. A *btyd.NoFitError says that the windows do not suffice.
func (d *startDays) fit(before int, pooled *Pooled) (StartEffects, error) {
	var fitted StartEffects
	var ofPurchases, ofSpend [][]effects.Subject
	for _, begin := range d.past.PoolWindows(before) {
		made, err := d.at(begin)
		if err != nil {
			return fitted, err
		}
		var observed []pool.Observed
		people := slices.Clone(d.day(begin).Sorted())
		window := d.past.Place(d.past.HoldoutDays)
		for i := range people {
			people[i].Came = knownOn(before, people[i].Came, people[i].Revisions, d.past.Lookback)
			observed = append(observed, people[i].observed(window))
		}
		if err := pool.Suffices(observed); err != nil || made == nil {
			continue
		}
		expected := made.purchases(window)
		if pooled != nil {
			place := slices.Index(pooled.Windows, begin)
			if place < 0 {
				continue
			}
			expected = make([]float64, len(observed))
			for i, c := range observed {
				expected[i] = pooled.Pool.Expected(pooled.atWindows[place], c.Customer)
			}
		}
		ofPurchases = append(ofPurchases, d.purchaseSubjects(people, expected, window)...)
		if len(ofSpend) == 0 {
			// all purchases up to the day; those of an earlier window are among them
			ofSpend = append(ofSpend, d.spendSubjects(made, people, window))
		}
		fitted.Windows = append(fitted.Windows, begin)
		fitted.Lessons = append(fitted.Lessons, StartLesson{begin, people, expected, made.spendModel})
	}
	if len(fitted.Windows) == 0 {
		return fitted, &btyd.NoFitError{
			Model: "the effects of first orders", Reason: btyd.TooFewHistories,
			Detail: "there are too few days of files, customers or purchases for a window that ends by the day",
		}
	}
	fitted.Purchases, fitted.Spend = effects.Fit(ofPurchases, d.past.Starts), effects.Fit(ofSpend, d.past.Starts)
	return fitted, nil
}

// purchaseSubjects returns the customers of a window by their band of repeats, given how
// many purchases were expected of each.
func (d *startDays) purchaseSubjects(people []PastCustomer, expected []float64, window int) [][]effects.Subject {
	subjects := make([][]effects.Subject, effects.Bands)
	for i, c := range people {
		if len(c.Starts) > 0 {
			of := &subjects[effects.Band(c.History.Repeats)]
			*of = append(*of, effects.Subject{Customer: d.number(c), Values: c.Starts, Observed: float64(c.Came[window].Purchases), Expected: expected[i]})
		}
	}
	return subjects
}

// spendSubjects returns the customers of a window with the mean value of their purchases up
// to its end, of which that of somebody without any is expected.
func (d *startDays) spendSubjects(h *hindcast, people []PastCustomer, window int) (subjects []effects.Subject) {
	for i, c := range people {
		model, came := h.spendModel(h.customers[i]), c.Came[window]
		purchases := c.counted(model.Form) + came.Purchases
		if len(c.Starts) > 0 && purchases > 0 {
			subjects = append(subjects, effects.Subject{
				Customer: d.number(c), Values: c.Starts, Observed: (c.total(model.Form) + came.Revenue) / float64(purchases), Expected: model.Expected(c.History.Repeats, 0, 0),
			})
		}
	}
	return subjects
}
