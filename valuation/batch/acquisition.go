package batch

import (
	"cmp"
	"context"
	"database/sql/driver"
	"math"
	"slices"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/engine"
	"cbv/valuation/stat"
)

// The periods of channels.
const (
	monthly   = "month"
	quarterly = "quarter"
	yearly    = "year"
	trailing  = "trailing_12m"
)

// trailingFrom is the first day of the trailing period, over which acquisition is
// judged: 12 months, for spend booked by the month is then whole in leap years too;
// or fewer, where newcomers are known for new from a later day on.
func (r *run) trailingFrom() time.Time {
	from := yearTo(r.asOf).from
	if fitFrom := r.Config.Orders.FitFrom; fitFrom != nil && fitFrom.After(from) {
		from = fitFrom.Time
	}
	return from
}

// periods makes the table of the months, quarters and years from the first
// order or spend to as_of, and of the trailing period; and that of the ones whose
// spend is not all known.
func periods(ctx context.Context, r *run) error {
	spend, err := r.readSpendCalendar(ctx)
	if err != nil {
		return err
	}
	r.spendDays = spend.all
	r.doubtSpend(spend)
	start := r.asOf
	if len(r.orderDays) > 0 && r.orderDays[0].Before(start) {
		start = r.orderDays[0]
	}
	if len(spend.all) > 0 && spend.all[0].Before(start) {
		start = spend.all[0]
	}
	rows := [][]driver.Value{{trailing, r.trailingFrom(), r.asOf, true}}
	for _, calendar := range []struct {
		name   string
		months int
	}{{monthly, 1}, {quarterly, 3}, {yearly, 12}} {
		for from := startOf(start, calendar.months); !from.After(r.asOf); from = from.AddDate(0, calendar.months, 0) {
			to := from.AddDate(0, calendar.months, -1)
			rows = append(rows, []driver.Value{calendar.name, from, to, !to.After(r.asOf)})
		}
	}
	if err := r.spendGaps(ctx, spend, rows); err != nil {
		return err
	}
	return r.engine.Rows(ctx, "periods", []engine.Column{
		{Name: "period", Type: "varchar"}, {Name: "period_start", Type: "date"}, {Name: "period_end", Type: "date"}, {Name: "is_whole", Type: "boolean"},
	}, rows)
}

// acquired is how customers came: by which channel, when, and for how much.
type acquired struct {
	channel    string
	month      time.Time
	isTrailing bool
}

// agedMoney is what customers brought at one age.
type agedMoney struct{ age, minor int64 }

// newcomers is how many customers came on one day.
type newcomers struct {
	day       time.Time
	customers int64
}

// costRow is a row of channel_costs.
type costRow struct {
	period, scope, channel, reason string
	start, end                     time.Time
	spendMinor                     int64
	cac                            *float64 // minor units
}

// acquisition is what paybacks are told from.
type acquisition struct {
	costs    []costRow
	came     map[string][]newcomers // by channel
	activity map[acquired][]agedMoney
	waits    map[string]map[acquired][]stat.EventCount // by target
}

