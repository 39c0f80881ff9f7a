package publication

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/focus"
	"cbv/valuation/orderdays"
	"cbv/valuation/pipeline"
	"cbv/valuation/source"
)

// SchemaVersion is raised when a published column is renamed, removed, or
// changes its meaning.
const SchemaVersion = 1

// Manifest says what a run read, how, and what came of it. It is the last file
// written, so a folder with a manifest that verifies is whole. Money in it is
// exact, as text.
type Manifest struct {
	SchemaVersion int                `json:"schema_version"`
	Version       string             `json:"version"`
	Identity      string             `json:"identity"` // 128-bit hash of inputs, configuration and program
	AsOf          string             `json:"as_of"`
	Currency      string             `json:"currency"`
	MoneyBasis    string             `json:"money_basis"` // what value is counted in: margin or revenue
	Configuration json.RawMessage    `json:"configuration"`
	Inputs        []Input            `json:"inputs"`
	Rows          Rows               `json:"rows"`
	OtherRows     map[string]Rows    `json:"other_rows,omitempty"` // of the auxiliary inputs: spend, surveys
	Profile       Profile            `json:"profile"`              // what the orders look like
	Merged        *Merged            `json:"merged_customers,omitempty"`
	Young         *YoungPurchases    `json:"young_purchases,omitempty"` // absent where hardly any purchase comes to nothing
	Past          Past               `json:"past"`                      // how the past changed from run to run
	MovementSince string             `json:"movement_since,omitempty"`  // the run that movement and restated compare with; absent without one
	Totals        Totals             `json:"totals"`
	MissingDays   []Stretch          `json:"missing_days,omitempty"` // without an order, though the shop would have had some; the earliest first
	Acquisition   *Acquisition       `json:"acquisition"`            // null where no customer is marked by it
	RFMCuts       RFMCuts            `json:"rfm_cuts"`
	Model         *Model             `json:"model"` // null where none could be fitted
	Backtest      Backtest           `json:"backtest"`
	Record        []Record           `json:"record,omitempty"`        // what earlier runs published against what came
	LastCampaign  *MeasuredCampaign  `json:"last_campaign,omitempty"` // the last measurement by as_of up to this run's; absent without one
	Focus         focus.Report       `json:"focus"`                   // where the next effort should go
	Warnings      []pipeline.Warning `json:"warnings"`
	Plan          []pipeline.Entry   `json:"plan"`
	Outputs       []Output           `json:"outputs"`
}

// Input is one file that the run read.
type Input struct {
	Input string `json:"input,omitempty"` // spend or surveys; absent for orders
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Rows  int64  `json:"rows"`
	Hash  string `json:"xxh3_128"`
}

// InputsOf lists the files of an input.
func InputsOf(input string, files []source.File) []Input {
	var inputs []Input
	for _, file := range files {
		inputs = append(inputs, Input{Input: input, Name: file.Name, Bytes: file.Bytes, Rows: file.Rows, Hash: file.Fingerprint})
	}
	return inputs
}

// Rows adds the input rows up: Files = Used + Σ Excluded + Σ Quarantined.
type Rows struct {
	Files       Amount            `json:"files"`
	Used        Amount            `json:"used"`
	Excluded    map[string]Amount `json:"excluded"`
	Quarantined map[string]Amount `json:"quarantined"`
}

// Merged is how many ids of the order files were merged into others, and the rows that
// they have.
type Merged struct {
	Customers int64 `json:"customers"`
	Rows      int64 `json:"rows"`
}

// Past says what became of past days over all runs up to this one, so that a later run
// can tell a loss that goes on night after night from what is known.
type Past struct {
	// ErasedRows are those that went with customers who were erased.
	ErasedRows int64 `json:"erased_rows"`
	// AcceptedLoss is the as-of day of the last run for which a loss was accepted, ""
	// without one.
	AcceptedLoss string `json:"accepted_loss"`
}

// YoungPurchases are the purchases younger than Days, the age by which 95 % of those that
// come to nothing have done so, returned in full or cancelled by a newer version of their
// order, and the share of them that still will. They count as purchases until they do.
type YoungPurchases struct {
	Purchases int64   `json:"purchases"`
	Days      int64   `json:"days"`
	VoidShare float64 `json:"share_to_be_voided"`
}

// Amount is a number of rows and their money, where NaN, infinite and
// missing amounts count as 0.
type Amount struct {
	Rows  int64  `json:"rows"`
	Money string `json:"money"`
}

// Totals are the sums that outputs must agree with. Used money = Revenue +
// ReturnsOnlyRevenue.
type Totals struct {
	Customers            int64   `json:"customers"`
	RepeatCustomers      int64   `json:"repeat_customers"`
	RepeatPurchases      int64   `json:"repeat_purchases"`
	Purchases            int64   `json:"purchases"`
	Revenue              string  `json:"revenue"`
	Margin               *string `json:"margin"`
	CLV                  *string `json:"clv"`
	LifetimeValue        *string `json:"lifetime_value"`
	ReturnsOnlyCustomers int64   `json:"returns_only_customers"`
	ReturnsOnlyRevenue   string  `json:"returns_only_revenue"`
}

