package starts

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/effects"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
)

// Shop is what effects need to rest on everybody, and not on the samples of past days
// alone, in which next to nobody has a rare value.
type Shop struct {
	AsOf, FirstDay time.Time
	Minor          int64                 // minor units in one of money
	ByChannel      bool                  // the channel has no effect
	IsSampled      func(before int) bool // not all customers of a past day, so many days before as_of, are read
}

// lessonWindow is a row of start_windows: a day on which a window begins that effects are
// fitted on, and what the spend model counts.
type lessonWindow struct {
	PastDay      time.Time
	FirstCounts  int64 // 1 or 0: the first purchase is one of those that the spend model sees
	FirstDivisor float64
}

// lessonBand is a row of start_bands: the bands of a number of repeats, and of days.
type lessonBand struct {
	Number     int64
	Repeats    int64
	Days       int64
	RepeatBand int64 // whose total effects leave
}

// lessonCell is customers of a window of whom the same is expected: of a fit group, with
// like many repeats, the last of them and the first purchase as long ago.
type lessonCell struct {
	PastDay              time.Time
	FitGroup             int64
	Repeats, Silent, Age int64
}

func (c lessonCell) compare(d lessonCell) int {
	return cmp.Or(c.PastDay.Compare(d.PastDay), cmp.Compare(c.FitGroup, d.FitGroup), cmp.Compare(c.Repeats, d.Repeats), cmp.Compare(c.Silent, d.Silent), cmp.Compare(c.Age, d.Age))
}

// lessonMean is a row of start_expected: what is expected of a customer of a cell, on the
// mean of those in the sample.
type lessonMean struct {
	PastDay    time.Time
	FitGroup   int64
	Repeats    int64
	Silent     int64
	Age        int64
	Purchases  float64
	SpendMinor *float64 // nil but in the last window, which has the purchases of all others
}

// usedAttribute is a row of start_used.
type usedAttribute struct{ AttributeNumber int64 }

// repeatsBand and daysBand are bands that double every 3 or so, from numbers that have
// their own. Effects.Band is bands of these.
func repeatsBand(repeats int) int64 { return int64(4 * math.Log1p(float64(repeats))) }
func daysBand(days int) int64       { return int64(4 * math.Log1p(float64(days)/7)) }

// InsertLessons makes what the effects of everybody are fitted to: start_given (the effects
// by the samples), start_used (attributes that may have effects), start_windows, start_bands
// and start_expected. The last three are empty where no effects are chosen, or the samples
// are everybody; today is then of no use, and nil where effects are those of another run.
func (e Effects) InsertLessons(ctx context.Context, into engine.Engine, today *backtest.StartEffects, shop Shop) error {
	given, attributes, err := e.rows(ctx, into)
	if err != nil {
		return err
	}
	var windows []lessonWindow
	var bands []lessonBand
	var means []lessonMean
	if e.areSampled(today, shop) {
		windows, means = lessons(today.Lessons, shop)
		for number := range 1 + calendar.DaysBetween(shop.FirstDay, shop.AsOf) {
			bands = append(bands, lessonBand{int64(number), repeatsBand(number), daysBand(number), int64(effects.Band(number))})
		}
		if shop.ByChannel {
			attributes = slices.DeleteFunc(attributes, func(number int64) bool { return number == Channel })
		}
	} else {
		attributes = nil
		for _, row := range given {
			attributes = append(attributes, row.AttributeNumber)
		}
		attributes = slices.Compact(attributes)
	}
	var used []usedAttribute
	for _, number := range attributes {
		used = append(used, usedAttribute{number})
	}
	for _, insert := range []func() error{
		func() error { return engine.Insert(ctx, into, "start_given", given) },
		func() error { return engine.Insert(ctx, into, "start_used", used) },
		func() error { return engine.Insert(ctx, into, "start_windows", windows) },
		func() error { return engine.Insert(ctx, into, "start_bands", bands) },
		func() error { return engine.Insert(ctx, into, "start_expected", means) },
	} {
		if err := insert(); err != nil {
			return err
		}
	}
	return nil
}

// areSampled reports whether effects that are chosen rest on samples of customers.
func (e Effects) areSampled(today *backtest.StartEffects, shop Shop) bool {
	return today != nil && (e.Purchases.Chosen || e.Spend.Chosen) && slices.ContainsFunc(today.Windows, shop.IsSampled)
}

// lessons returns the rows of start_windows and start_expected.
func lessons(of []backtest.StartLesson, shop Shop) (windows []lessonWindow, means []lessonMean) {
	type sum struct{ customers, purchases, spend float64 }
	for place, lesson := range of {
		day := shop.AsOf.AddDate(0, 0, -lesson.Before)
		sums := map[lessonCell]sum{}
		var cells []lessonCell
		for i, c := range lesson.People {
			if len(c.Starts) == 0 {
				continue
			}
			cell := cellOf(c.Group, c.History)
			cell.PastDay = day
			s, known := sums[cell]
			if !known {
				cells = append(cells, cell)
			}
			s.customers++
			s.purchases += lesson.Purchases[i]
			s.spend += lesson.Spend(c.Customer).Expected(c.History.Repeats, 0, 0)
			sums[cell] = s
		}
		slices.SortFunc(cells, lessonCell.compare)
		for _, cell := range cells {
			s := sums[cell]
			mean := lessonMean{cell.PastDay, cell.FitGroup, cell.Repeats, cell.Silent, cell.Age, s.purchases / s.customers, nil}
			if place == 0 {
				mean.SpendMinor = engine.Known(s.spend / s.customers * float64(shop.Minor))
			}
			means = append(means, mean)
		}
		form := lesson.Spend(backtest.Customer{}).Form
		window := lessonWindow{PastDay: day, FirstDivisor: form.FirstDivisor}
		if form.FirstCounts {
			window.FirstCounts = 1
		}
		windows = append(windows, window)
	}
	return windows, means
}

