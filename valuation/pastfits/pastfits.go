// Package pastfits keeps what was fitted to past days, so that what asks for the same fit
// has it made once.
package pastfits

import (
	"slices"
	"sync"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
)

// Fits keeps what was fitted to the customers of past days. A day is a cutoff, a season to
// compare with and the begin of a window, of which each asks for some of the same fits:
// they are made once. It is safe for concurrent use.
type Fits struct {
	mutex  sync.Mutex
	bases  []*Base
	spends []*fittedSpend
}

// Base is the histories of a group of a day, and the fits to them by the places of
// their families in btyd.Families, each made when it is first asked for.
type Base struct {
	counts []btyd.HistoryCount
	base   func() (*btyd.Base, error)
	Fits   []func() (btyd.Fit, error)
}

// fittedSpend is what a form sees of the purchases of a group of a day, and the model of it.
type fittedSpend struct {
	sample spend.Sample
	model  func() (spend.Model, error)
}

// Purchases returns the fits to histories, each made when it is first asked for. workers
// changes no digit of them.
func (f *Fits) Purchases(counts []btyd.HistoryCount, workers int) *Base {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if at := slices.IndexFunc(f.bases, func(known *Base) bool { return slices.Equal(known.counts, counts) }); at >= 0 {
		return f.bases[at]
	}
	made := &Base{counts: counts, base: sync.OnceValues(func() (*btyd.Base, error) { return btyd.NewBase(counts, workers) })}
	for _, family := range btyd.Families {
		made.Fits = append(made.Fits, sync.OnceValues(func() (btyd.Fit, error) {
			base, err := made.base()
			if err != nil {
				return btyd.Fit{}, err
			}
			return family.Fit(base, workers)
		}))
	}
	f.bases = append(f.bases, made)
	return made
}

// Spending returns the spend model of a sample.
func (f *Fits) Spending(sample spend.Sample, workers int) (spend.Model, error) {
	return f.fittedSpend(sample, workers).model()
}

func (f *Fits) fittedSpend(sample spend.Sample, workers int) *fittedSpend {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if at := slices.IndexFunc(f.spends, func(known *fittedSpend) bool { return known.sample.Equal(sample) }); at >= 0 {
		return f.spends[at]
	}
	made := &fittedSpend{sample: sample, model: sync.OnceValues(func() (spend.Model, error) { return spend.FitModel(sample, workers) })}
	f.spends = append(f.spends, made)
	return made
}
