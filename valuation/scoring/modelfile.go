package scoring

import (
	"fmt"
	"slices"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/starts"
)

// ModelFile is model.json.
type ModelFile struct {
	AsOf         string             `json:"as_of"`
	TimeUnit     string             `json:"time_unit"`
	HorizonDays  int                `json:"horizon_days"`
	DiscountRate float64            `json:"discount_rate_per_year"`
	Purchase     *PurchaseFile      `json:"purchase_model"` // of the whole base; null where none could be fitted
	Why          string             `json:"why"`            // this one; or none
	Spend        *SpendFile         `json:"spend_model"`
	Old          *GroupFile         `json:"old_customers,omitempty"` // with parameters of their own; the others alone have those above
	Channels     []ChannelFile      `json:"channels"`                // with parameters of their own
	Candidates   []PurchaseFile     `json:"candidates"`              // every family, fitted to the whole base
	Fingerprint  string             `json:"histories_xxh3_128,omitempty"`
	Pool         *PoolFile          `json:"pool"`                          // null where nothing could be tested
	Started      *starts.File       `json:"first_order_effects,omitempty"` // absent where first orders are not told apart, or nothing could be tested
	Season       *SeasonFile        `json:"season"`                        // null without a model or a past to compare with
	Regularity   *float64           `json:"gap_regularity"`                // k̂ of the gaps between purchases: 1 where they come at random; null where fewer than 50 customers show it
	Warnings     []pipeline.Warning `json:"warnings"`
	// The run that fitted the parameters, absent where it was this one. Counts
	// and likelihoods are those of its base.
	From *publication.Origin `json:"parameters_from,omitempty"`
}

// timeUnit is the unit of the models' times.
const timeUnit = "days"

// PurchaseFile is a part of model.json.
type PurchaseFile struct {
	Name          string          `json:"name"`
	Parameters    []ParameterFile `json:"parameters"`
	Covariance    [][]float64     `json:"covariance_of_logs,omitempty"` // of the logarithms of the parameters
	Boundary      string          `json:"boundary,omitempty"`           // at which parameters are held
	LogLikelihood *float64        `json:"log_likelihood,omitempty"`
	AIC           *float64        `json:"aic,omitempty"`
	BIC           *float64        `json:"bic,omitempty"`
	Customers     int64           `json:"customers,omitempty"`
	Repeats       int64           `json:"repeat_purchases,omitempty"`
	Histories     int             `json:"histories,omitempty"`
	Evaluations   int             `json:"evaluations,omitempty"`
	WhyNone       string          `json:"why_none,omitempty"` // no parameters then
}

// ParameterFile is a part of model.json.
type ParameterFile struct {
	Name          string  `json:"name"`
	Value         float64 `json:"value"`
	StandardError float64 `json:"standard_error"`
}

// GroupFile is a part of model.json.
type GroupFile struct {
	Purchase PurchaseFile `json:"purchase_model"`
	Spend    SpendFile    `json:"spend_model"`
}

// ChannelFile is a part of model.json.
type ChannelFile struct {
	Channel string `json:"channel"`
	GroupFile
}

// SpendFile is a part of model.json. The parameters of all bands come of one fit: p and
// q are the same, and the covariance is of p, q and the gamma of each.
type SpendFile struct {
	Form          string      `json:"form"` // which purchases the model sees
	Why           string      `json:"why,omitempty"`
	FirstDivisor  float64     `json:"first_divisor"`  // what a first purchase is divided by before it counts
	PositiveShare float64     `json:"positive_share"` // of purchases; the model is of these
	Spearman      float64     `json:"spearman_repeats_spend"`
	FirstToLater  *float64    `json:"first_to_later,omitempty"` // first per later purchase of the same customers
	Bands         []BandFile  `json:"bands"`
	Covariance    [][]float64 `json:"covariance_of_logs,omitempty"`
	Boundary      string      `json:"boundary,omitempty"` // at which parameters are held
	LogLikelihood *float64    `json:"log_likelihood"`
	Customers     int64       `json:"customers"`
	Purchases     int64       `json:"purchases"`
	Evaluations   int         `json:"evaluations"`
}

// BandFile is the model of customers with a range of repeat purchases.
type BandFile struct {
	Name        string          `json:"name"` // Gamma-Gamma, or mean
	RepeatsFrom int             `json:"repeats_from"`
	RepeatsTo   *int            `json:"repeats_to"` // null: no upper bound
	Mean        float64         `json:"mean"`       // of a purchase of positive value, for a customer of whom the model has seen none
	Parameters  []ParameterFile `json:"parameters"`
}

