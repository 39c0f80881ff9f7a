package report

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/backtest"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/scoring"
)

// Backtest is how the models forecast the shop's own past.
type Backtest struct {
	AsOf     string               `json:"as_of"`
	Currency string               `json:"currency"`
	Verdict  publication.Backtest `json:"verdict"`
	Chosen   string               `json:"chosen"` // the model that a run would use; "" none
	Why      string               `json:"why"`
	Spend    string               `json:"spend_form"` // which purchases the model of spend sees; "" without a model
	WhySpend string               `json:"why_spend_form"`
	IsPooled bool                 `json:"is_pooled"` // a run would distribute the totals of that model by the pool
	WhyPool  string               `json:"why_pool"`  // it would, or not; "" where nothing could be tested
	Started  []StartedTarget      `json:"first_orders,omitempty"`
	Scores   []Score              `json:"scores"`
	Chances  *Chances             `json:"chances"` // of the chosen model; null without one
	Warnings []pipeline.Warning   `json:"warnings"`
}

// Score is how well a model or a baseline forecast the purchases or the margin of
// the customers.
type Score struct {
	Model      string `json:"model"`
	IsBaseline bool   `json:"is_baseline"`
	Target     string `json:"target"` // purchases, or margin
	Deviance   Number `json:"mean_deviance"`
	Expected   Number `json:"expected"`
	Actual     Number `json:"actual"`
	Error      Number `json:"error"` // expected per actual, less 1
	ErrorLow   Number `json:"error_low"`
	ErrorHigh  Number `json:"error_high"`
	MAE        Number `json:"mean_absolute_error"`
	RMSE       Number `json:"root_mean_squared_error"`
	Spearman   Number `json:"rank_correlation"`
}

// Chances is how often customers purchased beside how often the model said they
// would.
type Chances struct {
	Model             string   `json:"model"`   // which said so
	Deciles           []Decile `json:"deciles"` // by predicted chance, lowest first
	PITShare          Number   `json:"pit_share"`
	PITShareRepeaters Number   `json:"pit_share_repeaters"`
	Brier             Number   `json:"brier"`
}

// Decile is a tenth of the customers.
type Decile struct {
	Customers int    `json:"customers"`
	Predicted Number `json:"predicted"`
	Actual    Number `json:"actual"`
}

// The targets of a forecast.
const (
	purchases = "purchases"
	margin    = "margin"
)

// NewBacktest makes the document of a backtest.
func NewBacktest(tested scoring.BacktestReport, currency string) Backtest {
	b := Backtest{
		AsOf: tested.AsOf.Format(time.DateOnly), Currency: currency, Verdict: tested.Verdict, Chosen: tested.Chosen, Why: tested.Why,
		Spend: tested.Spend, WhySpend: tested.WhySpend, IsPooled: tested.IsPooled, WhyPool: tested.WhyPool, Started: startedTargets(tested.Started),
		Scores: []Score{}, Warnings: listed(tested.Warnings),
	}
	if tested.Result == nil {
		return b
	}
	for _, target := range []string{purchases, margin} {
		of := func(p, m backtest.Score) backtest.Score {
			if target == margin {
				return m
			}
			return p
		}
		for _, c := range tested.Result.Candidates {
			b.Scores = append(b.Scores, newScore(c.Name, target, of(c.Purchases, c.Margin)))
		}
		if pool := tested.Pooling.Scores; pool != nil {
			b.Scores = append(b.Scores, newScore(pool.Name, target, of(pool.Purchases, pool.Margin)))
		}
		if len(tested.Result.Candidates) == 0 {
			break // nothing to hold the baselines against
		}
		for _, base := range tested.Result.Baselines {
			score := newScore(base.Name, target, of(base.Purchases, base.Margin))
			score.IsBaseline = true
			b.Scores = append(b.Scores, score)
		}
	}
	for _, c := range tested.Result.Candidates {
		if c.Name == tested.Chosen {
			b.Chances = newChances(c.Name, c.Purchasing)
		}
	}
	if pool := tested.Pooling.Scores; tested.IsPooled && pool != nil {
		b.Chances = newChances(pool.Name, pool.Purchasing)
	}
	return b
}

