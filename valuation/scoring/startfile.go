package scoring

import (
	"fmt"
	"math"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/effects"
)

// StartFile is a part of model.json: the effects of what first orders were. They say what
// went with a value in the windows, and not what caused it.
type StartFile struct {
	Windows   []string        `json:"windows"` // the days after which those begin that they were fitted on
	Cutoffs   int             `json:"cutoffs"` // at which they could be fitted
	Purchases StartTargetFile `json:"purchases"`
	Spend     StartTargetFile `json:"spend"` // what a purchase is worth of somebody of whom none is known
}

// StartTargetFile is a part of model.json.
type StartTargetFile struct {
	Chosen  bool              `json:"chosen"` // customers are valued with them
	Why     string            `json:"why"`
	Contest *StartContestFile `json:"contest,omitempty"` // absent where they could be fitted at no cutoff
	Effects []StartEffectFile `json:"effects"`           // values that are not here have none
}

// StartContestFile is a part of model.json.
type StartContestFile struct {
	Holder          string  `json:"without"`
	Gain            float64 `json:"gain"`             // deviance that a customer gains at all cutoffs together
	StandardError   float64 `json:"standard_error"`   // of it
	Deviance        float64 `json:"deviance"`         // mean, with the effects
	WithoutDeviance float64 `json:"without_deviance"` // without, with the same total
}

// StartEffectFile is a part of model.json: what is expected of customers who began with a
// value is multiplied by exp(log_effect), before all is scaled to the total without effects.
type StartEffectFile struct {
	Attribute  string  `json:"attribute"`
	Number     int64   `json:"attribute_number"`
	Value      string  `json:"value"`
	Log        float64 `json:"log_effect"`
	Variance   float64 `json:"variance"` // of log_effect
	Factor     float64 `json:"factor"`
	FactorLow  float64 `json:"factor_low"` // 95 % interval
	FactorHigh float64 `json:"factor_high"`
	Observed   float64 `json:"observed"` // purchases in the windows; or mean purchase values, added up over customers
	Expected   float64 `json:"expected"` // the same by the model, but for the attribute
}

// effectQuantile is the normal quantile of a 95 % interval.
const effectQuantile = 1.959963984540054

// startFileOf describes effects, nil where nothing could be tested.
func startFileOf(of started) *StartFile {
	if of.Purchases.Why == "" {
		return nil
	}
	file := &StartFile{Windows: []string{}, Cutoffs: of.Cutoffs, Purchases: of.Purchases.file(), Spend: of.Spend.file()}
	for _, day := range of.Windows {
		file.Windows = append(file.Windows, day.Format(time.DateOnly))
	}
	return file
}

func (t startTarget) file() StartTargetFile {
	file := StartTargetFile{Chosen: t.Chosen, Why: t.Why, Effects: []StartEffectFile{}}
	if c := t.Contest; c != nil {
		file.Contest = &StartContestFile{Holder: c.Holder, Gain: c.Gain, StandardError: c.StandardError, Deviance: t.Deviance, WithoutDeviance: t.WithoutDeviance}
	}
	for _, e := range t.Effects {
		off := effectQuantile * math.Sqrt(e.Variance)
		file.Effects = append(file.Effects, StartEffectFile{
			Attribute: e.Attribute, Number: e.Number, Value: e.Content, Log: e.Log, Variance: e.Variance,
			Factor: math.Exp(e.Log), FactorLow: math.Exp(e.Log - off), FactorHigh: math.Exp(e.Log + off),
			Observed: e.Observed, Expected: e.Expected,
		})
	}
	return file
}

// started is the effects that a file describes. A run without them has none.
func (file *StartFile) started() (started, error) {
	if file == nil {
		return started{}, nil
	}
	of := started{Cutoffs: file.Cutoffs, Purchases: file.Purchases.target(backtest.Purchases), Spend: file.Spend.target(backtest.Margin)}
	for _, text := range file.Windows {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return of, fmt.Errorf("the effects of first orders: %w", err)
		}
		of.Windows = append(of.Windows, day)
	}
	return of, nil
}

func (file StartTargetFile) target(target backtest.Target) startTarget {
	of := startTarget{Chosen: file.Chosen, Why: file.Why}
	if c := file.Contest; c != nil {
		of.Contest = &backtest.Contest{Target: target, Holder: c.Holder, Challenger: c.Holder + backtest.WithStarts, Gain: c.Gain, StandardError: c.StandardError}
		of.Deviance, of.WithoutDeviance = c.Deviance, c.WithoutDeviance
	}
	for _, e := range file.Effects {
		of.Effects = append(of.Effects, startEffect{e.Number, e.Attribute, e.Value, effects.Effect{Log: e.Log, Variance: e.Variance, Observed: e.Observed, Expected: e.Expected}})
	}
	return of
}