// ModelFile returns model.json.
func (s *Scoring) ModelFile() ModelFile {
	file := modelFileOf(s.models)
	file.AsOf = s.Days.AsOf.Format(time.DateOnly)
	file.HorizonDays, file.DiscountRate = s.Config.Value.HorizonDays, s.Config.Value.DiscountRate
	file.From = s.parametersFrom()
	if file.Spend != nil && !s.reused.IsSet() {
		file.Spend.Why, file.Spend.FirstToLater = s.whySpend(), s.levels.FirstToLater
	}
	file.Season, file.Regularity, file.Pool, file.Started = s.seasonFile(), s.regularity, poolFileOf(s.pooled), starts.FileOf(s.started)
	file.Warnings = []pipeline.Warning{}
	for _, warning := range s.Warnings {
		if slices.Contains(modelWarnings, warning.Code) {
			file.Warnings = append(file.Warnings, warning)
		}
	}
	return file
}

// parametersFrom names the run whose parameters this one uses, nil where it
// fitted its own.
func (s *Scoring) parametersFrom() *publication.Origin {
	if !s.reused.IsSet() {
		return nil
	}
	return &s.reused.Origin
}

// modelFileOf describes models; the day and the terms of a run are left open.
func modelFileOf(m models) ModelFile {
	file := ModelFile{TimeUnit: timeUnit, Why: m.why, Channels: []ChannelFile{}, Candidates: []PurchaseFile{}, Fingerprint: m.fingerprint}
	for _, c := range m.candidates {
		if c.fit == nil {
			file.Candidates = append(file.Candidates, PurchaseFile{Name: c.family, Parameters: []ParameterFile{}, WhyNone: c.none.Detail})
			continue
		}
		file.Candidates = append(file.Candidates, purchaseFileOf(*c.fit))
	}
	for _, group := range m.groups {
		entry := GroupFile{purchaseFileOf(group.Purchase), spendFileOf(group.Spend)}
		switch {
		case group.Old:
			file.Old = &entry
		case group.Channel != "":
			file.Channels = append(file.Channels, ChannelFile{group.Channel, entry})
		default:
			file.Purchase, file.Spend = &entry.Purchase, &entry.Spend
		}
	}
	return file
}

func purchaseFileOf(fit btyd.Fit) PurchaseFile {
	aic, bic := fit.AIC(), fit.BIC()
	return PurchaseFile{
		Name: fit.Model.Name(), Parameters: parameters(fit.Parameters), Covariance: fit.Covariance,
		Boundary: fit.Boundary, LogLikelihood: &fit.LogLikelihood, AIC: &aic, BIC: &bic,
		Customers: fit.Customers, Repeats: fit.Repeats, Histories: fit.Histories, Evaluations: fit.Evaluations,
	}
}

func spendFileOf(model spend.Model) SpendFile {
	file := SpendFile{
		Form: model.Form.Name(), FirstDivisor: model.Form.FirstDivisor, PositiveShare: model.PositiveShare, Spearman: model.Spearman,
	}
	fit := model.Fit
	if fit != nil {
		file.Covariance, file.Boundary, file.LogLikelihood = fit.Covariance, fit.Boundary, &fit.LogLikelihood
		file.Customers, file.Purchases, file.Evaluations = fit.Customers, fit.Purchases, fit.Evaluations
	}
	for i, band := range model.Bands {
		entry := BandFile{Name: "mean", RepeatsFrom: band.From, Mean: band.Mean, Parameters: []ParameterFile{}}
		if band.To != spend.MostRepeats {
			entry.RepeatsTo = &band.To
		}
		if fit != nil {
			entry.Name, entry.Parameters = band.Model.Name(), parameters(fit.OfBand(i))
		}
		file.Bands = append(file.Bands, entry)
	}
	return file
}

func parameters(estimates []btyd.Estimate) []ParameterFile {
	var list []ParameterFile
	for _, e := range estimates {
		list = append(list, ParameterFile{e.Name, e.Value, e.StandardError})
	}
	return list
}

