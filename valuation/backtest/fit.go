package backtest

import (
	"errors"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/spend"
)

// everybody is the key of what is fitted to all customers.
const everybody = 0

// test is a backtest under way.
type test struct {
	terms        Terms
	customers    []Customer // sorted
	firstToLater spend.FirstToLater
	groups       []int // fitted by themselves, ascending; nil where fewer than two are there
	fits         map[int][]familyFit
	spend        map[int]spend.Model
	unfitted     []*btyd.NoFitError
}

// familyFit is a fit of a family, by its place in btyd.Families.
type familyFit struct {
	family int
	btyd.Fit
}

func newTest(customers []Customer, terms Terms) *test {
	t := &test{terms: terms, customers: customers, fits: map[int][]familyFit{}, spend: map[int]spend.Model{}}
	seen := map[int]bool{}
	for _, c := range customers {
		if c.Positive == c.History.Repeats+1 {
			t.firstToLater.Add(c.History.Repeats, c.FirstSpend, c.RepeatSpend)
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
	return t
}

// fit fits purchases to everybody and to each group, by families that are given by their
// places in btyd.Families. What determines no model is left out.
func (t *test) fit(families ...int) error {
	type task struct{ group, family int }
	var tasks []task
	bases := map[int]*btyd.Base{}
	for _, group := range append([]int{everybody}, t.groups...) {
		base, err := btyd.NewBase(t.histories(group), t.terms.Workers)
		if err != nil {
			return err
		}
		bases[group] = base
		for _, family := range families {
			tasks = append(tasks, task{group, family})
		}
	}
	// Side by side: a fit has steps that one worker alone can do.
	fits, errs := make([]btyd.Fit, len(tasks)), make([]error, len(tasks))
	likelihood.EachChunk(len(tasks), t.terms.Workers, func(i int) {
		fits[i], errs[i] = btyd.Families[tasks[i].family].Fit(bases[tasks[i].group], t.terms.Workers)
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
		if group != everybody && c.Group != group {
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

// fitOf returns a family's fit to a group.
func (t *test) fitOf(group, family int) (btyd.Fit, bool) {
	for _, f := range t.fits[group] {
		if f.family == family {
			return f.Fit, true
		}
	}
	return btyd.Fit{}, false
}

// spendOf returns the spend of a group, everybody's where it has no model of
// its own.
func (t *test) spendOf(group int) spend.Model {
	if spend, own := t.spend[group]; own {
		return spend
	}
	return t.spend[everybody]
}
