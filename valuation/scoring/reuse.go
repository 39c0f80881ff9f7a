package scoring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/calendar"
	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
	"cbv/valuation/source"
	"cbv/valuation/starts"
)

// RunModel is the models of a published run.
type RunModel struct {
	HorizonDays  int
	DiscountRate float64 // a year
	Origin       publication.Origin
	season       *SeasonFile // nil: forecasts are of a year without a season
	models       models
	pooled       pooled
	started      starts.Effects
	then         config.Config // of the run
	manifest     publication.Manifest
}

// Groups are the models of the whole base, then those of old customers and of channels
// with parameters of their own.
func (m RunModel) Groups() []Group { return m.models.groups }

// Purchases returns the model of purchases of the whole base, in days.
func (m RunModel) Purchases() btyd.Model { return m.models.groups[wholeBase].Purchase.Model }

// Spend returns the spend model of the whole base.
func (m RunModel) Spend() spend.Model { return m.models.groups[wholeBase].Spend }

// Seasoned returns what the run's same-season ratios do to a forecast of some days; where
// it has none for them, why says so and nothing is multiplied.
func (m RunModel) Seasoned(days float64) (season SeasonedDays, why string) {
	if m.season != nil {
		var known []string
		for _, of := range m.season.Forecasts {
			if float64(of.Days) != days {
				known = append(known, strconv.Itoa(of.Days))
			} else if of.Years > 0 {
				return of, ""
			}
		}
		if len(known) == len(m.season.Forecasts) {
			return SeasonedDays{}, fmt.Sprintf("the run has same-season ratios for %s days ahead, and none for this horizon", strings.Join(known, ", "))
		}
	}
	return SeasonedDays{}, "season untested: the run had no earlier year to compare with"
}