func newScore(model, target string, s backtest.Score) Score {
	return Score{
		Model: model, Target: target, Deviance: Number(s.Deviance), Expected: Number(s.Expected), Actual: Number(s.Actual),
		Error: Number(s.Error), ErrorLow: Number(s.ErrorLow), ErrorHigh: Number(s.ErrorHigh),
		MAE: Number(s.MAE), RMSE: Number(s.RMSE), Spearman: Number(s.Spearman),
	}
}

func newChances(model string, d backtest.Distribution) *Chances {
	chances := &Chances{Model: model, PITShare: Number(d.PITShare), PITShareRepeaters: Number(d.PITShareRepeaters), Brier: Number(d.Brier)}
	for _, tenth := range d.Deciles {
		chances.Deciles = append(chances.Deciles, Decile{tenth.Customers, Number(tenth.Predicted), Number(tenth.Actual)})
	}
	return chances
}

// Text writes the scores as tables, and the verdict.
func (b Backtest) Text(out io.Writer) error {
	if len(b.Scores) > 0 {
		v := b.Verdict
		fmt.Fprintf(out, "Models that know %s to %s forecast the %s to %s.%s\n\n",
			sampleText(v), v.Cutoff, countNoun(int64(v.HoldoutDays), "day"), b.AsOf, newCustomersText(v))
		for _, target := range []string{purchases, margin} {
			if err := b.writeScores(out, target); err != nil {
				return err
			}
		}
	}
	if b.Chances != nil {
		if err := b.Chances.text(out); err != nil {
			return err
		}
	}
	if f := b.Verdict.Purchases; f != nil {
		fmt.Fprintf(out, "With the season that was known on %s: %s expected, actual %s (%s), and %s %s, actual %s (%s).\n", b.Verdict.Cutoff,
			countNoun(int64(math.Round(f.Expected)), "purchase"), humanize.Comma(int64(math.Round(f.Actual))), errorText(f),
			b.Currency, humanize.Comma(int64(math.Round(b.Verdict.Margin.Expected))), humanize.Comma(int64(math.Round(b.Verdict.Margin.Actual))), errorText(b.Verdict.Margin))
	}
	if b.Chosen != "" {
		fmt.Fprintf(out, "A run uses %s: %s.\n", b.Chosen, b.Why)
		if b.WhyPool != "" {
			does := "is not used"
			if b.IsPooled {
				does = "says who purchases"
			}
			fmt.Fprintf(out, "The pool %s: %s.\n", does, b.WhyPool)
		}
		for _, t := range b.Started {
			does := "do not say"
			if t.Chosen {
				does = "say"
			}
			fmt.Fprintf(out, "First orders %s %s: %s.\n", does, startedText[t.Target], t.Why)
		}
		fmt.Fprintf(out, "It models spend on %s: %s.\n", b.Spend, b.WhySpend)
	}
	fmt.Fprintln(out, trustText(b.Verdict))
	for _, note := range b.Verdict.Notes {
		fmt.Fprintf(out, "Note: %s.\n", note)
	}
	writeWarnings(out, b.Warnings)
	return nil
}