// Stretch is a run of days, both ends included.
type Stretch struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Stretches writes runs of days for a manifest.
func Stretches(of []orderdays.Stretch) (written []Stretch) {
	for _, s := range of {
		written = append(written, Stretch{s.From.Format(time.DateOnly), s.To.Format(time.DateOnly)})
	}
	return written
}

// RFMCuts are the bounds used; pinned, they reproduce the scores on another
// day. Monetary bounds are money.
type RFMCuts struct {
	RecencyDays []int64  `json:"recency_days"`
	Purchases   []int64  `json:"purchases"`
	Monetary    []string `json:"monetary"`
}

// Acquisition says which cost of acquiring a customer set the marks.
type Acquisition struct {
	Source  string `json:"source"`            // spend, configured, or first_order: what a first order earns
	Channel string `json:"channel,omitempty"` // of spend: the one that value.replace_by names, "" for all paid ones
	CAC     string `json:"cac"`
}

// Model is the short form of model.json.
type Model struct {
	Name       string             `json:"name"`
	Parameters map[string]float64 `json:"parameters"`
	SpendForm  string             `json:"spend_form"`                // which purchases the model of spend sees
	ByChannel  []string           `json:"by_channel,omitempty"`      // channels with parameters of their own
	Pool       *Pool              `json:"pool,omitempty"`            // absent where it could be fitted at no cutoff
	Started    *Started           `json:"first_orders,omitempty"`    // absent where their effects could be fitted at no cutoff
	From       *Origin            `json:"parameters_from,omitempty"` // absent where this run fitted them
}

// Pool is whether the pool distributes the model's totals over customers, and the mean
// deviances of purchases at the cutoffs at which it could be fitted.
type Pool struct {
	Chosen         bool    `json:"chosen"`
	Deviance       float64 `json:"deviance"`
	FamilyDeviance float64 `json:"family_deviance"` // of the model alone, at the same totals
}

// Started is whether forecasts have the effects of what first orders were: of how many
// purchases customers make, and of what one is worth.
type Started struct {
	Purchases StartedTarget `json:"purchases"`
	Spend     StartedTarget `json:"spend"`
	Cutoffs   int           `json:"cutoffs"` // at which the effects could be fitted, which decided
}

// StartedTarget is one of the two, with the mean deviances at the cutoffs at which the
// effects could be fitted.
type StartedTarget struct {
	Chosen          bool     `json:"chosen"`
	Attributes      []string `json:"attributes"` // that have effects as of as_of
	Deviance        float64  `json:"deviance"`
	WithoutDeviance float64  `json:"without_deviance"` // at the same totals
}

// Season is what forecasts are multiplied by for the days of the year that they are of.
type Season struct {
	Years     int         `json:"years"`     // that the ratios rest on, of purchases
	Purchases SeasonRatio `json:"purchases"` // of their number
	Margin    SeasonRatio `json:"margin"`
	// LacksDays says that missing days are among those of the earlier years.
	LacksDays bool `json:"lacks_days,omitempty"`
}

// Remark says behind the multipliers why they are nearer to 1 than what came, and what is
// wrong with them where days are missing.
func (s Season) Remark() string {
	remark := ": shrunk, since one year is little evidence"
	if s.Years > 1 {
		remark = fmt.Sprintf(": shrunk, since %d years are little evidence", s.Years)
	}
	if s.LacksDays {
		remark += ", and bent as well, since the missing days are among these"
	}
	return remark
}

// SeasonRatio is what came in these days of earlier years over what the model expected.
type SeasonRatio struct {
	Raw        float64 `json:"raw"`
	Multiplier float64 `json:"multiplier"` // after shrinking
}

