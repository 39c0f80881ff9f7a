package backtest

import (
	"fmt"
	"math"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/pastdays"
	"cbv/valuation/recentvalue"
	"cbv/valuation/season"
	"cbv/valuation/trust"
)

// seasonReach is over how many times the days of files before a day its forecast is
// compared with what came. Of customers of two or three months nobody knows who stays for a
// year: in sound simulated shops of 426 to 455 days such forecasts were off by 25 % more or
// less, up to eight of their standard errors, and corrected by that of a year ago today's
// was off by up to 30 %, and by 15 % as it is.
const seasonReach = 3

// Past is what is known of a shop's past days.
type Past struct {
	pastdays.Lookback
	Days []PastDay // those of Lookback.Days; of others nothing is asked

	// Starts says of which attribute each value is that first purchases are told apart by,
	// the values of one attribute being neighbours; none: they are not told apart.
	Starts []int

	// Recent is by the days of TestedQuarters; without those of as_of the value of recent
	// purchases is not tested.
	Recent map[int][]recentvalue.Customer
}

// Holdout returns the customers of a cutoff with what came of them in the holdout.
func (p Past) Holdout(before int) []Customer {
	window := p.Place(p.HoldoutDays)
	var customers []Customer
	for _, day := range p.Days {
		if day.Before == before {
			for _, c := range day.Customers {
				customers = append(customers, c.holdout(window))
			}
		}
	}
	return customers
}

// Earlier returns the customers of each cutoff but one.
func (p Past) Earlier(but int) [][]Customer {
	var list [][]Customer
	for _, before := range p.Cutoffs {
		if customers := p.Holdout(before); before != but && len(customers) > 0 {
			list = append(list, customers)
		}
	}
	return list
}

// holdout returns the customer with what came in a window.
func (c PastCustomer) holdout(window int) Customer {
	customer := c.Customer
	customer.Purchases, customer.Margin = c.Came[window].Purchases, c.Came[window].Margin
	return customer
}

// Rolling is what the procedure would have forecast on the cutoffs, each with what was
// known on it, and the same-season ratios that correct what it forecasts as of today.
type Rolling struct {
	pastdays.Lookback
	Procedure
	Cutoffs []Cutoff
	Ratios  []Ratio // of today, by target, then by window
	Recent  *recentvalue.Value

	RecentTotal   *RecentTotal
	maxTotalError float64
	calendar      pastdays.Calendar
	basis         trust.Basis
	days          map[int]*hindcast

	// instead are the forecasts at cutoffs by what is chosen after the family, where it
	// could be fitted: the pool, or the effects of first purchases.
	instead map[int]*hindcast

	pooledOn []int // the cutoffs, in days before as_of, at which the pool could be fitted, where the procedure has it
}

// Cutoff is the procedure's forecast on a past day.
type Cutoff struct {
	Before    int
	Customers int
	Family    string    // the procedure's, or the one that stood in where it had no fit
	Ratios    [2]Ratio  // its own, of purchases and of margin over the holdout
	Totals    [2]Total  // of purchases and of margin, with the ratio
	Judged    bool      // the totals count for trust and for the forecast error
	variances []float64 // of each customer's purchases, by the model and with the ratio
	hindcast  *hindcast
}

// ModelOf returns the model by which the customers of a fit group are forecast at the
// cutoff, old ones or others.
func (c Cutoff) ModelOf(group int, old bool) btyd.Model {
	h := c.hindcast
	fit, _ := h.fitOf(h.modelGroup(Customer{Group: group, apart: old && h.hasOld}), h.family)
	return fit.Model
}

// targets are what is tested, in the order of Cutoff.Totals.
var targets = [...]Target{Purchases, Margin}

