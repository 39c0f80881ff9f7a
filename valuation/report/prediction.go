package report

import (
	"encoding/json"
	"fmt"
	"math"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/scoring"
)

// Prediction is what models say of one history. What was not asked is absent; what has no
// finite value is null, and NullBecause says why.
type Prediction struct {
	Run                 string            `json:"run,omitempty"` // that fitted the parameters
	Model               *modelShown       `json:"model,omitempty"`
	TimeUnit            string            `json:"time_unit,omitempty"` // absent: that of the parameters
	Repeats             int               `json:"x"`
	LastPurchase        *Number           `json:"t_x,omitempty"`
	Age                 *Number           `json:"T,omitempty"`
	Horizon             *Number           `json:"horizon,omitempty"`
	Delta               *Number           `json:"delta,omitempty"`
	LogLikelihood       *Number           `json:"log_likelihood,omitempty"`
	PAlive              *Number           `json:"p_alive,omitempty"`
	ExpectedPurchases   *Number           `json:"expected_purchases,omitempty"`
	DiscountedPurchases *Number           `json:"discounted_purchases,omitempty"`
	PPurchase           *Number           `json:"p_purchase,omitempty"`
	N                   *int              `json:"n,omitempty"`
	PNPurchases         *Number           `json:"p_n_purchases,omitempty"`
	Spend               *modelShown       `json:"spend_model,omitempty"`
	Mean                *Number           `json:"mean,omitempty"`
	SpendLogLikelihood  *Number           `json:"spend_log_likelihood,omitempty"`
	ExpectedSpend       *Number           `json:"expected_spend,omitempty"`
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

// Question is a history, and what is asked of it; nil is not asked.
type Question struct {
	btyd.History
	Mean      *float64 // of the repeat purchases
	Horizon   *float64 // time ahead over which purchases are counted
	Delta     *float64 // continuous discount rate
	Purchases *int     // that number within the horizon
}

// NewPrediction begins a prediction for a history.
func NewPrediction(h btyd.History) *Prediction {
	return &Prediction{Repeats: h.Repeats, NullBecause: map[string]string{}}
}

// AskRun asks the models of a run over its horizon and at its discount rate,
// unless the question has others.
func (p *Prediction) AskRun(run scoring.RunModel, q Question) {
	p.Run, p.TimeUnit = run.Origin.Run, "days"
	if q.Horizon == nil {
		days := float64(run.HorizonDays)
		q.Horizon = &days
	}
	if q.Delta == nil {
		delta := btyd.Discounting(run.DiscountRate, 365)
		q.Delta = &delta
	}
	p.AskPurchases(run.Purchases(), q)
	if q.Mean == nil && p.Repeats > 0 {
		return // spend was not asked
	}
	band := run.Spend(p.Repeats)
	switch {
	case band.HasModel() && p.Repeats > 0:
		p.AskSpend(band.Fit.Model, q)
		return
	case band.HasModel():
		p.Spend = &modelShown{band.Fit.Model.Name(), band.Fit.Model.Parameters()}
	default:
		p.Spend = &modelShown{Name: "mean"}
	}
	p.ExpectedSpend = p.shown("expected_spend", band.Mean)
}

// AskPurchases asks a model of purchases about the history and what comes after.
func (p *Prediction) AskPurchases(model btyd.Model, q Question) {
	h := q.History
	p.Model = &modelShown{model.Name(), model.Parameters()}
	p.LastPurchase, p.Age = p.shown("t_x", h.LastPurchase), p.shown("T", h.Age)
	p.LogLikelihood = p.shown("log_likelihood", model.LogLikelihood(h))
	p.PAlive = p.shown("p_alive", model.PAlive(h))
	if q.Horizon == nil {
		return
	}
	horizon := *q.Horizon
	p.Horizon = p.shown("horizon", horizon)
	if math.IsInf(horizon, 1) {
		p.NullBecause["horizon"] = "it is infinite: all time to come is counted"
	}
	p.ExpectedPurchases = p.shown("expected_purchases", btyd.ExpectedPurchases(model, h, horizon))
	if math.IsInf(horizon, 1) && math.IsInf(float64(*p.ExpectedPurchases), 1) {
		p.NullBecause["expected_purchases"] = "it is infinite: some customers stay for so long that without discounting the purchases of all time have no sum"
	}
	if q.Delta != nil {
		p.Delta = p.shown("delta", *q.Delta)
		p.DiscountedPurchases = p.shown("discounted_purchases", btyd.DiscountedPurchases(model, h, horizon, *q.Delta))
	}
	p.PPurchase = p.shown("p_purchase", btyd.PPurchase(model, h, horizon))
	if q.Purchases != nil {
		p.N = q.Purchases
		p.PNPurchases = p.shown("p_n_purchases", btyd.PMF(model, h, horizon, *q.Purchases))
	}
}

// AskSpend asks a model of spend what the next purchase will be worth.
func (p *Prediction) AskSpend(model spend.GammaGamma, q Question) {
	p.Spend = &modelShown{model.Name(), model.Parameters()}
	mean := 0.0
	if p.Repeats > 0 {
		mean = *q.Mean
		p.Mean = p.shown("mean", mean)
		p.SpendLogLikelihood = p.shown("spend_log_likelihood", model.LogLikelihood(p.Repeats, mean))
	}
	if model.P*float64(p.Repeats)+model.Q <= 1 {
		infinite := Number(math.Inf(1))
		p.ExpectedSpend = &infinite
		p.NullBecause["expected_spend"] = "it is infinite: the mean exists only where p x + q > 1"
		return
	}
	p.ExpectedSpend = p.shown("expected_spend", model.ExpectedSpend(p.Repeats, mean))
}

// shown returns a value to print, and notes why it is null where it has to be.
func (p *Prediction) shown(name string, value float64) *Number {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		p.NullBecause[name] = "it cannot be computed in 64-bit numbers at these parameters and times"
	}
	n := Number(value + 0) // -0 becomes 0
	return &n
}
