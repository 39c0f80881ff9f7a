package starts

import (
	"cmp"
	"context"
	"slices"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/effects"
	"cbv/valuation/calendar"
	"cbv/valuation/contest"
	"cbv/valuation/engine"
	"cbv/valuation/publication"
)

// Channel is the attribute_number of the channel.
const Channel = 0

// startValue is something that a first purchase can be: a value of an attribute.
type startValue struct {
	number  int64 // of the attribute
	content string
}

func (v startValue) compare(w startValue) int {
	return cmp.Or(cmp.Compare(v.number, w.number), cmp.Compare(v.content, w.content))
}

// Values are what first purchases were at the past days.
type Values struct {
	values     []startValue // ascending
	attributes map[int64]string
}

// Members are who had which of the values on the past days, by their places, ascending.
type Members map[startKey][]int

// startKey is a customer on a past day, so many days before as_of.
type startKey struct {
	before     int
	customerID string
}

// Known reports whether there are any.
func (v Values) Known() bool { return len(v.values) > 0 }

// Of returns the places of the values of a customer on a past day, so many days before
// as_of, ascending; none where their first purchase is not known.
func (m Members) Of(before int, customerID string) []int { return m[startKey{before, customerID}] }

// Attributes returns the number of the attribute of each value.
func (v Values) Attributes() []int {
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

// Read reads what first purchases were at the past days, counted back from asOf. A channel
// that may have models of its own has no effect beside these: byChannel leaves it out.
func Read(ctx context.Context, e engine.Engine, asOf time.Time, byChannel bool) (Values, Members, error) {
	starts, members := Values{attributes: map[int64]string{}}, Members{}
	attributes, err := engine.All[startRow](ctx, e, "start_attributes")
	if err != nil {
		return starts, nil, err
	}
	for _, row := range attributes {
		starts.attributes[row.AttributeNumber] = row.Attribute
	}
	rows, err := engine.All[pastContent](ctx, e, "past_contents")
	if err != nil {
		return starts, nil, err
	}
	if byChannel {
		rows = slices.DeleteFunc(rows, func(row pastContent) bool { return row.AttributeNumber == Channel })
	}
	// each value by its place among those met, until their order is known
	met, found := map[startValue]int{}, make([]int, len(rows))
	for i, row := range rows {
		value := startValue{row.AttributeNumber, row.Content}
		place, is := met[value]
		if !is {
			place = len(starts.values)
			met[value] = place
			starts.values = append(starts.values, value)
		}
		found[i] = place
	}
	slices.SortFunc(starts.values, startValue.compare)
	places := make([]int, len(starts.values)) // by the place among those met
	for place, value := range starts.values {
		places[met[value]] = place
	}
	for i, row := range rows {
		key := startKey{calendar.DaysBetween(row.PastDay, asOf), row.CustomerID}
		of := members[key]
		if of == nil {
			of = make([]int, 0, len(attributes))
		}
		members[key] = append(of, places[found[i]])
	}
	for _, places := range members {
		slices.Sort(places)
	}
	return starts, members, nil
}

// Effects is the effects of what first purchases were on the forecasts of customers, and
// what decided whether they are used: on how many purchases they make, and on what one is
// worth of somebody of whom none is known.
type Effects struct {
	Purchases, Spend Target
	Windows          []time.Time // the days after which the windows begin that they were fitted on
	Cutoffs          int         // at which they could be fitted
}

// Target is the effects on one of the two.
type Target struct {
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

// New returns what a backtest says of the effects of values.
func New(of backtest.Starting, values Values, asOf time.Time) Effects {
	found := Effects{Cutoffs: len(of.Cutoffs)}
	found.Purchases = Target{Chosen: of.Won(backtest.Purchases), Contest: of.Purchases, Why: why(of, of.Purchases)}
	found.Spend = Target{Chosen: of.Won(backtest.Margin), Contest: of.Spend, Why: why(of, of.Spend)}
	if len(of.Cutoffs) > 0 {
		with, without := of.Deviances(backtest.Purchases)
		found.Purchases.Deviance, found.Purchases.WithoutDeviance = with, without
		with, without = of.Deviances(backtest.Margin)
		found.Spend.Deviance, found.Spend.WithoutDeviance = with, without
	}
	if of.Today != nil {
		for _, before := range of.Today.Windows {
			found.Windows = append(found.Windows, asOf.AddDate(0, 0, -before))
		}
		found.Purchases.Effects, found.Spend.Effects = values.effects(of.Today.Purchases), values.effects(of.Today.Spend)
	}
	found.Purchases, found.Spend = found.Purchases.unless(noneDiffers), found.Spend.unless(noneDiffers)
	return found
}

// noneDiffers is why a target that was chosen at the cutoffs is not as of as_of.
const noneDiffers = "as of as_of no value differs from the others"

// unless returns the target as not chosen, for the given reason, where it has no effect.
func (t Target) unless(reason string) Target {
	if t.Chosen && len(t.Effects) == 0 {
		t.Chosen = false
		t.Why += "; not used: " + reason
	}
	return t
}

// Carried returns the effects of another run as they hold in one that reads first orders
// by its own settings: then and now say how each attribute is read, by its name. An
// attribute that is read otherwise, or no longer, has no effect.
func (e Effects) Carried(then, now map[string]string) Effects {
	const reason = "the attributes whose effects these are, are read otherwise now: fit anew with --model ''"
	e.Purchases, e.Spend = e.Purchases.carried(then, now).unless(reason), e.Spend.carried(then, now).unless(reason)
	return e
}

func (t Target) carried(then, now map[string]string) Target {
	t.Effects = slices.DeleteFunc(slices.Clone(t.Effects), func(effect startEffect) bool {
		reading, is := now[effect.Attribute]
		return !is || reading != then[effect.Attribute]
	})
	return t
}

// WithoutPool returns the effects where the pool on which those of purchases were fitted is
// not used.
func (e Effects) WithoutPool() Effects {
	if e.Purchases.Chosen {
		e.Purchases.Chosen = false
		e.Purchases.Why += "; not used: they are of what the pool expected, which is not used"
	}
	return e
}

// why says why effects are chosen, or not.
func why(of backtest.Starting, held *backtest.Contest) string {
	switch {
	case held == nil && of.Today == nil:
		return of.Why
	case held == nil:
		return "they could be fitted at no cutoff"
	}
	text := contest.Text([]backtest.Contest{*held}, "deviance "+contest.PerCustomer(len(of.Cutoffs)), held.Challenger)
	if of.Today == nil {
		text += "; as of as_of there are none: " + of.Why
	}
	return text
}

// effects returns those of the values that have one.
func (v Values) effects(of effects.Effects) (list []startEffect) {
	for place, effect := range of {
		if effect.Log != 0 {
			value := v.values[place]
			list = append(list, startEffect{value.number, v.attributes[value.number], value.content, effect})
		}
	}
	return list
}

// Published returns the short form of it, nil where effects could be fitted at no cutoff.
func (e Effects) Published() *publication.Started {
	if e.Purchases.Contest == nil || e.Spend.Contest == nil {
		return nil
	}
	return &publication.Started{Purchases: e.Purchases.published(), Spend: e.Spend.published(), Cutoffs: e.Cutoffs}
}

func (t Target) published() publication.StartedTarget {
	attributes := []string{}
	for _, effect := range t.Effects {
		if !slices.Contains(attributes, effect.Attribute) {
			attributes = append(attributes, effect.Attribute)
		}
	}
	return publication.StartedTarget{Chosen: t.Chosen, Attributes: attributes, Deviance: t.Deviance, WithoutDeviance: t.WithoutDeviance}
}
