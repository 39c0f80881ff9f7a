package backtest

import (
	"fmt"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/pastdays"
)

// poolDays are the past days as pools see them, each made once.
type poolDays struct {
	past  Past
	terms Terms
	made  map[int]*poolDay
}

// poolDay is a past day as the pool sees it, its customers in the order of their test.
type poolDay struct {
	customers []PastCustomer
	fits      []btyd.Fit // of the families that the pool knows, to everybody
}

// observed returns the customers with what came in the holdout as it was known on a day
// that learns from it.
func (d *poolDay) observed(before int, look pastdays.Lookback) []pool.Observed {
	observed := make([]pool.Observed, len(d.customers))
	for i, c := range d.customers {
		c.Came = knownOn(before, c.Came, c.Revisions, look)
		observed[i] = c.observed(look.Place(look.HoldoutDays))
	}
	return observed
}

// at returns a past day: one on which nobody was known has no customers.
func (d *poolDays) at(before int) (*poolDay, error) {
	if day, ok := d.made[before]; ok {
		return day, nil
	}
	day := &poolDay{}
	d.made[before] = day
	place := slices.IndexFunc(d.past.Days, func(day PastDay) bool { return day.Before == before })
	if place < 0 || len(d.past.Days[place].Customers) == 0 {
		return day, nil
	}
	day.customers = d.past.Days[place].Sorted()
	holdout := d.past.Place(d.past.HoldoutDays)
	customers := make([]Customer, len(day.customers))
	for i, c := range day.customers {
		customers[i] = c.holdout(holdout)
	}
	t := newTest(customers, d.terms)
	err := t.fitTo([]int{everybody}, poolFamilies()...)
	if err == nil && len(t.fits[everybody]) == 0 && t.hasOld {
		t.keepOldApart(false) // as the family has it
		err = t.fitTo([]int{everybody}, poolFamilies()...)
	}
	for _, fit := range t.fits[everybody] {
		day.fits = append(day.fits, fit.Fit)
	}
	return day, err
}

// poolFamilies are the places of the families whose expectations the pool knows.
func poolFamilies() (places []int) {
	for place, family := range btyd.Families {
		switch family.Name() {
		case btyd.MBGNBD{}.Name(), btyd.NBD{}.Name():
			places = append(places, place)
		}
	}
	return places
}

// fit fits fading memory and the pool as of a past day, of which fits are the families'
// to everybody, on windows that end by it. A *btyd.NoFitError says that they determine
// none; a window of an earlier year that does not suffice is left out.
func (d *poolDays) fit(before int, fits []btyd.Fit) (Pooled, error) {
	var fitted Pooled
	var windows []pool.Window
	var of [][]btyd.Fit
	for _, begin := range d.past.PoolWindows(before) {
		day, err := d.at(begin)
		if err != nil {
			return fitted, err
		}
		observed := day.observed(before, d.past.Lookback)
		if err := pool.Suffices(observed); err != nil {
			if len(windows) == 0 {
				return fitted, err
			}
			continue
		}
		windows = append(windows, pool.Window{Customers: observed})
		of = append(of, day.fits)
		fitted.Windows = append(fitted.Windows, begin)
	}
	if len(windows) == 0 {
		return fitted, &btyd.NoFitError{Model: PoolName, Reason: btyd.TooFewHistories, Detail: fmt.Sprintf("there are too few days of files before its window, the last %d days", d.past.HoldoutDays)}
	}
	days, workers := d.past.HoldoutDays, d.terms.Workers
	memory, err := pool.FitMemory(windows[0].Customers, days, workers)
	if err != nil {
		return fitted, err
	}
	models, err := pool.ModelsOn(memory.Model, append(of, fits)...)
	if err != nil {
		return fitted, err
	}
	for i := range windows {
		windows[i].Models = models[i]
	}
	fitted.atWindows, fitted.Models = models[:len(windows)], models[len(windows)]
	fitted.Pool, err = pool.Fit(windows, days, workers)
	return fitted, err
}
