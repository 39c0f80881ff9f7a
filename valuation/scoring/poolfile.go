package scoring

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/pool"
)

// PoolFile is a part of model.json: whether the pool distributes the family's total over
// customers, and the pool of as_of.
type PoolFile struct {
	Chosen  bool             `json:"chosen"`
	Why     string           `json:"why"`
	Contest *PoolContestFile `json:"contest,omitempty"` // absent where the pool could be fitted at no cutoff
	Pool    *FittedPoolFile  `json:"fitted,omitempty"`  // absent where there is none as of as_of
}

// PoolContestFile is a part of model.json.
type PoolContestFile struct {
	Family         string  `json:"family"`
	Cutoffs        int     `json:"cutoffs"`
	Gain           float64 `json:"gain"`            // deviance gained per customer, over the cutoffs at which they are known
	StandardError  float64 `json:"standard_error"`  // of it
	Deviance       float64 `json:"deviance"`        // mean, of purchases, by the pool
	FamilyDeviance float64 `json:"family_deviance"` // by the family, with the same total
}

// FittedPoolFile is a part of model.json: a customer is expected to make
// exp(intercept + Σ coefficient · (feature - centre)) purchases in window_days.
type FittedPoolFile struct {
	WindowDays int               `json:"window_days"`
	Windows    []string          `json:"windows"` // the days after which those begin that it was fitted on
	Intercept  float64           `json:"intercept"`
	Features   []CoefficientFile `json:"features"`
	Covariance [][]float64       `json:"covariance"`     // of the coefficients
	HalfLife   int               `json:"half_life_days"` // of fading memory, as what follows
	R          float64           `json:"r"`
	Alpha      float64           `json:"alpha"`
	Growth     float64           `json:"growth"`
	Models     []ExpectedByFile  `json:"models"` // of ln_mbgnbd and of ln_nbd: the first is NBD where MBG/NBD has no proper fit
}

// CoefficientFile is a part of model.json.
type CoefficientFile struct {
	Name        string  `json:"name"`
	Coefficient float64 `json:"coefficient"`
	Centre      float64 `json:"centre"`
	Least       float64 `json:"least"` // a feature below it counts as this,
	Most        float64 `json:"most"`  // one above as this
}

// ExpectedByFile is a part of model.json.
type ExpectedByFile struct {
	Name       string             `json:"name"`
	Parameters map[string]float64 `json:"parameters"`
}

// poolFileOf describes the pool, nil where nothing could be tested.
func poolFileOf(p pooled) *PoolFile {
	if p.Why == "" {
		return nil
	}
	file := &PoolFile{Chosen: p.Chosen, Why: p.Why}
	if c := p.Contest; c != nil {
		file.Contest = &PoolContestFile{
			Family: c.Holder, Cutoffs: p.Cutoffs, Gain: c.Gain, StandardError: c.StandardError, Deviance: p.Deviance, FamilyDeviance: p.FamilyDeviance,
		}
	}
	if !p.isFitted() {
		return file
	}
	file.Pool = &FittedPoolFile{
		WindowDays: p.Pool.Days, Windows: []string{}, Intercept: p.Pool.Intercept,
		HalfLife: p.Memory.HalfLife, R: p.Memory.R, Alpha: p.Memory.Alpha, Growth: p.Memory.Growth,
	}
	for _, day := range p.Windows {
		file.Pool.Windows = append(file.Pool.Windows, day.Format(time.DateOnly))
	}
	for j, name := range pool.FeatureNames {
		file.Pool.Features = append(file.Pool.Features, CoefficientFile{name, p.Pool.Coefficients[j], p.Pool.Centre[j], p.Pool.Ranges[j].Least, p.Pool.Ranges[j].Most})
		file.Pool.Covariance = append(file.Pool.Covariance, p.Pool.Covariance[j][:])
	}
	for _, model := range []btyd.Model{p.Models.MBGNBD, p.Models.NBD} {
		of := ExpectedByFile{Name: model.Name(), Parameters: map[string]float64{}}
		for _, parameter := range model.Parameters() {
			of.Parameters[parameter.Name] = parameter.Value
		}
		file.Pool.Models = append(file.Pool.Models, of)
	}
	return file
}

// pooled is the pool that a file describes. That of a run without one was not chosen.
func (file *PoolFile) pooled() (pooled, error) {
	if file == nil {
		return pooled{Why: "the run whose parameters are used had none"}, nil
	}
	p := pooled{Chosen: file.Chosen, Why: file.Why}
	if c := file.Contest; c != nil {
		p.Contest = &backtest.Contest{Target: backtest.Purchases, Holder: c.Family, Challenger: backtest.PoolName, Gain: c.Gain, StandardError: c.StandardError}
		p.Cutoffs, p.Deviance, p.FamilyDeviance = c.Cutoffs, c.Deviance, c.FamilyDeviance
	}
	if file.Pool != nil {
		return p, file.Pool.into(&p)
	}
	if p.Chosen {
		return p, errors.New("the pool is chosen and has no parameters")
	}
	return p, nil
}

// into sets the pool that a file describes.
func (file *FittedPoolFile) into(p *pooled) error {
	if len(file.Features) != len(pool.FeatureNames) || len(file.Models) != 2 || !slices.Contains(pool.HalfLives[:], file.HalfLife) || file.WindowDays < 1 {
		return fmt.Errorf("the pool has %d features, %d models, a half-life of %d days and windows of %d: this program knows others",
			len(file.Features), len(file.Models), file.HalfLife, file.WindowDays)
	}
	p.Memory = pool.FadingMemory{R: file.R, Alpha: file.Alpha, Growth: file.Growth, HalfLife: file.HalfLife}
	p.Models.Memory = p.Memory
	for i, into := range []*btyd.Model{&p.Models.MBGNBD, &p.Models.NBD} {
		model, err := btyd.NewModel(file.Models[i].Name, file.Models[i].Parameters)
		if err != nil {
			return fmt.Errorf("the pool: %w", err)
		}
		*into = model
	}
	p.Pool = pool.Pool{Days: file.WindowDays, Intercept: file.Intercept}
	for j, f := range file.Features {
		if f.Name != pool.FeatureNames[j] {
			return fmt.Errorf("the pool has the feature %q, want %q", f.Name, pool.FeatureNames[j])
		}
		p.Pool.Coefficients[j], p.Pool.Centre[j], p.Pool.Ranges[j] = f.Coefficient, f.Centre, pool.Range{Least: f.Least, Most: f.Most}
	}
	if p.Pool.Ranges == (pool.Pool{}).Ranges {
		return errors.New("the pool does not know from where to where its features go")
	}
	if err := covers("the pool", len(pool.FeatureNames), file.Covariance); err != nil {
		return err
	}
	for j, row := range file.Covariance {
		copy(p.Pool.Covariance[j][:], row)
	}
	for _, text := range file.Windows {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return fmt.Errorf("the pool: %w", err)
		}
		p.Windows = append(p.Windows, day)
	}
	return nil
}