// Backtest says whether the run's figures deserve trust: how the model would have
// done on the shop's own past.
type Backtest struct {
	Trust       *bool  `json:"trust"`            // null where nothing shows it
	Reason      string `json:"reason"`           // why; of one that is trusted, how near it came
	Cutoff      string `json:"cutoff,omitempty"` // last day that its models know
	HoldoutDays int    `json:"holdout_days"`
	Seasonal    bool   `json:"seasonal"`  // the holdout is no whole year
	Customers   int64  `json:"customers"` // of the sample
	Known       int64  `json:"known"`     // customers at the cutoff
	Newcomers   int64  `json:"newcomers"` // acquired after the cutoff and left out
	// Why trust is not given, one by one; Reason joins them.
	Reasons []string `json:"reasons,omitempty"`
	// Where trust is not given: what of the input may be why, a sentence without its full
	// stop.
	MayBeWhy string `json:"may_be_why,omitempty"`
	// The forecasts of earlier days whose totals trust goes by, and where there are several
	// their sum.
	Judged   []JudgedForecast `json:"judged,omitempty"`
	Together *JudgedForecast  `json:"judged_together,omitempty"`
	// The same-season ratios of the horizon; null where no earlier year shows its season.
	Season *Season `json:"season"`
	// The standard deviation of the logarithm of a total that neither customers nor
	// parameters explain.
	ForecastError float64 `json:"forecast_error"`
	// What else is to be known of the test, "MBG/NBD had no fit at the cutoff, so the
	// test is of Pareto/NBD, the next in order" say.
	Notes []string `json:"notes,omitempty"`
	// Where trust is refused: what, besides, nothing has tested.
	Untested []string `json:"untested,omitempty"`
	// What a run of the cutoff would have forecast for the holdout, with the season that
	// was known on it, what was observed, and the error of the total as a share of that,
	// with its 95 % sampling interval.
	Purchases *Forecast `json:"purchases,omitempty"`
	Margin    *Forecast `json:"margin,omitempty"`
}

// ForecastOf is what the procedure forecast at the cutoff, with the season that was known
// on it.
func ForecastOf(total backtest.Total) *Forecast {
	forecast := Forecast{Expected: total.Expected, Actual: total.Actual}
	if relative, low, high := total.Error(); !math.IsNaN(relative) {
		forecast.Error, forecast.ErrorLow, forecast.ErrorHigh = &relative, &low, &high
	}
	return &forecast
}

// JudgedForecast is what was forecast on an earlier day, the last that it knew, and what
// came.
type JudgedForecast struct {
	Cutoff    string   `json:"cutoff,omitempty"` // absent of a sum
	Purchases Forecast `json:"purchases"`
	Margin    Forecast `json:"margin"`
}

// Together sorts forecasts by their days and returns the sum of several, nil for one.
func Together(forecasts []JudgedForecast) *JudgedForecast {
	slices.SortFunc(forecasts, func(a, b JudgedForecast) int { return strings.Compare(a.Cutoff, b.Cutoff) })
	if len(forecasts) < 2 {
		return nil
	}
	sum := &JudgedForecast{}
	for _, f := range forecasts {
		sum.Purchases.add(f.Purchases)
		sum.Margin.add(f.Margin)
	}
	return sum
}

// add adds a forecast; the interval of a sum is not told.
func (f *Forecast) add(other Forecast) {
	f.Expected, f.Actual, f.Error = f.Expected+other.Expected, f.Actual+other.Actual, nil
	if f.Actual > 0 {
		off := f.Expected/f.Actual - 1
		f.Error = &off
	}
}

// Forecast is a total that was forecast, and the actual one.
type Forecast struct {
	Expected  float64  `json:"expected"`
	Actual    float64  `json:"actual"`
	Error     *float64 `json:"error"`     // null where nothing was observed
	ErrorLow  *float64 `json:"error_low"` // null where it is not told
	ErrorHigh *float64 `json:"error_high"`
}

// Record is what an earlier run published of the days after it, and what came: the share
// of its customers who would purchase, and of the customers whom the files of today know
// on that day those who did.
type Record struct {
	Run       string  `json:"run"`
	AsOf      string  `json:"as_of"`
	Days      int     `json:"days"`
	Customers int64   `json:"customers"` // of the run
	Expected  float64 `json:"expected_share"`
	Actual    float64 `json:"actual_share"`
	Known     int64   `json:"known_customers"` // to the files of today
}

// MeasuredCampaign is what the measurement of a campaign concluded.
type MeasuredCampaign struct {
	Campaign    string `json:"campaign"`
	AsOf        string `json:"as_of"`
	Measurement string `json:"measurement"` // its id
	Conclusion  string `json:"conclusion"`
}

// Origin names the run that fitted parameters which another one uses.
type Origin struct {
	Run      string `json:"run"`
	Identity string `json:"identity"`
	AsOf     string `json:"as_of"`
}

// Output is one file of the run.
type Output struct {
	Name  string `json:"name"`
	Rows  *int64 `json:"rows,omitempty"` // of tables
	Bytes int64  `json:"bytes"`
	Hash  string `json:"xxh3_128"`
}

const manifestName = "manifest.json"

// ReadManifest returns the manifest of a run's folder.
func ReadManifest(folder string) (Manifest, error) {
	return ReadJSON[Manifest](filepath.Join(folder, manifestName))
}

// ReadJSON returns the value that WriteJSON wrote.
func ReadJSON[T any](path string) (value T, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return value, err
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return value, fmt.Errorf("%s: %w", path, err)
	}
	return value, nil
}

// WriteJSON writes a value as indented JSON.
func WriteJSON(path string, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // messages hold < and &
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}
