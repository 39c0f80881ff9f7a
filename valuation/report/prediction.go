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
	Season              any               `json:"season,omitempty"` // of a run: *seasonShown, null where it has none for the horizon
	LogLikelihood       *Number           `json:"log_likelihood,omitempty"`
	PAlive              *Number           `json:"p_alive,omitempty"`
	ExpectedPurchases   *Number           `json:"expected_purchases,omitempty"`
	DiscountedPurchases *Number           `json:"discounted_purchases,omitempty"`
	PPurchase           *Number           `json:"p_purchase,omitempty"`
	N                   *int              `json:"n,omitempty"`
	PNPurchases         *Number           `json:"p_n_purchases,omitempty"`
	Spend               *modelShown       `json:"spend_model,omitempty"`
	SpendForm           string            `json:"spend_form,omitempty"` // which purchases it sees
	First               *Number           `json:"first,omitempty"`
	Mean                *Number           `json:"mean,omitempty"`
	SpendLogLikelihood  *Number           `json:"spend_log_likelihood,omitempty"`
	ExpectedSpend       *Number           `json:"expected_spend,omitempty"`
	NullBecause         map[string]string `json:"null_because,omitempty"`
}

type modelShown struct {
	Name       string     `json:"name"`
	Parameters parameters `json:"parameters,omitempty"`
}

// seasonShown is what the same-season ratios of a run do: the number of purchases and the
// money that they bring are multiplied, and chances are those of so many days of a year
// without a season.
type seasonShown struct {
	Years       int     `json:"years"`
	Purchases   float64 `json:"purchases"`
	Margin      float64 `json:"margin"`
	WithoutDays float64 `json:"days_without_season"`
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
	First     *float64 // value of the first purchase
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
	season := p.seasonOf(run, *q.Horizon)
	p.askPurchases(run.Purchases(), q, season)
	spending := run.Spend()
	first := q.First
	if !spending.Form.FirstCounts {
		first = nil
	}
	if p.Repeats > 0 && q.Mean == nil || spending.Form.FirstCounts && first == nil && q.Age > 0 {
		return // spend was not asked
	}
	p.SpendForm = spending.Form.Name()
	p.Spend = &modelShown{Name: "mean"}
	if band := spending.Band(p.Repeats); band.HasModel() {
		p.Spend = &modelShown{band.Model.Name(), band.Model.Parameters()}
	}
	purchases, total := p.spent(spending.Form, first, q.Mean)
	if !spending.Form.FirstCounts && p.Repeats > 0 && spending.Band(p.Repeats).HasModel() {
		p.SpendLogLikelihood = p.shown("spend_log_likelihood", spending.Band(p.Repeats).Model.LogLikelihood(p.Repeats, *q.Mean))
	}
	p.ExpectedSpend = p.shown("expected_spend", season.Margin/season.Purchases*spending.Expected(p.Repeats, purchases, total))
}

// seasonOf returns what the ratios of a run do over a horizon, and shows it: nothing where
// the run has none for it.
func (p *Prediction) seasonOf(run scoring.RunModel, horizon float64) seasonShown {
	season, why := run.Seasoned(horizon)
	if why != "" {
		p.Season, p.NullBecause["season"] = (*seasonShown)(nil), why
		return seasonless(horizon)
	}
	shown := seasonShown{Years: season.Years, Purchases: season.Purchases, Margin: season.Margin, WithoutDays: season.WithoutDays}
	p.Season = &shown
	return shown
}

// seasonless multiplies nothing.
func seasonless(horizon float64) seasonShown {
	return seasonShown{Purchases: 1, Margin: 1, WithoutDays: horizon}
}

// spent returns how many purchases a form of the spend model sees and what they add up
// to, and shows what it was told of them: nil is not known.
func (p *Prediction) spent(form spend.Form, first, mean *float64) (purchases int, total float64) {
	var ofFirst, ofRepeats float64
	if p.Repeats > 0 {
		ofRepeats = float64(p.Repeats) * *mean
		p.Mean = p.shown("mean", *mean)
	}
	if first != nil {
		ofFirst = *first
		p.First = p.shown("first", ofFirst)
	} else if form.FirstCounts {
		return 0, 0 // a new customer, of whom nothing is known
	}
	return form.Purchases(p.Repeats), form.Total(ofFirst, ofRepeats)
}

// AskPurchases asks a model of purchases about the history and what comes after.
func (p *Prediction) AskPurchases(model btyd.Model, q Question) {
	season := seasonShown{}
	if q.Horizon != nil {
		season = seasonless(*q.Horizon)
	}
	p.askPurchases(model, q, season)
}

func (p *Prediction) askPurchases(model btyd.Model, q Question, season seasonShown) {
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
	p.ExpectedPurchases = p.shown("expected_purchases", season.Purchases*btyd.ExpectedPurchases(model, h, horizon))
	if math.IsInf(horizon, 1) && math.IsInf(float64(*p.ExpectedPurchases), 1) {
		p.NullBecause["expected_purchases"] = "it is infinite: some customers stay for so long that without discounting the purchases of all time have no sum"
	}
	if q.Delta != nil {
		p.Delta = p.shown("delta", *q.Delta)
		p.DiscountedPurchases = p.shown("discounted_purchases", season.Purchases*btyd.DiscountedPurchases(model, h, horizon, *q.Delta))
	}
	p.PPurchase = p.shown("p_purchase", btyd.PPurchase(model, h, season.WithoutDays))
	if q.Purchases != nil {
		p.N = q.Purchases
		p.PNPurchases = p.shown("p_n_purchases", btyd.PMF(model, h, season.WithoutDays, *q.Purchases))
	}
}

// AskSpend asks a model of spend what the next purchase will be worth: by the mean of
// the repeat purchases, as Fader & Hardie (2013) have it, or, where the first purchase is
// given, by all of them.
func (p *Prediction) AskSpend(model spend.GammaGamma, q Question) {
	p.Spend = &modelShown{model.Name(), model.Parameters()}
	form := spend.OnMeans
	if q.First != nil {
		form = spend.OnPurchases
	}
	p.SpendForm = form.Name()
	purchases, total := p.spent(form, q.First, q.Mean)
	if !form.FirstCounts && p.Repeats > 0 {
		p.SpendLogLikelihood = p.shown("spend_log_likelihood", model.LogLikelihood(p.Repeats, *q.Mean))
	}
	if model.P*float64(purchases)+model.Q <= 1 {
		infinite := Number(math.Inf(1))
		p.ExpectedSpend = &infinite
		p.NullBecause["expected_spend"] = "it is infinite: the mean exists only where p n + q > 1, n being the purchases that the model sees"
		return
	}
	p.ExpectedSpend = p.shown("expected_spend", model.ExpectedSpend(purchases, total))
}

// shown returns a value to print, and notes why it is null where it has to be.
func (p *Prediction) shown(name string, value float64) *Number {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		p.NullBecause[name] = "it cannot be computed in 64-bit numbers at these parameters and times"
	}
	n := Number(value + 0) // -0 becomes 0
	return &n
}