// OpenModel reads the models of a run from its folder.
func OpenModel(ctx context.Context, folder string) (RunModel, error) {
	manifest, err := publication.ReadManifest(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return RunModel{}, failure.Usagef("%s: is no run, for it has no manifest.json: name the folder of a run, such as out/latest", folder)
	}
	if err != nil {
		return RunModel{}, failure.Inputf("%w", err)
	}
	const name = "model.json"
	path := filepath.Join(folder, name)
	hash, err := source.HashFile(ctx, path)
	if err != nil {
		return RunModel{}, err
	}
	known := slices.ContainsFunc(manifest.Outputs, func(o publication.Output) bool { return o.Name == name && o.Hash == hash })
	if !known {
		return RunModel{}, failure.Inputf("%s: is not the file that the run's manifest describes: it was damaged or edited", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return RunModel{}, err
	}
	var file ModelFile
	if err := json.Unmarshal(text, &file); err != nil {
		return RunModel{}, failure.Inputf("%s: %w", path, err)
	}
	if file.Purchase == nil {
		return RunModel{}, failure.Inputf("%s: the run has no model (%s): name another run", path, file.Why)
	}
	if file.TimeUnit != timeUnit {
		return RunModel{}, failure.Usagef("%s: the model counts time in %q, and this program in %s: name another run", path, file.TimeUnit, timeUnit)
	}
	found, err := file.models()
	if err != nil {
		return RunModel{}, failure.Inputf("%s: %w", path, err)
	}
	model := RunModel{HorizonDays: file.HorizonDays, DiscountRate: file.DiscountRate, season: file.Season, models: found, manifest: manifest}
	if model.pooled, err = file.Pool.pooled(); err != nil {
		return RunModel{}, failure.Inputf("%s: %w", path, err)
	}
	if model.started, err = file.Started.Effects(); err != nil {
		return RunModel{}, failure.Inputf("%s: %w", path, err)
	}
	if err := json.Unmarshal(manifest.Configuration, &model.then); err != nil {
		return RunModel{}, failure.Inputf("the configuration of %s: %w", folder, err)
	}
	if file.From != nil { // the age of parameters counts from their fit, however often they were reused
		model.Origin = *file.From
	} else {
		day, err := time.Parse(time.DateOnly, manifest.AsOf)
		if err != nil || len(manifest.Identity) < 12 {
			return RunModel{}, failure.Inputf("%s: its manifest does not name the run", folder)
		}
		model.Origin = publication.Origin{Run: publication.RunID(day, manifest.Identity), Identity: manifest.Identity, AsOf: manifest.AsOf}
	}
	return model, nil
}

// IsSet reports whether there is a run whose models are reused.
func (m RunModel) IsSet() bool { return m.Origin.Run != "" }

// Reused reads the models that run.model names, none where it names none or leaves
// the choice to the run, and refuses those that count purchases or money differently.
func Reused(ctx context.Context, c config.Config) (RunModel, error) {
	if c.Run.Model == "" || c.Run.Model == config.AutoModel {
		return RunModel{}, nil
	}
	model, err := OpenModel(ctx, c.Run.Model)
	if err != nil {
		return RunModel{}, fmt.Errorf("run.model: %w", err)
	}
	if err := model.refuseOtherTerms(c, c.Run.Model); err != nil {
		return RunModel{}, fmt.Errorf("run.model: %w", err)
	}
	return model, nil
}

// refuseOtherTerms refuses models that count purchases or money differently.
func (m RunModel) refuseOtherTerms(c config.Config, folder string) error {
	then := m.then
	for _, rule := range []struct {
		key       string
		then, now any
	}{
		{"value.currency", then.Value.Currency, c.Value.Currency},
		{"time.zone", then.Time.Zone, c.Time.Zone},
		{"orders.columns.customer_id", then.Orders.Columns.CustomerID, c.Orders.Columns.CustomerID},
		{"orders.columns.ordered_at", then.Orders.Columns.OrderedAt, c.Orders.Columns.OrderedAt},
		{"orders.columns.amount", then.Orders.Columns.Amount, c.Orders.Columns.Amount},
		{"orders.grain", then.Orders.Grain, c.Orders.Grain},
		{"orders.keep", then.Orders.Keep, c.Orders.Keep},
		{"orders.zero_is_purchase", then.Orders.ZeroIsPurchase, c.Orders.ZeroIsPurchase},
		{"orders.returns (by order)", then.Orders.NetsByOrder(), c.Orders.NetsByOrder()},
	} {
		if rule.then != rule.now {
			return failure.Usagef("%s was made with %s %#v, and now it is %#v: parameters do not carry over; fit anew with --model ''",
				folder, rule.key, rule.then, rule.now)
		}
	}
	return nil
}

// ChooseModel chooses the models by run.model: auto, once the as-of day is known: those
// of the latest earlier run that has some, while their fit is young enough. Else it
// says why the models are fitted anew.
func (s *Scoring) ChooseModel(ctx context.Context, runs publication.Catalog) error {
	if s.Config.Run.Model != config.AutoModel {
		return nil
	}
	ids, err := runs.Earlier(s.Days.AsOf)
	if err != nil {
		return err
	}
	s.Refit = "no earlier run has models that can be reused"
	oldest := s.Days.AsOf.AddDate(0, 0, -int(s.Config.Run.ModelMaxAgeDays))
	for _, id := range ids {
		if id[:len(time.DateOnly)] < oldest.Format(time.DateOnly) {
			return nil // no fit of it is young enough
		}
		model, err := OpenModel(ctx, runs.Folder(id))
		if err == nil {
			err = model.refuseOtherTerms(s.Config, id)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			continue // it has no model, counts otherwise, or was damaged
		}
		if model.Origin.AsOf >= oldest.Format(time.DateOnly) {
			s.reused, s.Refit = model, ""
			return nil
		}
		s.Refit = fmt.Sprintf("those of run %s were fitted as of %s, more than %d days before", model.Origin.Run, model.Origin.AsOf, int(s.Config.Run.ModelMaxAgeDays))
		return nil
	}
	return nil
}

// Reused returns the models of a run that are reused, not set where they are fitted.
func (s *Scoring) Reused() RunModel { return s.reused }

// Identity is what of reused models enters the identity of the run.
func (m RunModel) Identity() ([]byte, error) {
	file := modelFileOf(m.models)
	identity := []any{m.Origin, file.Purchase, file.Spend, file.Channels}
	if file.Old != nil {
		identity = append(identity, file.Old)
	}
	if m.pooled.Chosen {
		identity = append(identity, poolFileOf(m.pooled))
	}
	return json.Marshal(identity)
}

// RefuseOldModel stops a run whose reused parameters are older than
// run.model_max_age_days allows, or know of days that had not come.
func (s *Scoring) RefuseOldModel() error {
	if !s.reused.IsSet() || len(s.Days.Orders) == 0 {
		return nil
	}
	fitted, err := time.Parse(time.DateOnly, s.reused.Origin.AsOf)
	if err != nil {
		return failure.Inputf("run.model: %s: %w", s.Config.Run.Model, err)
	}
	today := s.Days.AsOf.Format(time.DateOnly)
	age := calendar.DaysBetween(fitted, s.Days.AsOf)
	if age < 0 {
		return failure.Inputf("run.model: %s was fitted as of %s, after %s, the day of this run: its parameters know what had not happened yet; name an earlier run",
			s.reused.Origin.Run, s.reused.Origin.AsOf, today)
	}
	if limit := int(s.Config.Run.ModelMaxAgeDays); age > limit {
		return failure.Inputf("run.model: %s was fitted as of %s, %d days before %s, the day of this run, and run.model_max_age_days allows %d: fit anew with --model ''",
			s.reused.Origin.Run, s.reused.Origin.AsOf, age, today, limit)
	}
	return nil
}

// daysSinceFit returns how many days ago reused parameters were fitted: RefuseOldModel has
// read their day.
func (s *Scoring) daysSinceFit() int {
	fitted, err := time.Parse(time.DateOnly, s.reused.Origin.AsOf)
	if err != nil {
		return 0
	}
	return calendar.DaysBetween(fitted, s.Days.AsOf)
}

// modelWarnings are the warnings that come of a fit, and stay true of its
// parameters wherever they are used.
var modelWarnings = []string{
	"no_dropout", "dropout_without_model", "too_few_histories", "model_at_boundary", "model_on_ridge", "model_not_concave", "model_without_optimum", "channel_without_model", "old_without_model",
	"spend_goes_with_frequency", "no_spend_model", "spend_mean_infinite", "spend_mean_undetermined", "spend_at_boundary",
}

// readings says how each attribute of first orders is read, by its name.
func readings(c config.Config) map[string]string {
	found := map[string]string{}
	if c.Orders.Columns.Channel != "" {
		found[schema.ChannelAttribute] = c.Orders.Columns.Channel
	}
	for _, attribute := range c.Orders.Attributes {
		if attribute.IsFirst {
			found[attribute.Name] = fmt.Sprintf("%s (many: %t)", attribute.Text, attribute.IsMany)
		}
	}
	return found
}

// reuse takes over the reused models in place of a fit. They are judged as the
// backtest fits their family.
func (s *Scoring) reuse() {
	s.models, s.pooled = s.reused.models, s.reused.pooled.forHoldout(s.intake.Holdout.Days, s.daysSinceFit())
	s.started = s.reused.started.Carried(readings(s.reused.then), readings(s.Config))
	if s.reused.pooled.Chosen && !s.pooled.Chosen {
		s.started = s.started.WithoutPool()
	}
	for _, warning := range s.reused.manifest.Warnings {
		if slices.Contains(modelWarnings, warning.Code) {
			s.Warn(warning.Code, "%s", warning.Message)
		}
	}
	if h := &s.holdout; h.result != nil {
		name := s.models.groups[wholeBase].Purchase.Model.Name()
		h.choice = h.result.Judge(name, len(s.models.channels()) > 0)
	}
}