// paybacks tells for each row of channel_costs at which age its new customers
// have paid their cost back: on average, and the median customer.
func paybacks(ctx context.Context, r *run) error {
	a, err := r.readAcquisition(ctx)
	if err != nil {
		return err
	}
	rate := 1.0
	if r.Config.Value.MarginRate != nil {
		rate = *r.Config.Value.MarginRate
	}
	var rows [][]driver.Value
	for _, cost := range a.costs {
		row := []driver.Value{cost.period, cost.start, cost.scope, cost.channel, nil, cost.reason, nil, nil, nil, cost.reason}
		if cost.cac != nil {
			channels := a.channelsOf(cost)
			row[5], row[9] = notYet, notYet
			if age, ok := a.payback(cost, channels, rate, r.asOf); ok {
				row[4], row[5] = age, ""
			}
			waits := a.waitsOf(cost, channels)
			median, low, high := medianDay(stat.KaplanMeier(waits))
			switch row[6], row[7], row[8] = median, low, high; {
			case median != nil:
				row[9] = ""
			case len(waits) == 0:
				row[9] = noMonthlyCost
			}
		}
		rows = append(rows, row)
	}
	return r.engine.Rows(ctx, "paybacks", []engine.Column{
		{Name: "period", Type: "varchar"}, {Name: "period_start", Type: "date"}, {Name: "scope", Type: "varchar"}, {Name: "channel", Type: "varchar"},
		{Name: "payback_days", Type: "bigint"}, {Name: "payback_reason", Type: "varchar"},
		{Name: "median_payback_days", Type: "bigint"}, {Name: "median_payback_low", Type: "bigint"},
		{Name: "median_payback_high", Type: "bigint"}, {Name: "median_payback_reason", Type: "varchar"},
	}, rows)
}

// newcomerCurve makes the table of how many discounted repeat purchases the model
// of each fit group expects of a newcomer by each age up to the horizon, in
// millionths, so that sums do not depend on their order.
func newcomerCurve(ctx context.Context, r *run) error {
	horizon, delta := r.horizon()
	var rows [][]driver.Value
	for number, group := range r.models.groups {
		model := group.purchase.Model
		pAlive, future := model.PAlive(btyd.History{}), model.Future(0, 0)
		for age := 0; r.Config.HasSpend() && age <= int(horizon); age++ {
			purchases := 0.0
			if age > 0 {
				purchases = pAlive * future.Discounted(float64(age), delta)
			}
			rows = append(rows, []driver.Value{int64(number), int64(age), int64(math.Round(purchases * 1e6))})
		}
	}
	return r.engine.Rows(ctx, "newcomer_curve", []engine.Column{
		{Name: "fit_group", Type: "bigint"}, {Name: "age_days", Type: "bigint"}, {Name: "purchases_millionths", Type: "bigint"},
	}, rows)
}

// Why there is no payback: it has not come; or, of the median, no month in which
// customers came has a cost.
const (
	notYet        = "not_yet"
	noMonthlyCost = "no_monthly_cost"
)

func (r *run) readAcquisition(ctx context.Context) (acquisition, error) {
	a := acquisition{came: map[string][]newcomers{}, activity: map[acquired][]agedMoney{}, waits: map[string]map[acquired][]stat.EventCount{"own": {}, "blended": {}}}
	err := r.engine.EachOrNull(ctx, "channel_costs", []string{"period", "period_start", "period_end", "scope", "channel", "cac_reason", "spend_minor", "cac_minor"}, func(v []driver.Value) error {
		a.costs = append(a.costs, costRow{
			period: v[0].(string), start: v[1].(time.Time), end: v[2].(time.Time), scope: v[3].(string), channel: v[4].(string), reason: v[5].(string),
			spendMinor: v[6].(int64), cac: number(v[7]),
		})
		return nil
	})
	if err != nil {
		return a, err
	}
	err = r.engine.Each(ctx, "newcomer_days", []string{"first_channel", "first_purchase_date", "customers"}, func(v []driver.Value) error {
		a.came[v[0].(string)] = append(a.came[v[0].(string)], newcomers{v[1].(time.Time), v[2].(int64)})
		return nil
	})
	if err != nil {
		return a, err
	}
	err = r.engine.Each(ctx, "newcomer_activity", []string{"first_channel", "cohort_month", "is_trailing", "age_days", "money_minor"}, func(v []driver.Value) error {
		key := acquired{v[0].(string), v[1].(time.Time), v[2].(bool)}
		a.activity[key] = append(a.activity[key], agedMoney{v[3].(int64), v[4].(int64)})
		return nil
	})
	if err != nil {
		return a, err
	}
	err = r.engine.Each(ctx, "payback_waits", []string{"target", "first_channel", "cohort_month", "is_trailing", "day", "events", "censored"}, func(v []driver.Value) error {
		waits, key := a.waits[v[0].(string)], acquired{v[1].(string), v[2].(time.Time), v[3].(bool)}
		waits[key] = append(waits[key], stat.EventCount{Day: v[4].(int64), Events: v[5].(int64), Censored: v[6].(int64)})
		return nil
	})
	return a, err
}

