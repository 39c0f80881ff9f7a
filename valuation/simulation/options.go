// Package simulation writes a seeded order history whose truth is known: who
// was alive, who bought how often and what each customer was worth.
package simulation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// The purchase models a history can follow.
const (
	BGNBD     = "bgnbd"
	MBGNBD    = "mbgnbd"
	ParetoNBD = "paretonbd"
)

// Options describe a history. The same options give the same bytes.
type Options struct {
	Customers   int
	Days        int       // span of the history
	Start       time.Time // first day, midnight UTC
	Model       string    // BGNBD, MBGNBD or ParetoNBD
	Purchases   Purchases
	Spend       Spend
	Channels    []Channel    // how customers were acquired, independent of all else
	FirstOrders *FirstOrders // by what first orders can be told apart; nil: by the channel alone
	Season      []float64    // factors of the rate at which customers buy, January first; nil: none
	Returns     float64      // share of purchases with a later return of a part
	Dirty       float64      // bad rows added, as a share of purchases
	Seed        uint64
}

// Purchases are the parameters of the purchase model, times in days. A
// customer buys at rate λ ~ Gamma(R, rate Alpha). BG/NBD and MBG/NBD customers
// drop out at a purchase with probability p ~ Beta(A, B); Pareto/NBD customers
// live an exponential time of rate μ ~ Gamma(S, rate Beta). What the model
// does not use is zero.
type Purchases struct {
	R     float64
	Alpha float64
	A     float64
	B     float64
	S     float64
	Beta  float64
}

// Spend are the parameters of the Gamma-Gamma model: a purchase is worth
// Gamma(P, rate ν) in money, where ν ~ Gamma(Q, rate Gamma) is the customer's.
// The mean over customers is P·Gamma/(Q-1).
type Spend struct {
	P     float64
	Q     float64
	Gamma float64
}

// A Channel is a way in, with its share of the customers, and what they cost and
// are like.
type Channel struct {
	Name  string
	Share float64

	// CAC is what each customer cost, in money, spent on the day they were acquired; 0
	// for a channel that costs nothing. When any channel costs something, the
	// history has a spend file.
	CAC float64

	// Factors of the rate at which customers buy and of what a purchase is
	// worth; 0 for 1: as everybody.
	Rate       float64
	OrderValue float64
}

// factor returns a factor; 0 stands for 1.
func factor(f float64) float64 {
	if f == 0 {
		return 1
	}
	return f
}

// HasSpend reports whether any channel costs something.
func (o Options) HasSpend() bool {
	return slices.ContainsFunc(o.Channels, func(c Channel) bool { return c.CAC > 0 })
}

// Default returns the options of an ordinary shop: two whole years, BG/NBD
// customers of about 3.5 orders each, half of whom buy once, at 45 on average.
func Default() Options {
	return Options{
		Customers: 100_000,
		Days:      730,
		Start:     time.Date(2022, time.January, 1, 0, 0, 0, 0, time.UTC),
		Model:     BGNBD,
		Purchases: DefaultPurchases(BGNBD),
		Spend:     Spend{P: 6, Q: 4, Gamma: 22.5},
		Channels: []Channel{
			{Name: "search", Share: 0.40},
			{Name: "social", Share: 0.25},
			{Name: "email", Share: 0.20},
			{Name: "referral", Share: 0.15},
		},
		Returns: 0.03,
		Seed:    1,
	}
}

// DefaultPurchases returns parameters that give about 3.5 orders per customer
// over two years under the named model, and the zero value for another name.
func DefaultPurchases(model string) Purchases {
	switch model {
	case BGNBD:
		return Purchases{R: 0.25, Alpha: 17, A: 0.8, B: 4.8}
	case MBGNBD:
		return Purchases{R: 0.40, Alpha: 28, A: 0.8, B: 4.8}
	case ParetoNBD:
		return Purchases{R: 0.50, Alpha: 42, S: 0.6, Beta: 120}
	}
	return Purchases{}
}

const (
	maxCustomers = 99_999_999 // eight digits of customer_id
	maxDays      = 7_300      // twenty years: one open file per month
	maxChannels  = 100
	maxParameter = 1e6

	// A gamma draw of a shape below this is mostly the smallest double.
	minShape = 0.01

	// Above it one customer alone could fill a file.
	maxMeanPurchasesPerDay = 10.0
)