// Roll makes the forecasts of a procedure on past days. A cutoff on which no family has
// a fit, or on which nobody had purchased, is left out. The error is a customer who
// cannot be.
func Roll(past Past, procedure Procedure, terms Terms) (Rolling, error) {
	r := Rolling{
		Lookback: past.Lookback, Procedure: procedure,
		maxTotalError: terms.MaxTotalError, calendar: terms.Calendar, basis: terms.Basis, days: map[int]*hindcast{},
	}
	wanted, forecast := past.Lookback.Days(), past.ForecastDays()
	var days []PastDay
	for _, day := range past.Days {
		if !slices.Contains(wanted, day.Before) {
			continue
		}
		for i, c := range day.Customers {
			if err := c.check(); err != nil {
				return r, fmt.Errorf("%d days before as_of, customer %d: %w", day.Before, i, err)
			}
			if len(c.Came) != len(past.Windows()) {
				return r, fmt.Errorf("%d days before as_of, customer %d: what came in %d windows, want %d", day.Before, i, len(c.Came), len(past.Windows()))
			}
		}
		if slices.Contains(forecast, day.Before) {
			days = append(days, day)
		}
	}
	// Side by side: much of a forecast is steps that one worker alone can do.
	made, errs := make([]*hindcast, len(days)), make([]error, len(days))
	likelihood.EachChunk(len(days), terms.Workers, func(i int) {
		made[i], errs[i] = newHindcast(days[i], past.Lookback, procedure, terms, false)
	})
	for i, day := range days {
		if errs[i] != nil {
			return r, errs[i]
		}
		if made[i] != nil {
			r.days[day.Before] = made[i]
		}
	}
	for _, target := range targets {
		for _, days := range past.Windows() {
			r.Ratios = append(r.Ratios, r.ratio(target, 0, days))
		}
	}
	r.makeCutoffs()
	r.RecentTotal = r.recentTotal()
	for _, before := range slices.Backward(past.TestedQuarters()) { // that of a year ago first
		value, err := recentvalue.Of(past.Recent[before], terms.Workers)
		if err != nil {
			return r, err
		}
		if value != nil {
			value.YearAgo = r.Recent
		}
		r.Recent = value
	}
	return r, nil
}

// Settled returns the Rolling without what only Pool, Start and what they are joined with
// need: the forecasts of days that are no cutoffs.
func (r Rolling) Settled() Rolling {
	r.days, r.instead = nil, nil
	return r
}

// ratio returns the same-season ratio of the days after a past day, from what was known
// on it. Of a cutoff that of the holdout is asked, in which returns that came later are
// not known; of as_of that of every window.
func (r Rolling) ratio(target Target, before, windowDays int) Ratio {
	var years []season.YearRatio
	for _, day := range r.SameSeason(before) {
		made := r.days[day]
		if made == nil || windowDays > day-before { // the window ends by the day itself
			continue
		}
		if seasonReach*(r.SpanDays-day) < windowDays {
			continue
		}
		made = made.knownOn(before, r.Lookback)
		window := r.Place(windowDays)
		came := 0
		for i := range made.customers {
			came += made.came[i][window].Purchases
		}
		total := made.total(target, window, nil)
		if year, ok := season.NewYear(day, total.Actual, total.Expected, total.Customers+total.Parameters, came); ok {
			years = append(years, year)
		}
	}
	return season.New(target, windowDays, years)
}

// knownRatio returns the ratio by which a forecast of a past day is judged: one as
// uncertain as a total of which nothing is said is none. A few months of a small shop say
// nothing of its next year.
func (r Rolling) knownRatio(target Target, before, windowDays int) Ratio {
	ratio := r.ratio(target, before, windowDays)
	if ratio.StandardError > mostStandardError {
		return season.New(target, windowDays, nil)
	}
	return ratio
}

// makeCutoffs makes the forecasts on the cutoffs. Totals are judged on those that had a
// season to compare with; where none had, on all but the one a year ago, and those that are
// nearly it, whose miss is what today's ratio repairs.
func (r *Rolling) makeCutoffs() {
	window := r.Place(r.HoldoutDays)
	seasonal := false
	for _, before := range r.Lookback.Cutoffs {
		made := r.days[before]
		if chosen := r.instead[before]; chosen != nil {
			made = chosen
		}
		if made == nil {
			continue
		}
		c := Cutoff{Before: before, Customers: len(made.customers), Family: made.familyName(), hindcast: made}
		for i, target := range targets {
			c.Ratios[i] = r.knownRatio(target, before, r.HoldoutDays)
			c.Totals[i] = made.total(target, window, nil)
			c.Totals[i].Expected *= c.Ratios[i].Multiplier
		}
		c.Judged = c.Ratios[0].Tested()
		seasonal = seasonal || c.Judged
		c.variances = made.variances(c.Ratios[0].Multiplier)
		r.Cutoffs = append(r.Cutoffs, c)
	}
	for i := range r.Cutoffs {
		if c := &r.Cutoffs[i]; !seasonal {
			c.Judged = !r.IsNearlyYearOld(c.Before)
		}
	}
}

