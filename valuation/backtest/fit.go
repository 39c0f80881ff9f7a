package backtest

import (
	"errors"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/contest"
	"cbv/valuation/pastfits"
)

// The keys of what is fitted: to all customers, or all but the old where these have fits
// of their own; to the old.
const (
	everybody = 0
	oldOnes   = -1
)

// LeastRepeaters is the number of repeat customers, among the old and among the others,
// from which the old ones have fits of their own: fewer determine no parameters to speak
// of.
const LeastRepeaters = 50

// test is a backtest under way.
type test struct {
	terms     Terms
	customers []Customer // sorted
	groups    []int      // fitted by themselves, ascending; nil where fewer than two are there
	hasOld    bool       // old customers have fits of their own
	fits      map[int][]familyFit
	spend     spends
	unfitted  []*btyd.NoFitError
	earlier   []*earlierTest // at other cutoffs, for the choices
	sums      *contest.Sums  // of the customers of this cutoff, then of the earlier ones
}

// familyFit is a fit of a family, by its place in btyd.Families.
type familyFit struct {
	family int
	btyd.Fit
}

func newTest(customers []Customer, terms Terms) *test {
	if terms.Fits == nil {
		terms.Fits = &pastfits.Fits{}
	}
	t := &test{terms: terms, customers: customers}
	seen := map[int]bool{}
	var old, others int // repeaters
	for _, c := range customers {
		switch {
		case c.History.Repeats == 0:
		case c.Old:
			old++
		default:
			others++
		}
		if c.Group != everybody && !seen[c.Group] {
			seen[c.Group] = true
			t.groups = append(t.groups, c.Group)
		}
	}
	slices.Sort(t.groups)
	if len(t.groups) < 2 {
		t.groups = nil
	}
	t.keepOldApart(min(old, others) >= LeastRepeaters)
	return t
}

// keepOldApart fits the old customers by themselves, or else with the others.
func (t *test) keepOldApart(apart bool) {
	t.hasOld = apart
	for i := range t.customers {
		t.customers[i].apart = apart && t.customers[i].Old
	}
}

// fittedApart returns the groups that are fitted beside everybody.
func (t *test) fittedApart() []int {
	if t.hasOld {
		return append([]int{oldOnes}, t.groups...)
	}
	return t.groups
}

// group returns the fit group of a customer, everybody where it is none of its own.
func (c Customer) group() int {
	if c.apart {
		return oldOnes
	}
	return c.Group
}

// isIn reports whether what is fitted to a group is fitted to the customer.
func (c Customer) isIn(group int) bool {
	return c.group() == group || group == everybody && !c.apart
}

// fit fits purchases to everybody and to each group, by families that are given by their
// places in btyd.Families. What determines no model is left out.
func (t *test) fit(families ...int) error {
	return t.fitTo(append([]int{everybody}, t.fittedApart()...), families...)
}

// fitTo is fit for given groups.
func (t *test) fitTo(groups []int, families ...int) error {
	t.fits, t.unfitted = map[int][]familyFit{}, nil
	type task struct{ group, family int }
	var tasks []task
	known := map[int]*pastfits.Base{}
	for _, group := range groups {
		known[group] = t.terms.Fits.Purchases(t.histories(group), t.terms.Workers)
		for _, family := range families {
			tasks = append(tasks, task{group, family})
		}
	}
	// Side by side: a fit has steps that one worker alone can do.
	fits, errs := make([]btyd.Fit, len(tasks)), make([]error, len(tasks))
	likelihood.EachChunk(len(tasks), t.terms.Workers, func(i int) {
		fits[i], errs[i] = known[tasks[i].group].Fits[tasks[i].family]()
	})
	for i, task := range tasks {
		var none *btyd.NoFitError
		switch {
		case errors.As(errs[i], &none):
			if task.group == everybody {
				t.unfitted = append(t.unfitted, none)
			}
		case errs[i] != nil:
			return errs[i]
		default:
			t.fits[task.group] = append(t.fits[task.group], familyFit{task.family, fits[i]})
		}
	}
	return nil
}

// allFamilies are the places of all families.
func allFamilies() []int {
	families := make([]int, len(btyd.Families))
	for i := range families {
		families[i] = i
	}
	return families
}

// histories returns the histories of a group's customers.
func (t *test) histories(group int) []btyd.HistoryCount {
	var counts []btyd.HistoryCount
	for _, c := range t.customers {
		if !c.isIn(group) {
			continue
		}
		if last := len(counts) - 1; last >= 0 && counts[last].History == c.History {
			counts[last].Customers++
		} else {
			counts = append(counts, btyd.HistoryCount{History: c.History, Customers: 1})
		}
	}
	return counts
}

// modelOf returns the model that forecasts a group by a family: its own; of old customers
// without one that of the next family in order which has; else everybody's.
func (t *test) modelOf(group, family int) btyd.Model {
	fit, own := t.fitOf(group, family)
	for next := 1; group == oldOnes && !own && next < len(btyd.Families); next++ {
		fit, own = t.fitOf(group, (family+next)%len(btyd.Families))
	}
	if !own {
		fit, _ = t.fitOf(everybody, family)
	}
	return fit.Model
}

// fitOf returns a family's fit to a group.
func (t *test) fitOf(group, family int) (btyd.Fit, bool) {
	for _, f := range t.fits[group] {
		if f.family == family {
			return f.Fit, true
		}
	}
	return btyd.Fit{}, false
}
