package command

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"cbv/valuation/backtest"
	"cbv/valuation/batch"
	"cbv/valuation/config"
	"cbv/valuation/publication"
)

func backtestCommand(env Env) *cli.Command {
	return onSettings(env, "backtest", "test the models on the shop's own past, and write nothing", runBacktest)
}

func runBacktest(ctx context.Context, env Env, settings config.Config) error {
	env.messages.start()
	report, err := batch.Backtest(ctx, job(env, settings))
	env.messages.end()
	if err != nil {
		return err
	}
	v := report.Verdict
	if report.Result != nil && len(report.Result.Candidates) > 0 {
		fmt.Fprintf(env.Stdout, "Models that know %s to %s forecast the %s to %s.%s\n\n",
			sampleText(v), v.Cutoff, countNoun(int64(v.HoldoutDays), "day"), report.AsOf.Format(time.DateOnly), newcomersText(v))
		if err := printScores(env.Stdout, report, settings.Value.Currency); err != nil {
			return err
		}
		if err := printChances(env.Stdout, report); err != nil {
			return err
		}
	}
	if report.Chosen != "" {
		fmt.Fprintf(env.Stdout, "A run uses %s: %s.\n", report.Chosen, report.Why)
	}
	fmt.Fprintln(env.Stdout, trustText(v))
	printWarnings(env.Stdout, report.Warnings)
	return nil
}

// sampleText says how many customers the models of a backtest know.
func sampleText(v publication.Backtest) string {
	if v.Customers < v.Known {
		return fmt.Sprintf("a sample of %s of %s", humanize.Comma(v.Customers), countNoun(v.Known, "customer"))
	}
	return countNoun(v.Customers, "customer")
}

func newcomersText(v publication.Backtest) string {
	if v.Newcomers == 0 {
		return ""
	}
	return fmt.Sprintf(" %s came later and are left out.", countNoun(v.Newcomers, "customer"))
}

// trustText says whether to believe the figures, and why not.
func trustText(v publication.Backtest) string {
	switch {
	case v.Trust == nil:
		return fmt.Sprintf("Trust: not tested, because %s.", v.Reason)
	case !*v.Trust:
		return "Trust: no, by the doubts below."
	}
	text := "Trust: yes."
	if v.Seasonal {
		text += " The test covers no whole year, so it says nothing of the other seasons."
	}
	return text
}

// printScores prints how well each model and baseline forecast purchases and
// margin.
func printScores(out io.Writer, report batch.BacktestReport, currency string) error {
	for _, target := range []struct {
		name  string
		score func(purchases, margin backtest.Score) backtest.Score
	}{
		{"purchases", func(purchases, _ backtest.Score) backtest.Score { return purchases }},
		{"margin, " + currency, func(_, margin backtest.Score) backtest.Score { return margin }},
	} {
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(table, "deviance\texpected\tcame\terror\t95 %% interval\tMAE\trank\t  %s\n", target.name)
		for _, c := range report.Result.Candidates {
			printScore(table, c.Name, target.score(c.Purchases, c.Margin))
		}
		for _, b := range report.Result.Baselines {
			printScore(table, "baseline: "+b.Name, target.score(b.Purchases, b.Margin))
		}
		if err := table.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(out)
	}
	return nil
}

func printScore(out io.Writer, name string, s backtest.Score) {
	fmt.Fprintf(out, "%.4g\t%s\t%s\t%s\t%s to %s\t%.3g\t%.2f\t  %s\n", s.Deviance,
		humanize.Comma(int64(math.Round(s.Expected))), humanize.Comma(int64(math.Round(s.Actual))),
		signed(s.Error), signed(s.ErrorLow), signed(s.ErrorHigh), s.MAE, s.Spearman, name)
}

// signed writes an error as a percentage.
func signed(share float64) string {
	if math.IsNaN(share) {
		return "unknown"
	}
	return fmt.Sprintf("%+.1f %%", 100*share)
}

// printChances prints how often customers purchased beside how often the chosen
// model said they would.
func printChances(out io.Writer, report batch.BacktestReport) error {
	for _, c := range report.Result.Candidates {
		if c.Name != report.Chosen {
			continue
		}
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(table, "forecast\tcame\tcustomers\t  chance of a purchase by %s, in tenths of the customers\n", c.Name)
		for _, d := range c.Purchasing.Deciles {
			fmt.Fprintf(table, "%s\t%s\t%s\t\n", percent(d.Predicted), percent(d.Actual), humanize.Comma(int64(d.Customers)))
		}
		if err := table.Flush(); err != nil {
			return err
		}
		repeaters := "no repeat customers"
		if share := c.Purchasing.PITShareRepeaters; !math.IsNaN(share) {
			repeaters = percent(share) + " of repeat customers"
		}
		fmt.Fprintf(out, "\n%s of customers and %s fell within the middle 80 %% of what was forecast of each (randomised PIT).\n",
			percent(c.Purchasing.PITShare), repeaters)
	}
	return nil
}

// foretold tells in a run's summary how its model did.
func (s summary) foretold() string {
	v := s.result.Manifest.Backtest
	if s.result.Manifest.Model == nil {
		return ""
	}
	var text strings.Builder
	if f := v.Purchases; f != nil {
		fmt.Fprintf(&text, "Backtest: for the %s to %s %s expected %s of %s, and %s came (%s)",
			countNoun(int64(v.HoldoutDays), "day"), s.result.Manifest.AsOf, modelText(*s.result.Manifest.Model),
			countNoun(int64(math.Round(f.Expected)), "purchase"), sampleText(v), humanize.Comma(int64(math.Round(f.Actual))), errorText(f))
		fmt.Fprintf(&text, "; of %s %s, and %s came (%s). ", s.result.Manifest.MoneyBasis,
			s.money(v.Margin.Expected), s.money(v.Margin.Actual), errorText(v.Margin))
	}
	return text.String() + trustText(v)
}

// modelText names a model, and says where channels have their own.
func modelText(m publication.Model) string {
	if len(m.ByChannel) > 0 {
		return m.Name + " by channel"
	}
	return m.Name
}

func errorText(f *publication.Forecast) string {
	if f.Error == nil {
		return "error unknown"
	}
	return signed(*f.Error)
}
