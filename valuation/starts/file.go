package starts

import (
	"fmt"
	"math"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd/effects"
	"cbv/valuation/stat"
)

// File is a part of model.json: the effects of what first orders were. They say what
// went with a value in the windows, and not what caused it.
type File struct {
	Windows   []string   `json:"windows"` // the days after which those begin that they were fitted on
	Cutoffs   int        `json:"cutoffs"` // at which they could be fitted
	Purchases TargetFile `json:"purchases"`
	Spend     TargetFile `json:"spend"` // what a purchase is worth of somebody of whom none is known
}

// TargetFile is a part of model.json.
type TargetFile struct {
	Chosen  bool         `json:"chosen"` // customers are valued with them
	Why     string       `json:"why"`
	Contest *ContestFile `json:"contest,omitempty"` // absent where they could be fitted at no cutoff
	Effects []EffectFile `json:"effects"`           // values that are not here have none
}

// ContestFile is a part of model.json.
type ContestFile struct {
	Holder          string  `json:"without"`
	Gain            float64 `json:"gain"`             // deviance gained per customer, over the cutoffs at which they are known
	StandardError   float64 `json:"standard_error"`   // of it
	Deviance        float64 `json:"deviance"`         // mean, with the effects
	WithoutDeviance float64 `json:"without_deviance"` // without, with the same total
}

// EffectFile is a part of model.json: what is expected of customers who began with a
// value is multiplied by exp(log_effect), before all is scaled to the total without effects.
type EffectFile struct {
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

// FileOf describes effects, nil where nothing could be tested.
func FileOf(of Effects) *File {
	if of.Purchases.Why == "" {
		return nil
	}
	file := &File{Windows: []string{}, Cutoffs: of.Cutoffs, Purchases: of.Purchases.file(), Spend: of.Spend.file()}
	for _, day := range of.Windows {
		file.Windows = append(file.Windows, day.Format(time.DateOnly))
	}
	return file
}

func (t Target) file() TargetFile {
	file := TargetFile{Chosen: t.Chosen, Why: t.Why, Effects: []EffectFile{}}
	if c := t.Contest; c != nil {
		file.Contest = &ContestFile{Holder: c.Holder, Gain: c.Gain, StandardError: c.StandardError, Deviance: t.Deviance, WithoutDeviance: t.WithoutDeviance}
	}
	for _, e := range t.Effects {
		off := stat.Z * math.Sqrt(e.Variance)
		file.Effects = append(file.Effects, EffectFile{
			Attribute: e.Attribute, Number: e.Number, Value: e.Content, Log: e.Log, Variance: e.Variance,
			Factor: math.Exp(e.Log), FactorLow: math.Exp(e.Log - off), FactorHigh: math.Exp(e.Log + off),
			Observed: e.Observed, Expected: e.Expected,
		})
	}
	return file
}

// Effects is the effects that a file describes. A run without them has none.
func (file *File) Effects() (Effects, error) {
	if file == nil {
		return Effects{}, nil
	}
	of := Effects{Cutoffs: file.Cutoffs, Purchases: file.Purchases.target(backtest.Purchases), Spend: file.Spend.target(backtest.Margin)}
	for _, text := range file.Windows {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return of, fmt.Errorf("the effects of first orders: %w", err)
		}
		of.Windows = append(of.Windows, day)
	}
	return of, nil
}

func (file TargetFile) target(target backtest.Target) Target {
	of := Target{Chosen: file.Chosen, Why: file.Why}
	if c := file.Contest; c != nil {
		of.Contest = &backtest.Contest{Target: target, Holder: c.Holder, Challenger: c.Holder + backtest.WithStarts, Gain: c.Gain, StandardError: c.StandardError}
		of.Deviance, of.WithoutDeviance = c.Deviance, c.WithoutDeviance
	}
	for _, e := range file.Effects {
		of.Effects = append(of.Effects, startEffect{e.Number, e.Attribute, e.Value, effects.Effect{Log: e.Log, Variance: e.Variance, Observed: e.Observed, Expected: e.Expected}})
	}
	return of
}
