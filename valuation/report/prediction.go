package command

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"cbv/valuation/batch"
	"cbv/valuation/btyd"
	"cbv/valuation/failure"
)

// prediction is what predict prints. What was not asked is absent; what has no
// finite value is null, and NullBecause says why.
type prediction struct {
	Run                 string            `json:"run,omitempty"` // that fitted the parameters
	Model               *modelShown       `json:"model,omitempty"`
	TimeUnit            string            `json:"time_unit,omitempty"` // absent: that of the parameters
	Repeats             int               `json:"x"`
	LastPurchase        *number           `json:"t_x,omitempty"`
	Age                 *number           `json:"T,omitempty"`
	Horizon             *number           `json:"horizon,omitempty"`
	Delta               *number           `json:"delta,omitempty"`
	LogLikelihood       *number           `json:"log_likelihood,omitempty"`
	PAlive              *number           `json:"p_alive,omitempty"`
	ExpectedPurchases   *number           `json:"expected_purchases,omitempty"`
	DiscountedPurchases *number           `json:"discounted_purchases,omitempty"`
	PPurchase           *number           `json:"p_purchase,omitempty"`
	N                   *int              `json:"n,omitempty"`
	PNPurchases         *number           `json:"p_n_purchases,omitempty"`
	Spend               *modelShown       `json:"spend_model,omitempty"`
	Mean                *number           `json:"mean,omitempty"`
	SpendLogLikelihood  *number           `json:"spend_log_likelihood,omitempty"`
	ExpectedSpend       *number           `json:"expected_spend,omitempty"`
	NullBecause         map[string]string `json:"null_because,omitempty"`
}

type modelShown struct {
	Name       string     `json:"name"`
	Parameters parameters `json:"parameters,omitempty"`
}

// parameters are printed as an object, in the order of the paper.
type parameters []btyd.Parameter

// MarshalJSON writes {"r": 0.243, …}.
func (list parameters) MarshalJSON() ([]byte, error) {
	text := []byte("{")
	for i, p := range list {
		value, err := json.Marshal(p.Value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, "%q:%s", p.Name, value)
	}
	return append(text, '}'), nil
}

// number is a float64 that keeps every digit in JSON, and is null where it is
// none.
type number float64

// MarshalJSON writes the number, or null.
func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

func runPredict(ctx context.Context, env Env, opt predictOptions) error {
	if err := opt.validate(); err != nil {
		return err
	}
	p := &prediction{NullBecause: map[string]string{}}
	var err error
	if opt.run != "" {
		err = p.askRun(ctx, opt)
	} else {
		err = p.askParameters(opt)
	}
	if err != nil {
		return err
	}
	return printJSON(env.Stdout, p)
}

// askParameters asks models that the flags give.
func (p *prediction) askParameters(opt predictOptions) error {
	p.Repeats = opt.history().Repeats
	if opt.model != "" {
		values, err := parameterValues("--params", opt.params)
		if err != nil {
			return err
		}
		model, err := btyd.NewModel(opt.model, values)
		if err != nil {
			return failure.Usagef("--model %s: %w", opt.model, err)
		}
		p.askPurchases(model, opt)
	}
	if opt.spend != "" {
		values, err := parameterValues("--spend", opt.spend)
		if err != nil {
			return err
		}
		model, err := btyd.NewGammaGamma(values)
		if err != nil {
			return failure.Usagef("--spend: %w", err)
		}
		p.askSpend(model, opt)
	}
	return nil
}

// askRun asks the models of a run over its horizon and at its discount rate,
// unless the flags give others.
func (p *prediction) askRun(ctx context.Context, opt predictOptions) error {
	run, err := batch.OpenModel(ctx, opt.run)
	if err != nil {
		return err
	}
	p.Run, p.TimeUnit, p.Repeats = run.Origin.Run, "days", opt.history().Repeats
	if opt.horizon == nil {
		days := float64(run.HorizonDays)
		opt.horizon = &days
	}
	if opt.delta == nil {
		delta := btyd.Discounting(run.DiscountRate, 365)
		opt.delta = &delta
	}
	p.askPurchases(run.Purchases(), opt)
	if opt.mean == nil && p.Repeats > 0 {
		return nil // spend was not asked
	}
	band := run.Spend(p.Repeats)
	switch {
	case band.HasModel() && p.Repeats > 0:
		p.askSpend(band.Fit.Model, opt)
		return nil
	case band.HasModel():
		p.Spend = &modelShown{band.Fit.Model.Name(), band.Fit.Model.Parameters()}
	default:
		p.Spend = &modelShown{Name: "mean"}
	}
	p.ExpectedSpend = p.told("expected_spend", band.Mean)
	return nil
}

// askPurchases asks a model of purchases about the history and what comes after.
func (p *prediction) askPurchases(model btyd.Model, opt predictOptions) {
	h := opt.history()
	p.Model = &modelShown{model.Name(), model.Parameters()}
	p.LastPurchase, p.Age = p.told("t_x", h.LastPurchase), p.told("T", h.Age)
	p.LogLikelihood = p.told("log_likelihood", model.LogLikelihood(h))
	p.PAlive = p.told("p_alive", model.PAlive(h))
	if opt.horizon == nil {
		return
	}
	horizon := *opt.horizon
	p.Horizon = p.told("horizon", horizon)
	if math.IsInf(horizon, 1) {
		p.NullBecause["horizon"] = "it is infinite: all time to come is counted"
	}
	p.ExpectedPurchases = p.told("expected_purchases", btyd.ExpectedPurchases(model, h, horizon))
	if math.IsInf(horizon, 1) && math.IsInf(float64(*p.ExpectedPurchases), 1) {
		p.NullBecause["expected_purchases"] = "it is infinite: some customers stay for so long that without discounting the purchases of all time have no sum"
	}
	if opt.delta != nil {
		p.Delta = p.told("delta", *opt.delta)
		p.DiscountedPurchases = p.told("discounted_purchases", btyd.DiscountedPurchases(model, h, horizon, *opt.delta))
	}
	p.PPurchase = p.told("p_purchase", btyd.PPurchase(model, h, horizon))
	if opt.purchases != nil {
		p.N = opt.purchases
		p.PNPurchases = p.told("p_n_purchases", btyd.PMF(model, h, horizon, *opt.purchases))
	}
}

// askSpend asks a model of spend what the next purchase will be worth.
func (p *prediction) askSpend(model btyd.GammaGamma, opt predictOptions) {
	p.Spend = &modelShown{model.Name(), model.Parameters()}
	mean := 0.0
	if p.Repeats > 0 {
		mean = *opt.mean
		p.Mean = p.told("mean", mean)
		p.SpendLogLikelihood = p.told("spend_log_likelihood", model.LogLikelihood(p.Repeats, mean))
	}
	if model.P*float64(p.Repeats)+model.Q <= 1 {
		infinite := number(math.Inf(1))
		p.ExpectedSpend = &infinite
		p.NullBecause["expected_spend"] = "it is infinite: the mean exists only where p x + q > 1"
		return
	}
	p.ExpectedSpend = p.told("expected_spend", model.ExpectedSpend(p.Repeats, mean))
}

// told returns a value to print, and notes why it is null where it has to be.
func (p *prediction) told(name string, value float64) *number {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		p.NullBecause[name] = "it cannot be computed in 64-bit numbers at these parameters and times"
	}
	n := number(value + 0) // -0 becomes 0
	return &n
}
