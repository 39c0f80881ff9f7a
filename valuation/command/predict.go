package command

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/failure"
	"cbv/valuation/report"
	"cbv/valuation/scoring"
)

// predictOptions are the flags of predict as given; nil is not given.
type predictOptions struct {
	run                  string
	model, params, spend string
	isNew                bool
	repeats              *int     // x
	last, age            *float64 // t_x and T
	first                *float64 // value of the first purchase
	mean                 *float64 // of the repeat purchases
	horizon              *float64
	delta                *float64
	purchases            *int // n
}

func predictCommand(env Env) *cli.Command {
	var keys []string
	for _, family := range btyd.Families {
		keys = append(keys, family.Key)
	}
	return &cli.Command{
		Name:     "predict",
		Category: looking,
		Usage:    "print as JSON what a model says of one history",
		UsageText: `cbv predict --run out/latest --x 3 --t-x 200 --T 250 --first 35 --mean 40
cbv predict --run out/latest --new
cbv predict --model bgnbd --params r=.24,alpha=4.4,a=.79,b=2.4 --x 2 --t-x 30 --T 39 --horizon 39`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "run", Usage: "`FOLDER` of a run whose models, horizon and discount rate are taken; its times are in days"},
			&choiceFlag{&cli.StringFlag{Name: "model", Usage: "purchase model: " + strings.Join(keys, ", ")}, keys},
			&cli.StringFlag{Name: "params", Usage: "its parameters: r=.243,alpha=4.414,a=.793,b=2.426"},
			&cli.StringFlag{Name: "spend", Usage: "Gamma-Gamma parameters: p=6.25,q=3.74,gamma=15.44"},
			&cli.IntFlag{Name: "x", Usage: "repeat purchases"},
			&cli.Float64Flag{Name: "t-x", Usage: "time from the first purchase to the last, 0 without a repeat"},
			&cli.Float64Flag{Name: "T", Usage: "time from the first purchase to now, in the unit of the parameters"},
			&cli.BoolFlag{Name: "new", Usage: "a customer on the first day, in place of --x, --t-x and --T"},
			&cli.Float64Flag{Name: "first", Usage: "value of the first purchase, for a model of spend that counts it"},
			&cli.Float64Flag{Name: "mean", Usage: "mean value of the repeat purchases"},
			&cli.Float64Flag{Name: "horizon", Usage: "time ahead over which purchases are counted; inf for all time"},
			&cli.Float64Flag{Name: "delta", Usage: "continuous discount rate per unit of time"},
			&cli.IntFlag{Name: "n", Usage: "also the probability of exactly `N` purchases within the horizon"},
		},
		Action: func(c *cli.Context) error {
			return runPredict(c.Context, env, predictOptions{
				run: c.String("run"), model: c.String("model"), params: c.String("params"), spend: c.String("spend"),
				isNew: c.Bool("new"), repeats: given(c, "x", c.Int), last: given(c, "t-x", c.Float64), age: given(c, "T", c.Float64),
				first: given(c, "first", c.Float64), mean: given(c, "mean", c.Float64), horizon: given(c, "horizon", c.Float64),
				delta: given(c, "delta", c.Float64), purchases: given(c, "n", c.Int),
			})
		},
	}
}

// given returns the value of a flag, nil where it was not given.
func given[T any](c *cli.Context, name string, value func(string) T) *T {
	if !c.IsSet(name) {
		return nil
	}
	v := value(name)
	return &v
}

// validate refuses flags that do not go together and histories that cannot be.
func (o predictOptions) validate() error {
	refuse := failure.Usagef
	switch {
	case o.run != "" && (o.model != "" || o.params != "" || o.spend != ""):
		return refuse("--run brings its own models: leave --model, --params and --spend out")
	case o.run == "" && o.model == "" && o.params == "" && o.spend == "":
		return refuse("name a model: --run FOLDER, or --model with --params, or --spend")
	case (o.model == "") != (o.params == ""):
		return refuse("--model and --params go together: --model bgnbd --params r=.243,alpha=4.414,a=.793,b=2.426")
	}
	for _, flag := range []struct {
		name    string
		value   *float64
		endless bool // may be infinite
	}{{"t-x", o.last, false}, {"T", o.age, false}, {"first", o.first, false}, {"mean", o.mean, false}, {"horizon", o.horizon, true}, {"delta", o.delta, false}} {
		if flag.value != nil && (!(*flag.value >= 0) || math.IsInf(*flag.value, 0) && !flag.endless) {
			return refuse("--%s: %g is not a number from 0 up", flag.name, *flag.value)
		}
	}
	if err := o.validateHistory(); err != nil {
		return err
	}
	if err := o.validateForecast(); err != nil {
		return err
	}
	return o.validateSpend()
}

// asksPurchases reports whether there is a model of purchases to ask.
func (o predictOptions) asksPurchases() bool { return o.run != "" || o.model != "" }