// channelsOf returns the channels whose customers a row is of: those of the paid
// row are the ones with spend in the same period.
func (a acquisition) channelsOf(cost costRow) map[string]bool {
	of := map[string]bool{}
	for _, other := range a.costs {
		if other.scope != "channel" || other.period != cost.period || !other.start.Equal(cost.start) {
			continue
		}
		switch cost.scope {
		case "channel":
			of[other.channel] = other.channel == cost.channel
		case "paid":
			of[other.channel] = other.channel != "" && other.spendMinor != 0
		default:
			of[other.channel] = true
		}
	}
	return of
}

// holds reports whether customers who came like that are of the period.
func (c costRow) holds(came acquired) bool {
	if c.period == trailing {
		return came.isTrailing
	}
	return !came.month.Before(c.start) && !came.month.After(c.end)
}

// payback returns the age in days at which the mean cumulative margin of new
// customers reaches their cost, each age averaged over the customers old enough
// for it (the mean cumulative function of Nelson 1988), as long as those are half
// of all.
func (a acquisition) payback(cost costRow, channels map[string]bool, rate float64, asOf time.Time) (age int64, ok bool) {
	var came []newcomers
	var all int64
	for channel, days := range a.came {
		for _, n := range days {
			if channels[channel] && !n.day.Before(cost.start) && !n.day.After(cost.end) {
				came = append(came, n)
				all += n.customers
			}
		}
	}
	slices.SortFunc(came, func(x, y newcomers) int { return x.day.Compare(y.day) })
	byAge := map[int64]int64{}
	for key, money := range a.activity {
		if channels[key.channel] && cost.holds(key) {
			for _, m := range money {
				byAge[m.age] += m.minor
			}
		}
	}
	var ages []agedMoney
	for age, minor := range byAge {
		ages = append(ages, agedMoney{age, minor})
	}
	slices.SortFunc(ages, func(x, y agedMoney) int { return cmp.Compare(x.age, y.age) })
	observed, last := all, len(came) // the customers old enough, who came first
	each := 0.0
	for _, m := range ages {
		for last > 0 && int64(daysBetween(came[last-1].day, asOf)) < m.age {
			last--
			observed -= came[last].customers
		}
		if 2*observed < all {
			return 0, false
		}
		each += rate * float64(m.minor) / float64(observed)
		// A sum of shares may fall short of the cost that it equals by the
		// last digits.
		if each >= *cost.cac*(1-1e-12) {
			return m.age, true
		}
	}
	return 0, false
}

// waitsOf returns the ages at which customers paid back the cost of their own
// channel and month or, blended, that of their month.
func (a acquisition) waitsOf(cost costRow, channels map[string]bool) []stat.EventCount {
	target := "own"
	if cost.scope == "blended" {
		target = cost.scope
	}
	var counts []stat.EventCount
	for key, waits := range a.waits[target] {
		if channels[key.channel] && cost.holds(key) {
			counts = append(counts, waits...)
		}
	}
	return counts
}

// medianDay returns the first day by which half have had the event, with the
// 95 % interval of it (Brookmeyer & Crowley 1982): the days from and to which the
// interval of the curve holds a half. What the curve does not reach is nil.
func medianDay(points []stat.SurvivalPoint) (median, low, high driver.Value) {
	const half = 0.5 + 1e-12 // a product of shares may miss the half that it equals
	for _, p := range points {
		if median == nil && p.Survival <= half {
			median = p.Day
		}
		if low == nil && p.Low <= half {
			low = p.Day
		}
		if high == nil && p.High <= half {
			high = p.Day
		}
	}
	return median, low, high
}