// Ratio returns today's ratio of a target over a window, nothing tested for a window
// that is none of Lookback.Windows.
func (r Rolling) Ratio(target Target, windowDays int) Ratio {
	for _, ratio := range r.Ratios {
		if ratio.Target == target && ratio.WindowDays == windowDays {
			return ratio
		}
	}
	return season.New(target, windowDays, nil)
}

// ErrorVariance returns the forecast error of the base's total: what is added to the
// variance of its logarithm.
func (r Rolling) ErrorVariance(target Target) float64 {
	return ErrorVariance(r.Misses(target, nil), priorError(r.Ratio(target, r.HorizonDays).Tested()))
}

// ErrorVarianceOf returns that of some customers' total: what those who were in at the
// cutoffs missed, shrunk towards the base's.
func (r Rolling) ErrorVarianceOf(target Target, in func(Known) bool) float64 {
	return ErrorVariance(r.Misses(target, in), r.ErrorVariance(target))
}

// StandardError returns that of the logarithm of the base's margin on the nearest cutoff,
// of customers and parameters alone; NaN where there is none.
func (r Rolling) StandardError() float64 {
	nearest, deviation := 0, math.NaN()
	for _, c := range r.Cutoffs {
		if nearest == 0 || c.Before < nearest {
			total := c.Totals[slices.Index(targets[:], Margin)]
			nearest, deviation = c.Before, math.Sqrt(total.Customers+total.Parameters)
		}
	}
	return deviation
}

// Known is a customer at a cutoff, and the margin that was expected of them over the
// horizon.
type Known struct {
	Customer Customer
	Margin   float64
}

// Misses returns the misses of a target's totals on the judged cutoffs: of the
// customers who were in at a cutoff, by what was known and expected of them, of all for a
// nil in.
func (r Rolling) Misses(target Target, in func(Known) bool) []Miss {
	var misses []Miss
	for _, c := range r.Cutoffs {
		if !c.Judged {
			continue
		}
		place := slices.Index(targets[:], target)
		total := c.Totals[place]
		if in != nil {
			total = c.total(target, r.Place(r.HoldoutDays), r.members(c, in))
		}
		if miss, ok := newMiss(total, c.Ratios[place]); ok {
			misses = append(misses, miss)
		}
	}
	return misses
}

// members returns who was in at a cutoff, by what was known and expected of them.
func (r Rolling) members(c Cutoff, in func(Known) bool) func(customer int) bool {
	horizon := r.Place(r.HorizonDays)
	return func(i int) bool {
		return in(Known{Customer: c.hindcast.customers[i], Margin: c.Ratios[1].Multiplier * c.hindcast.expected(Margin, horizon, i)})
	}
}

// ShareVariance returns the variance of the logarithm of some customers' total that the
// errors of the pool's coefficients leave in how the base's is distributed: that of those
// who were in at the cutoffs with a pool, on average, as their misses count it. It is 0
// where the procedure has no pool.
func (r Rolling) ShareVariance(target Target, in func(Known) bool) float64 {
	sum, cutoffs := 0., 0.
	for _, c := range r.Cutoffs {
		if !slices.Contains(r.pooledOn, c.Before) {
			continue
		}
		if variance, ok := c.shareVariance(target, r.Place(r.HoldoutDays), r.members(c, in)); ok {
			sum, cutoffs = sum+variance, cutoffs+1
		}
	}
	return sum / max(1, cutoffs)
}

// shareVariance returns that of one cutoff, false where nothing is expected of who is in.
func (c Cutoff) shareVariance(target Target, window int, in func(customer int) bool) (variance float64, ok bool) {
	var members []int
	var amounts []float64
	total := 0.
	for i := range c.hindcast.customers {
		if in(i) {
			amount := c.hindcast.expected(target, window, i)
			members, amounts, total = append(members, i), append(amounts, amount), total+amount
		}
	}
	if !(total > 0) {
		return 0, false
	}
	return c.hindcast.shareVariance(members, amounts) / (total * total), true
}

// total returns a target's total of some customers at the cutoff, with its ratio.
func (c Cutoff) total(target Target, window int, in func(customer int) bool) Total {
	total := c.hindcast.total(target, window, in)
	total.Expected *= c.Ratios[slices.Index(targets[:], target)].Multiplier
	return total
}