func (o predictOptions) validateHistory() error {
	refuse := failure.Usagef
	if o.isNew {
		if o.repeats != nil || o.last != nil || o.age != nil {
			return refuse("--new is a customer without a history: leave --x, --t-x and --T out")
		}
		return nil
	}
	switch {
	case o.repeats == nil && o.asksPurchases():
		return refuse("give the history with --x, --t-x and --T, or --new for a new customer")
	case o.repeats == nil:
		return refuse("--x: give the number of repeat purchases, or --new for a new customer")
	case *o.repeats < 0:
		return refuse("--x: %d is not a number of repeat purchases", *o.repeats)
	case !o.asksPurchases():
		if o.last != nil || o.age != nil {
			return refuse("--t-x and --T say nothing to a model of spend: add --model and --params, or leave them out")
		}
		return nil
	case o.age == nil:
		return refuse("--T: give the time from the first purchase to now")
	case *o.repeats == 0 && o.last != nil && *o.last != 0:
		return refuse("--t-x: without a repeat purchase the last one is the first, and t_x is 0, not %g", *o.last)
	case *o.repeats > 0 && o.last == nil:
		return refuse("--t-x: give the time from the first purchase to the last")
	case *o.repeats > 0 && *o.last > *o.age:
		return refuse("--t-x: the last purchase, at %g, lies after now, at --T %g", *o.last, *o.age)
	case *o.repeats > 0 && *o.age == 0:
		return refuse("--T: %d repeat purchases take longer than no time", *o.repeats)
	}
	return nil
}

func (o predictOptions) validateForecast() error {
	refuse := failure.Usagef
	hasHorizon := o.run != "" || o.horizon != nil
	switch {
	case o.horizon != nil && !o.asksPurchases():
		return refuse("--horizon: purchases are counted by a purchase model: add --model and --params")
	case o.horizon != nil && *o.horizon == 0:
		return refuse("--horizon: no purchase fits into no time")
	case o.delta != nil && !hasHorizon:
		return refuse("--delta: discounts the purchases within a horizon: add --horizon")
	case o.purchases != nil && !hasHorizon:
		return refuse("--n: counts the purchases within a horizon: add --horizon")
	case o.purchases != nil && *o.purchases < 0:
		return refuse("--n: %d is not a number of purchases", *o.purchases)
	}
	return nil
}

func (o predictOptions) validateSpend() error {
	refuse := failure.Usagef
	hasRepeats := !o.isNew && *o.repeats > 0
	switch {
	case o.mean != nil && o.run == "" && o.spend == "":
		return refuse("--mean: is for a model of spend: add --spend p=6.25,q=3.74,gamma=15.44")
	case o.first != nil && o.run == "" && o.spend == "":
		return refuse("--first: is for a model of spend: add --spend p=6.25,q=3.74,gamma=15.44")
	case o.first != nil && *o.first == 0:
		return refuse("--first: the model of spend knows positive values only")
	case hasRepeats && o.first != nil && o.mean == nil:
		return refuse("--mean: give the mean value of the %d repeat purchases beside the first", *o.repeats)
	case hasRepeats && o.spend != "" && o.mean == nil:
		return refuse("--mean: give the mean value of the %d repeat purchases", *o.repeats)
	case hasRepeats && o.mean != nil && *o.mean == 0:
		return refuse("--mean: the model of spend knows positive values only")
	case !hasRepeats && o.mean != nil && *o.mean != 0:
		return refuse("--mean: a customer without a repeat purchase has no mean of them")
	}
	return nil
}

// validateForm refuses values that the spend model of a run does not see, or lacks.
func (o predictOptions) validateForm(form spend.Form) error {
	switch {
	case form.FirstCounts && o.mean != nil && o.first == nil && *o.mean != 0:
		return failure.Usagef("--first: give the value of the first purchase: the run's model of spend counts it")
	case !form.FirstCounts && o.first != nil:
		return failure.Usagef("--first: the run's model of spend is of the means of repeat purchases: leave it out")
	}
	return nil
}

// history returns x, t_x and T.
func (o predictOptions) history() btyd.History {
	var h btyd.History
	if o.repeats != nil {
		h.Repeats = *o.repeats
	}
	if o.last != nil {
		h.LastPurchase = *o.last
	}
	if o.age != nil {
		h.Age = *o.age
	}
	return h
}

func runPredict(ctx context.Context, env Env, opt predictOptions) error {
	if err := opt.validate(); err != nil {
		return err
	}
	p := report.NewPrediction(opt.history())
	if opt.run != "" {
		run, err := scoring.OpenModel(ctx, opt.run)
		if err != nil {
			return err
		}
		if err := opt.validateForm(run.Spend().Form); err != nil {
			return err
		}
		p.AskRun(run, opt.question())
	} else if err := opt.askParameters(p); err != nil {
		return err
	}
	return report.WriteJSON(env.Stdout, p)
}

func (o predictOptions) question() report.Question {
	return report.Question{History: o.history(), First: o.first, Mean: o.mean, Horizon: o.horizon, Delta: o.delta, Purchases: o.purchases}
}

// askParameters asks the models that the flags give.
func (o predictOptions) askParameters(p *report.Prediction) error {
	if o.model != "" {
		values, err := parameterValues("--params", o.params)
		if err != nil {
			return err
		}
		model, err := btyd.NewModel(o.model, values)
		if err != nil {
			return failure.Usagef("--model %s: %w", o.model, err)
		}
		p.AskPurchases(model, o.question())
	}
	if o.spend != "" {
		values, err := parameterValues("--spend", o.spend)
		if err != nil {
			return err
		}
		model, err := spend.NewGammaGamma(values)
		if err != nil {
			return failure.Usagef("--spend: %w", err)
		}
		p.AskSpend(model, o.question())
	}
	return nil
}

// parameterValues reads a list such as r=.25,alpha=17.
func parameterValues(flag, text string) (map[string]float64, error) {
	values := map[string]float64{}
	err := eachPair(flag, text, func(name string, value float64) error {
		if _, twice := values[name]; twice {
			return fmt.Errorf("%s: %s is given twice", flag, name)
		}
		values[name] = value
		return nil
	})
	if err != nil {
		return nil, failure.Usagef("%w", err)
	}
	return values, nil
}