func (b Backtest) writeScores(out io.Writer, target string) error {
	title := target
	if target == margin {
		title += ", " + b.Currency
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "deviance\texpected\tactual\terror\t95 %% interval\tMAE\trank\t  %s\n", title)
	for _, s := range b.Scores {
		if s.Target != target {
			continue
		}
		name := s.Model
		if s.IsBaseline {
			name = "baseline: " + name
		}
		fmt.Fprintf(table, "%.4g\t%s\t%s\t%s\t%s to %s\t%.3g\t%.2f\t  %s\n", float64(s.Deviance),
			humanize.Comma(int64(math.Round(float64(s.Expected)))), humanize.Comma(int64(math.Round(float64(s.Actual)))),
			signed(float64(s.Error)), signed(float64(s.ErrorLow)), signed(float64(s.ErrorHigh)), float64(s.MAE), float64(s.Spearman), name)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	return nil
}

func (c Chances) text(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "forecast\tactual\tcustomers\t  chance of a purchase by %s, in tenths of the customers\n", c.Model)
	for _, d := range c.Deciles {
		fmt.Fprintf(table, "%s\t%s\t%s\t\n", percent(float64(d.Predicted)), percent(float64(d.Actual)), humanize.Comma(int64(d.Customers)))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	repeaters := "no repeat customers"
	if share := float64(c.PITShareRepeaters); !math.IsNaN(share) {
		repeaters = percent(share) + " of repeat customers"
	}
	fmt.Fprintf(out, "\n%s of customers and %s fell within the middle 80 %% of what was forecast of each (randomised PIT).\n",
		percent(float64(c.PITShare)), repeaters)
	return nil
}

// sampleText says how many customers the models of a backtest know.
func sampleText(v publication.Backtest) string {
	if v.Customers < v.Known {
		return fmt.Sprintf("a sample of %s of %s", humanize.Comma(v.Customers), countNoun(v.Known, "customer"))
	}
	return countNoun(v.Customers, "customer")
}

func newCustomersText(v publication.Backtest) string {
	if v.Newcomers == 0 {
		return ""
	}
	return fmt.Sprintf(" %s first bought later and are left out.", countNoun(v.Newcomers, "customer"))
}

// trustText says whether to believe the figures, and why not.
func trustText(v publication.Backtest) string {
	switch {
	case v.Trust == nil:
		return fmt.Sprintf("Trust: unknown: %s.%s%s", v.Reason, mayBeWhyText(v), seasonText(v))
	case !*v.Trust:
		return fmt.Sprintf("Trust: no: %s.%s%s%s", v.Reason, mayBeWhyText(v), untestedText(v), seasonText(v))
	}
	return fmt.Sprintf("Trust: yes: %s.%s", v.Reason, seasonText(v))
}

// mayBeWhyText says what of the input may be why trust is not given.
func mayBeWhyText(v publication.Backtest) string {
	if v.MayBeWhy == "" {
		return ""
	}
	return fmt.Sprintf(" What may be why: %s.", v.MayBeWhy)
}

// untestedText says what nothing has tested, where trust is refused whatever that would
// have shown.
func untestedText(v publication.Backtest) string {
	if len(v.Untested) == 0 {
		return ""
	}
	return fmt.Sprintf(" Unknown besides: %s.", strings.Join(v.Untested, "; "))
}

// seasonText says what the season does to the forecast.
func seasonText(v publication.Backtest) string {
	if v.Season == nil {
		return ""
	}
	return fmt.Sprintf(" In the same days of %s %.2f of the purchases that were expected came, and %.2f of their value; forecasts are multiplied by %.2f and %.2f%s.",
		countNoun(int64(v.Season.Years), "earlier year"), v.Season.Purchases.Raw, v.Season.Margin.Raw, v.Season.Purchases.Multiplier, v.Season.Margin.Multiplier, v.Season.Remark())
}

// missText says by how much a forecast was off.
func missText(share float64) string {
	switch percent := fmt.Sprintf("%.1f %%", 100*math.Abs(share)); {
	case percent == "0.0 %":
		return "as forecast"
	case share < 0:
		return "forecast " + percent + " too low"
	default:
		return "forecast " + percent + " too high"
	}
}

// signed writes an error as a percentage.
func signed(share float64) string {
	if math.IsNaN(share) {
		return "unknown"
	}
	return fmt.Sprintf("%+.1f %%", 100*share)
}