// cellOf returns the cell of a history, on a day that the caller knows.
func cellOf(group int, h btyd.History) lessonCell {
	return lessonCell{FitGroup: int64(group), Repeats: repeatsBand(h.Repeats), Silent: daysBand(int(h.Age - h.LastPurchase)), Age: daysBand(int(h.Age))}
}

// outcome is a row of start_outcomes.
type outcome struct {
	PastDay            time.Time
	AttributeNumber    int64
	Label              string
	RepeatBand         int64
	CameMillionths     int64
	ExpectedBillionths int64
	SpreadBillionths   int64
	SpentThousandths   int64
	WorthThousandths   int64
	WorthSpread        int64 // worth_thousandths by the squares of the customers' parts
}

// Learn puts the effects of everybody in place of those of the samples that are chosen, by
// start_outcomes. Where nothing came of anybody, those of the samples stay. An attribute of
// which the samples have no effect has none.
func (e *Effects) Learn(ctx context.Context, from engine.Engine, values Values, today *backtest.StartEffects, shop Shop) error {
	if !e.areSampled(today, shop) {
		return nil
	}
	rows, err := engine.All[outcome](ctx, from, "start_outcomes")
	if err != nil || len(rows) == 0 {
		return err
	}
	purchases := func(r outcome) (level, effects.Sums) {
		return level{r.PastDay, r.RepeatBand}, effects.Sums{Observed: float64(r.CameMillionths) / 1e6, Expected: float64(r.ExpectedBillionths) / 1e9, Spread: float64(r.SpreadBillionths) / 1e9}
	}
	spend := func(r outcome) (level, effects.Sums) {
		unit := 1e3 * float64(shop.Minor)
		return level{}, effects.Sums{Observed: float64(r.SpentThousandths) / unit, Expected: float64(r.WorthThousandths) / unit, Spread: float64(r.WorthSpread) / unit}
	}
	if e.Purchases.Chosen {
		e.Purchases.Effects = values.learn(rows, today.Purchases, purchases)
	}
	if e.Spend.Chosen {
		e.Spend.Effects = values.learn(rows, today.Spend, spend)
	}
	e.Purchases, e.Spend = e.Purchases.unless(noneDiffers), e.Spend.unless(noneDiffers)
	return nil
}

// level is customers who are forecast at a level of their own.
type level struct {
	day  time.Time
	band int64
}

// compare orders rows as they are added up: sums of floating point depend on it.
func (r outcome) compare(other outcome) int {
	return cmp.Or(cmp.Compare(r.AttributeNumber, other.AttributeNumber), cmp.Compare(r.Label, other.Label), r.PastDay.Compare(other.PastDay), cmp.Compare(r.RepeatBand, other.RepeatBand))
}

// learn returns the effects of all values by rows, in whatever order these are, of which
// sums returns the level and the sums of a target. By the sample is how much customers
// differ by chance.
func (v Values) learn(rows []outcome, sample effects.Effects, sums func(r outcome) (level, effects.Sums)) (list []startEffect) {
	rows = slices.SortedFunc(slices.Values(rows), outcome.compare)
	dispersions := map[int64]float64{}
	for place, effect := range sample {
		dispersions[v.values[place].number] = effect.Dispersion
	}
	contents := map[int64][]string{}
	var levels []level
	for _, r := range rows {
		at, _ := sums(r)
		contents[r.AttributeNumber] = append(contents[r.AttributeNumber], r.Label)
		levels = append(levels, at)
	}
	slices.SortFunc(levels, func(a, b level) int { return cmp.Or(a.day.Compare(b.day), cmp.Compare(a.band, b.band)) })
	levels = slices.Compact(levels)
	attributes := []int64{}
	for number := range contents {
		attributes = append(attributes, number)
		slices.Sort(contents[number])
		contents[number] = slices.Compact(contents[number])
	}
	slices.Sort(attributes)
	places := map[startValue]int{}
	windows := map[int64][][]effects.Sums{}
	for _, number := range attributes {
		for place, content := range contents[number] {
			places[startValue{number, content}] = place
		}
		for range levels {
			windows[number] = append(windows[number], make([]effects.Sums, len(contents[number])))
		}
	}
	for _, r := range rows {
		at, of := sums(r)
		sum := &windows[r.AttributeNumber][slices.Index(levels, at)][places[startValue{r.AttributeNumber, r.Label}]]
		sum.Observed, sum.Expected, sum.Spread = sum.Observed+of.Observed, sum.Expected+of.Expected, sum.Spread+of.Spread
	}
	for _, number := range attributes {
		for place, effect := range effects.OfSums(windows[number], len(contents[number]), dispersions[number]) {
			if effect.Log != 0 {
				list = append(list, startEffect{number, v.attributes[number], contents[number][place], effect})
			}
		}
	}
	return list
}
