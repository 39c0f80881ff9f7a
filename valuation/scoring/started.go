package scoring

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/effects"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
)

// channelNumber is the attribute_number of the channel.
const channelNumber = 0

// startValue is something that a first purchase can be: a value of an attribute.
type startValue struct {
	number  int64 // of the attribute
	content string
}

func (v startValue) compare(w startValue) int {
	return cmp.Or(cmp.Compare(v.number, w.number), cmp.Compare(v.content, w.content))
}

// startValues are what first purchases were at the past days.
type startValues struct {
	values     []startValue // ascending
	attributes map[int64]string
	of         map[startKey][]int // places of their values, ascending
}

// startKey is a customer on a past day, so many days before as_of.
type startKey struct {
	before     int
	customerID string
}

// attributesOf returns the number of the attribute of each value.
func (v startValues) attributesOf() []int {
	numbers := make([]int, len(v.values))
	for i, value := range v.values {
		numbers[i] = int(value.number)
	}
	return numbers
}

// startRow is a row of start_attributes.
type startRow struct {
	AttributeNumber int64
	Attribute       string
}

// pastContent is a row of past_contents.
type pastContent struct {
	PastDay         time.Time
	CustomerID      string
	AttributeNumber int64
	Content         string
}

// readStarts reads what first purchases were at the past days. A channel that has models of
// its own has no effect beside these.
func (s *Scoring) readStarts(ctx context.Context) (startValues, error) {
	starts := startValues{attributes: map[int64]string{}, of: map[startKey][]int{}}
	attributes, err := engine.All[startRow](ctx, s.Engine, "start_attributes")
	if err != nil {
		return starts, err
	}
	for _, row := range attributes {
		starts.attributes[row.AttributeNumber] = row.Attribute
	}
	rows, err := engine.All[pastContent](ctx, s.Engine, "past_contents")
	if err != nil {
		return starts, err
	}
	if s.Config.Value.FitBy == "channel" {
		rows = slices.DeleteFunc(rows, func(row pastContent) bool { return row.AttributeNumber == channelNumber })
	}
	known := map[startValue]int{}
	for _, row := range rows {
		value := startValue{row.AttributeNumber, row.Content}
		if _, is := known[value]; !is {
			known[value] = 0
			starts.values = append(starts.values, value)
		}
	}
	slices.SortFunc(starts.values, startValue.compare)
	for place, value := range starts.values {
		known[value] = place
	}
	for _, row := range rows {
		key := startKey{calendar.DaysBetween(row.PastDay, s.Days.AsOf), row.CustomerID}
		starts.of[key] = append(starts.of[key], known[startValue{row.AttributeNumber, row.Content}])
	}
	for _, places := range starts.of {
		slices.Sort(places)
	}
	s.starts = starts
	return starts, nil
}

// started is the effects of what first purchases were on the forecasts of customers, and
// what decided whether they are used: on how many purchases they make, and on what one is
// worth of somebody of whom none is known.
type started struct {
	Purchases, Spend startTarget
	Windows          []time.Time // the days after which the windows begin that they were fitted on
	Cutoffs          int         // at which they could be fitted
}

// startTarget is the effects on one of the two.
type startTarget struct {
	Chosen  bool
	Why     string            // they were chosen, or not; "" where nothing could be tested
	Contest *backtest.Contest // without against with, over the cutoffs; nil: there were none

	// Mean deviances at these cutoffs.
	Deviance, WithoutDeviance float64

	Effects []startEffect // but for values without one; none where they could not be fitted as of as_of
}

// startEffect is the effect of a value.
type startEffect struct {
	Number    int64
	Attribute string
	Content   string
	effects.Effect
}

// testStart holds the effects of first purchases against the forecasts without, and returns
// the Rolling of what is chosen. What decided is kept, unless that of another run is reused.
func (s *Scoring) testStart(rolling backtest.Rolling) (backtest.Rolling, error) {
	if len(s.starts.values) == 0 {
		return rolling, nil
	}
	starting, err := rolling.Start(s.holdout.past, s.pooling, s.terms())
	if err != nil {
		return rolling, err
	}
	if !s.reused.IsSet() {
		s.started = s.newStarted(starting)
	}
	if s.started.Purchases.Chosen || s.started.Spend.Chosen {
		rolling = rolling.WithStart(starting, s.started.Purchases.Chosen, s.started.Spend.Chosen)
	}
	return rolling, nil
}

