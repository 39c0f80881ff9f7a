package movement

import (
	"context"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strconv"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/money"
	"cbv/valuation/parquetfile"
	"cbv/valuation/publication"
	"cbv/valuation/rfm"
	"cbv/valuation/scoring"
)

// Standing is what of a run sets where its customers stand.
type Standing struct {
	Settings config.Config
	Program  string // its version
	AsOf     time.Time
	Cuts     rfm.Cuts
	Groups   []scoring.Group // none without a model
	figures  map[string]float64
}

const (
	replacementFigure = "replacement"
	floorFigure       = "keep_floor"
	medianFigure      = "median_days_to_second_purchase"
)

// ReadStanding reads that of a published run. One whose model or figures cannot be read,
// because an older program wrote them, is taken as one without.
func ReadStanding(ctx context.Context, folder string) (Standing, error) {
	manifest, err := publication.ReadManifest(folder)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Program: manifest.Version, figures: map[string]float64{}}
	if err := json.Unmarshal(manifest.Configuration, &s.Settings); err != nil {
		return s, failure.Inputf("%s: its configuration: %w", folder, err)
	}
	if s.AsOf, err = time.Parse(time.DateOnly, manifest.AsOf); err != nil {
		return s, failure.Inputf("%s: its manifest does not name its day", folder)
	}
	if s.Cuts, err = cutsOf(manifest.RFMCuts, s.Settings); err != nil {
		return s, err
	}
	if model, err := scoring.OpenModel(ctx, folder); err == nil {
		s.Groups = model.Groups()
	}
	rows, err := parquetfile.Read[struct {
		Metric  *string  `parquet:"metric"`
		Month   *int32   `parquet:"month"`
		Channel *string  `parquet:"channel"`
		Value   *float64 `parquet:"value"`
	}](filepath.Join(folder, "kpis.parquet"))
	if err != nil {
		return s, ctx.Err()
	}
	for _, row := range rows {
		if row.Month == nil && row.Channel == nil && row.Metric != nil && row.Value != nil {
			s.figures[*row.Metric] = *row.Value
		}
	}
	return s, ctx.Err()
}

// cutsOf reads cut points as a manifest has them.
func cutsOf(cuts publication.RFMCuts, settings config.Config) (found rfm.Cuts, err error) {
	minor, err := settings.Value.MinorPerUnit()
	if err != nil {
		return found, err
	}
	copy(found.Recency[:], cuts.RecencyDays)
	copy(found.Frequency[:], cuts.Purchases)
	for i, text := range cuts.Monetary {
		amount, err := strconv.ParseFloat(text, 64)
		if err != nil || i >= len(found.Monetary) {
			return found, failure.Inputf("the cut points of the run before: %q is no amount", text)
		}
		found.Monetary[i] = money.ToMinor(amount, minor)
	}
	return found, nil
}

// figuresOf reads the figures of the base of the run under way.
func figuresOf(ctx context.Context, e engine.Engine) (map[string]float64, error) {
	figures := map[string]float64{}
	for row, err := range engine.Select[struct {
		Metric  string
		Month   *time.Time
		Channel *string
		Value   *float64
	}](ctx, e, "kpis") {
		if err != nil {
			return nil, err
		}
		if row.Month == nil && row.Channel == nil && row.Value != nil {
			figures[row.Metric] = *row.Value
		}
	}
	return figures, nil
}

// countsOtherwise reports whether two runs read the orders by other rules, so that what
// customers did cannot be held against each other.
func (s Standing) countsOtherwise(other Standing) bool {
	return !reflect.DeepEqual(plainOrders(s.Settings), plainOrders(other.Settings))
}

// plainOrders are the rules by which orders are read, the files and what is only passed on
// left out.
func plainOrders(c config.Config) config.Orders {
	orders := c.Orders
	orders.Files, orders.Attributes = nil, nil
	return orders
}

// differsFrom reports whether settings that customers are valued by, or the program, are
// others.
func (s Standing) differsFrom(other Standing) bool {
	return s.Program != other.Program || s.countsOtherwise(other) ||
		!reflect.DeepEqual(s.Settings.Value, other.Settings.Value) || !reflect.DeepEqual(s.Settings.RFM, other.Settings.RFM) || s.Settings.Lifecycle != other.Settings.Lifecycle
}