// Validate returns one error that names every option that cannot be used and
// what to give instead.
func (o Options) Validate() error {
	var problems []error
	complain := func(bad bool, format string, values ...any) {
		if bad {
			problems = append(problems, fmt.Errorf(format, values...))
		}
	}
	complain(o.Customers < 1 || o.Customers > maxCustomers,
		"customers is %d: give 1 to %d", o.Customers, maxCustomers)
	complain(o.Days < 1 || o.Days > maxDays, "days is %d: give 1 to %d", o.Days, maxDays)
	// The epoch itself stands for a missing time in the files.
	complain(!o.Start.Equal(o.Start.UTC().Truncate(24*time.Hour)) || o.Start.Year() < 1971 || o.Start.Year() > 2200,
		"start is %s: give midnight UTC of a day from 1971 to 2200", o.Start.Format(time.RFC3339))
	complain(!(o.Returns >= 0 && o.Returns <= 1), "returns is %g: give a share from 0 to 1", o.Returns)
	complain(!(o.Dirty >= 0 && o.Dirty <= 1), "dirty is %g: give a share from 0 to 1", o.Dirty)

	problems = append(problems, o.Purchases.validate(o.Model)...)
	problems = append(problems, o.Spend.validate()...)
	problems = append(problems, validateChannels(o.Channels)...)
	if o.FirstOrders != nil {
		problems = append(problems, o.FirstOrders.validate(o.Customers)...)
	}
	if err := validateSeason(o.Season); err != nil {
		problems = append(problems, err)
	}
	for _, channel := range o.Channels {
		mean := o.Purchases.R / o.Purchases.Alpha * factor(channel.Rate)
		complain(mean > maxMeanPurchasesPerDay && factor(channel.Rate) > 1,
			"customers of channel %q buy %g times a day: give a lower --rate", channel.Name, mean)
	}
	return errors.Join(problems...)
}

// parameters lists what the model uses, in the order of the papers, and then
// what it does not.
func (p Purchases) parameters(model string) (used, unused []parameter) {
	rate := []parameter{{"r", p.R, minShape}, {"alpha", p.Alpha, 1e-3}}
	perPurchase := []parameter{{"a", p.A, minShape}, {"b", p.B, minShape}}
	perTime := []parameter{{"s", p.S, minShape}, {"beta", p.Beta, 1e-3}}
	if model == ParetoNBD {
		return append(rate, perTime...), perPurchase
	}
	return append(rate, perPurchase...), perTime
}

// A parameter is a named number with the least it may be.
type parameter struct {
	name  string
	value float64
	least float64
}

func (p parameter) validate() error {
	if p.value >= p.least && p.value <= maxParameter {
		return nil
	}
	return fmt.Errorf("%s is %g: give %g to %g", p.name, p.value, p.least, maxParameter)
}

func (p Purchases) validate(model string) []error {
	if model != BGNBD && model != MBGNBD && model != ParetoNBD {
		return []error{fmt.Errorf("model is %q: give %s, %s or %s", model, BGNBD, MBGNBD, ParetoNBD)}
	}
	var problems []error
	used, unused := p.parameters(model)
	for _, parameter := range used {
		if err := parameter.validate(); err != nil {
			problems = append(problems, err)
		}
	}
	for _, parameter := range unused {
		if parameter.value != 0 {
			problems = append(problems, fmt.Errorf("%s is %g, which %s does not use: leave it out, or change the model",
				parameter.name, parameter.value, model))
		}
	}
	if mean := p.R / p.Alpha; len(problems) == 0 && mean > maxMeanPurchasesPerDay {
		problems = append(problems, fmt.Errorf("r / alpha is %g purchases a day: give at most %g, with alpha in days",
			mean, maxMeanPurchasesPerDay))
	}
	return problems
}

func (s Spend) validate() []error {
	var problems []error
	for _, parameter := range []parameter{{"p", s.P, minShape}, {"gamma", s.Gamma, 1e-3}} {
		if err := parameter.validate(); err != nil {
			problems = append(problems, err)
		}
	}
	if !(s.Q > 1 && s.Q <= maxParameter) {
		problems = append(problems, fmt.Errorf("q is %g: give more than 1, up to %g; at 1 and below the mean order is infinite",
			s.Q, maxParameter))
	}
	return problems
}

func validateChannels(channels []Channel) []error {
	if len(channels) < 1 || len(channels) > maxChannels {
		return []error{fmt.Errorf("there are %d channels: give 1 to %d", len(channels), maxChannels)}
	}
	var problems []error
	seen := map[string]bool{}
	total := 0.0
	for _, channel := range channels {
		switch {
		case channel.Name == "":
			problems = append(problems, errors.New("a channel has no name: name it"))
		case seen[channel.Name]:
			problems = append(problems, fmt.Errorf("channel %q is there twice: name it once", channel.Name))
		}
		if !(channel.Share > 0 && channel.Share <= 1) {
			problems = append(problems, fmt.Errorf("the share of channel %q is %g: give more than 0, up to 1",
				channel.Name, channel.Share))
		}
		if !(channel.CAC >= 0 && channel.CAC <= maxParameter) {
			problems = append(problems, fmt.Errorf("the cost of a customer of channel %q is %g: give 0 to %g", channel.Name, channel.CAC, maxParameter))
		}
		for _, f := range []float64{factor(channel.Rate), factor(channel.OrderValue)} {
			if !(f >= 0.01 && f <= 100) {
				problems = append(problems, fmt.Errorf("a factor of channel %q is %g: give 0.01 to 100", channel.Name, f))
			}
		}
		seen[channel.Name] = true
		total += channel.Share
	}
	if !(math.Abs(total-1) <= 1e-9) {
		problems = append(problems, fmt.Errorf("the channel shares add up to %.6g: make them add up to 1", total))
	}
	return problems
}