// newStarted returns what a backtest says of the effects.
func (s *Scoring) newStarted(of backtest.Starting) started {
	found := started{Cutoffs: len(of.Cutoffs)}
	found.Purchases = startTarget{Chosen: of.Won(backtest.Purchases), Contest: of.Purchases, Why: s.whyStart(of, of.Purchases)}
	found.Spend = startTarget{Chosen: of.Won(backtest.Margin), Contest: of.Spend, Why: s.whyStart(of, of.Spend)}
	if len(of.Cutoffs) > 0 {
		with, without := of.Deviances(backtest.Purchases)
		found.Purchases.Deviance, found.Purchases.WithoutDeviance = with, without
		with, without = of.Deviances(backtest.Margin)
		found.Spend.Deviance, found.Spend.WithoutDeviance = with, without
	}
	if of.Today != nil {
		for _, before := range of.Today.Windows {
			found.Windows = append(found.Windows, s.Days.AsOf.AddDate(0, 0, -before))
		}
		found.Purchases.Effects, found.Spend.Effects = s.starts.effects(of.Today.Purchases), s.starts.effects(of.Today.Spend)
	}
	return found
}

// whyStart says why effects are chosen, or not.
func (s *Scoring) whyStart(of backtest.Starting, contest *backtest.Contest) string {
	switch {
	case contest == nil && of.Today == nil:
		return of.Why
	case contest == nil:
		return "they could be fitted at no cutoff"
	}
	why := contestText([]backtest.Contest{*contest}, fmt.Sprintf("deviance of a customer at %s together", cutoffsText(len(of.Cutoffs))), contest.Challenger)
	if of.Today == nil {
		why += "; as of as_of there are none: " + of.Why
	}
	return why
}

// effects returns those of the values that have one.
func (v startValues) effects(of effects.Effects) (list []startEffect) {
	for place, effect := range of {
		if effect.Log != 0 {
			value := v.values[place]
			list = append(list, startEffect{value.number, v.attributes[value.number], value.content, effect})
		}
	}
	return list
}

// startEffectRow is a row of start_effects.
type startEffectRow struct {
	AttributeNumber    int64
	Content            string
	PurchaseBillionths int64
	SpendBillionths    int64
}

// makeStartEffects makes start_effects, which has the effects that are chosen, of the
// attributes that are configured today.
func (s *Scoring) makeStartEffects(ctx context.Context) error {
	attributes, err := engine.All[startRow](ctx, s.Engine, "start_attributes")
	if err != nil {
		return err
	}
	numbers := map[string]int64{}
	for _, row := range attributes {
		numbers[row.Attribute] = row.AttributeNumber
	}
	rows := map[startValue]startEffectRow{}
	add := func(of startTarget, set func(row *startEffectRow, billionths int64)) {
		if !of.Chosen {
			return
		}
		for _, effect := range of.Effects {
			number, is := numbers[effect.Attribute]
			if !is {
				continue
			}
			key := startValue{number, effect.Content}
			row := rows[key]
			row.AttributeNumber, row.Content = key.number, key.content
			set(&row, int64(math.Round(effect.Log*1e9)))
			rows[key] = row
		}
	}
	add(s.started.Purchases, func(row *startEffectRow, billionths int64) { row.PurchaseBillionths = billionths })
	add(s.started.Spend, func(row *startEffectRow, billionths int64) { row.SpendBillionths = billionths })
	var list []startEffectRow
	for _, row := range rows {
		list = append(list, row)
	}
	slices.SortFunc(list, func(a, b startEffectRow) int {
		return cmp.Or(cmp.Compare(a.AttributeNumber, b.AttributeNumber), cmp.Compare(a.Content, b.Content))
	})
	return engine.Insert(ctx, s.Engine, "start_effects", list)
}