// models are the models that a file describes.
func (file ModelFile) models() (models, error) {
	found := models{why: file.Why, fingerprint: file.Fingerprint}
	for _, entry := range file.Candidates {
		c := candidate{family: entry.Name}
		if entry.WhyNone != "" {
			c.none = &btyd.NoFitError{Model: entry.Name, Detail: entry.WhyNone}
		} else {
			fit, err := entry.fit()
			if err != nil {
				return found, err
			}
			c.fit = &fit
		}
		found.candidates = append(found.candidates, c)
	}
	if err := found.add(Group{}, GroupFile{*file.Purchase, *file.Spend}); err != nil {
		return found, err
	}
	if file.Old != nil {
		if err := found.add(Group{Old: true}, *file.Old); err != nil {
			return found, err
		}
	}
	for _, entry := range file.Channels {
		if err := found.add(Group{Channel: entry.Channel}, entry.GroupFile); err != nil {
			return found, err
		}
	}
	return found, nil
}

// add adds the models of a group that a file describes.
func (m *models) add(group Group, file GroupFile) error {
	var err error
	if group.Purchase, err = file.Purchase.fit(); err != nil {
		return err
	}
	if group.Spend, err = file.Spend.spend(); err != nil {
		return err
	}
	m.groups = append(m.groups, group)
	return nil
}

func (file PurchaseFile) fit() (btyd.Fit, error) {
	model, err := btyd.NewModel(file.Name, values(file.Parameters))
	if err != nil {
		return btyd.Fit{}, err
	}
	fit := btyd.Fit{
		Model: model, Parameters: estimates(file.Parameters), Covariance: file.Covariance, Boundary: file.Boundary,
		Customers: file.Customers, Repeats: file.Repeats, Histories: file.Histories, Evaluations: file.Evaluations,
	}
	if file.LogLikelihood != nil {
		fit.LogLikelihood = *file.LogLikelihood
	}
	return fit, covers(file.Name, len(file.Parameters), file.Covariance)
}

func (file SpendFile) spend() (spend.Model, error) {
	form, err := spend.FormNamed(file.Form, file.FirstDivisor)
	if err != nil {
		return spend.Model{}, fmt.Errorf("the spend model: %w", err)
	}
	model := spend.Model{Form: form, PositiveShare: file.PositiveShare, Spearman: file.Spearman}
	fit := &spend.Fit{
		Covariance: file.Covariance, Boundary: file.Boundary, Customers: file.Customers, Purchases: file.Purchases, Evaluations: file.Evaluations,
	}
	for _, entry := range file.Bands {
		band := spend.Band{Range: spend.Range{From: entry.RepeatsFrom, To: spend.MostRepeats}, Mean: entry.Mean}
		if entry.RepeatsTo != nil {
			band.To = *entry.RepeatsTo
		}
		if len(entry.Parameters) > 0 {
			gammaGamma, err := spend.NewGammaGamma(values(entry.Parameters))
			if err != nil {
				return model, err
			}
			fit.AddBand(gammaGamma, estimates(entry.Parameters))
			band.Model = &gammaGamma
		}
		model.Bands = append(model.Bands, band)
	}
	if len(fit.Models) == 0 {
		return model, nil
	}
	if file.LogLikelihood != nil {
		fit.LogLikelihood = *file.LogLikelihood
	}
	model.Fit = fit
	return model, covers(fit.Models[0].Name(), len(fit.Parameters), file.Covariance)
}

// covers refuses a covariance that is not of the parameters.
func covers(model string, parameters int, covariance [][]float64) error {
	if len(covariance) != parameters {
		return fmt.Errorf("%s: the covariance has %d rows, want %d", model, len(covariance), parameters)
	}
	for _, row := range covariance {
		if len(row) != parameters {
			return fmt.Errorf("%s: the covariance has a row of %d, want %d", model, len(row), parameters)
		}
	}
	return nil
}

func values(parameters []ParameterFile) map[string]float64 {
	named := map[string]float64{}
	for _, p := range parameters {
		named[p.Name] = p.Value
	}
	return named
}

func estimates(parameters []ParameterFile) []btyd.Estimate {
	var list []btyd.Estimate
	for _, p := range parameters {
		list = append(list, btyd.Estimate{Parameter: btyd.Parameter{Name: p.Name, Value: p.Value}, StandardError: p.StandardError})
	}
	return list
}

// Published returns the short form of model.json, nil without a model.
func (s *Scoring) Published() *publication.Model {
	if !s.HasModel() {
		return nil
	}
	fit := s.models.groups[wholeBase].Purchase
	model := &publication.Model{
		Name: fit.Model.Name(), Parameters: map[string]float64{}, SpendForm: s.form.Name(), ByChannel: s.models.channels(), Pool: s.pooled.published(),
		Started: s.started.Published(), From: s.parametersFrom(),
	}
	for _, p := range fit.Parameters {
		model.Parameters[p.Name] = p.Value
	}
	return model
}
