package report

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/config"
	"cbv/valuation/focus"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/run"
)

// Run writes the result of a run as one would report it to a director.
func Run(out io.Writer, result run.Result, settings config.Config) {
	if result.Already {
		fmt.Fprintln(out, "The same inputs, configuration and program are published already: nothing to do.")
		return
	}
	s := summary{result: result, settings: settings}
	for _, line := range []string{s.distrust(), s.worth(), s.parameters(), s.verdict(), s.breakeven(), s.segments(), s.forecast(), s.record(), s.spend(), s.acquisition(), s.repeat(), s.kept(), s.starts(), youngText(s.result.Manifest.Young), s.focus(), s.quarantined(), s.quarantinedOthers()} {
		if line != "" {
			fmt.Fprintln(out, line)
		}
	}
	writeWarnings(out, s.warnings())
}

// Customers writes what became of the customers without the rest of a run.
func Customers(out io.Writer, written run.Customers) {
	fmt.Fprintf(out, "%s on %s, and nothing else of a run: no run is published.\n", countNoun(written.Rows, "customer"), written.AsOf.Format(time.DateOnly))
	writeWarnings(out, written.Warnings)
}

// warnings are those of the run. Why its figures deserve no trust, or may not, is said
// above, and once.
func (s summary) warnings() []pipeline.Warning {
	warnings := slices.Clone(s.result.Manifest.Warnings)
	for i := range warnings {
		switch w := &warnings[i]; w.Code {
		case "not_trusted":
			w.Message = "the figures that rest on the model do not deserve trust, as said first"
		case "untested":
			w.Message = "nothing shows whether the figures that rest on the model deserve trust, as said above"
		}
	}
	return warnings
}

type summary struct {
	result   run.Result
	settings config.Config
}

func (s summary) value(metric string) float64 {
	if value := s.result.Figures.Base[metric].Value; value != nil {
		return *value
	}
	return math.NaN()
}

func (s summary) count(metric string) string { return humanize.Comma(int64(s.value(metric))) }

// money writes an amount of the base in whole units, one of a single customer
// in full.
func (s summary) money(amount float64) string {
	if math.Abs(amount) >= 1000 {
		return humanize.Comma(int64(math.Round(amount))) + " " + s.settings.Value.Currency
	}
	return fmt.Sprintf("%.2f %s", amount, s.settings.Value.Currency)
}

func (s summary) worth() string {
	m := s.result.Manifest
	customers := countNoun(m.Totals.Customers, "customer")
	if m.Model == nil {
		return fmt.Sprintf("%s on %s brought %s of revenue to date; what they will bring is unknown, because no model could be fitted.",
			customers, m.AsOf, s.money(s.value("revenue")))
	}
	clv, interval := s.result.Figures.Base["clv"], ""
	if clv.Low != nil && clv.High != nil && !s.isDistrusted() {
		interval = fmt.Sprintf(" (80 %% interval %s to %s)", s.money(*clv.Low), s.money(*clv.High))
	}
	return fmt.Sprintf("%s on %s are worth %s of %s%s over the next %s, discounted at %s a year: %s each. To date they brought %s.",
		customers, m.AsOf, s.money(s.value("clv")), m.MoneyBasis, interval, countNoun(int64(s.settings.Value.HorizonDays), "day"),
		percent(s.settings.Value.DiscountRate), s.money(s.value("clv")/float64(m.Totals.Customers)), s.toDate())
}

// toDate is what the base brought so far, first in the money that forecasts are in.
func (s summary) toDate() string {
	revenue := s.money(s.value("revenue")) + " of revenue"
	if basis := s.result.Manifest.MoneyBasis; basis != "revenue" {
		return fmt.Sprintf("%s of %s, from %s", s.money(s.value("historic_margin")), basis, revenue)
	}
	return revenue
}

// isDistrusted reports whether the run's forecasts of earlier days did not hold: what is
// worth no trust has no interval.
func (s summary) isDistrusted() bool {
	trust := s.result.Manifest.Backtest.Trust
	return s.result.Manifest.Model != nil && trust != nil && !*trust
}

// distrust says so before anything else.
func (s summary) distrust() string {
	if !s.isDistrusted() {
		return ""
	}
	return fmt.Sprintf("Trust: no. What rests on the model below does not deserve trust: %s.%s", s.result.Manifest.Backtest.Reason, mayBeWhyText(s.result.Manifest.Backtest))
}

// parameters says when the models are those of another run.
func (s summary) parameters() string {
	if m := s.result.Manifest.Model; m != nil && m.From != nil {
		return fmt.Sprintf("The models are those of run %s, fitted as of %s.", m.From.Run, m.From.AsOf)
	}
	if s.result.Refit != "" {
		return fmt.Sprintf("The models were fitted anew: %s.", s.result.Refit)
	}
	return ""
}

func (s summary) verdict() string {
	if s.result.Manifest.Model == nil {
		return ""
	}
	retain := fmt.Sprintf("Retain %s of them (%s).", s.count("retain_customers"), percent(s.value("retain_share")))
	if share := s.value("retain_share_of_clv"); !math.IsNaN(share) {
		retain = fmt.Sprintf("Retain %s of them (%s): they hold %s of that value.", s.count("retain_customers"), percent(s.value("retain_share")), percent(share))
	}
	cost := "taking a first order to pay for its acquisition, since no value.cac is set"
	if terms := s.result.Manifest.Acquisition; terms != nil && terms.Source == "spend" {
		whose := "paid channels"
		if terms.Channel != "" {
			whose = fmt.Sprintf("channel %q (value.replace_by)", terms.Channel)
		}
		cost = fmt.Sprintf("at the acquisition cost of %s, %s by spend", whose, s.money(s.value("cac")))
		if s.settings.Value.CAC != nil {
			cost += " (value.cac is not used)"
		}
	} else if s.settings.Value.CAC != nil {
		cost = fmt.Sprintf("at an acquisition cost of %s", s.money(*s.settings.Value.CAC))
	}
	return fmt.Sprintf("%s The other %s are acquisition lookalikes: a new customer would bring %s of %s net of acquisition, %s%s.",
		retain, s.count("lookalike_customers"), s.money(s.value("replacement")), s.result.Manifest.MoneyBasis, cost, s.newcomers())
}

// newcomers says whose first orders a new customer is taken to bring, where those of the
// trailing 12 months are too few.
func (s summary) newcomers() string {
	told := s.result.Figures.Base["first_order_margin"].N
	if recent := s.value("newcomers"); !math.IsNaN(recent) && int64(recent) != told {
		return fmt.Sprintf("; its first order is that of all %s, since those of the trailing 12 months are %s", countNoun(told, "customer"), humanize.Comma(int64(recent)))
	}
	return ""
}

// acquisition says what new customers cost and bring, where spend is known.
func (s summary) acquisition() string {
	blended := s.result.Figures.Base["blended_cac"]
	if !s.settings.HasSpend() || blended.Value == nil {
		return ""
	}
	text := fmt.Sprintf("Acquisition: over the 12 months to %s, %s of spend brought %s, %s each", s.result.Manifest.AsOf,
		s.money(s.value("acquisition_spend")), countNoun(blended.N, "new customer"), s.money(*blended.Value))
	if paid := s.result.Figures.Base["paid_cac"].Value; paid != nil {
		text += fmt.Sprintf(" (%s in paid channels)", s.money(*paid))
	}
	if ratio := s.result.Figures.Base["ltv_cac"]; ratio.Value != nil && ratio.Low != nil && ratio.High != nil {
		target := s.settings.Value.TargetLTVCAC
		against := "which chance alone may set apart from"
		switch {
		case *ratio.Low >= target:
			against = "by more than chance above"
		case *ratio.High < target:
			against = "by more than chance below"
		}
		text += fmt.Sprintf("; in paid channels LTV:CAC, by what these customers have shown, is %.2f, %s the target of %g, a convention (value.target_ltv_cac)", *ratio.Value, against, target)
	}
	return text + "."
}

// quarantinedOthers says what became of the rows of the auxiliary inputs.
func (s summary) quarantinedOthers() string {
	var lines []string
	for _, input := range slices.Sorted(maps.Keys(s.result.Manifest.OtherRows)) {
		rows := s.result.Manifest.OtherRows[input]
		var parts []string
		for _, reason := range slices.Sorted(maps.Keys(rows.Quarantined)) {
			parts = append(parts, fmt.Sprintf("%s %s", humanize.Comma(rows.Quarantined[reason].Rows), reason))
		}
		line := fmt.Sprintf("Of %s, all %s rows are used.", input, humanize.Comma(rows.Files.Rows))
		if len(parts) > 0 {
			line = fmt.Sprintf("Of %s, quarantined %s of %s rows: %s.", input,
				humanize.Comma(rows.Files.Rows-rows.Used.Rows), humanize.Comma(rows.Files.Rows), strings.Join(parts, ", "))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// focus says where the next effort should go, by which figures.
func (s summary) focus() string {
	all := s.result.Manifest.Focus.Judgement
	j := all
	if s.isDistrusted() {
		j = all.WithoutForecasts()
	}
	leaning := func(lean focus.Lean) string {
		var parts []string
		for i, finding := range all.Findings {
			if finding.Lean == lean {
				counted := ""
				if j.Findings[i].Votes < finding.Votes {
					counted = "; not counted, since the model is not trusted"
				}
				parts = append(parts, fmt.Sprintf("%s: %s (%s%s)", finding.Rule, figure(*finding.Saw, finding.Unit), finding.Why, counted))
			}
		}
		if len(parts) == 0 {
			return "nothing"
		}
		return strings.Join(parts, "; ")
	}
	verdict := map[focus.Verdict]string{
		focus.RetentionLed: "retention-led", focus.AcquisitionLed: "acquisition-led", focus.Balanced: "balanced",
	}[j.Verdict]
	if !slices.ContainsFunc(all.Findings, func(f focus.Finding) bool { return f.Votes > 0 }) {
		return fmt.Sprintf("Focus: %s. No figure speaks for retention or for acquisition; the manifest has what each rule saw.", verdict)
	}
	return fmt.Sprintf("Focus: %s. For retention: %s. For acquisition: %s.", verdict, leaning(focus.Retention), leaning(focus.Acquisition))
}

// figure writes a figure of the focus in its unit.
func figure(v float64, unit focus.Unit) string {
	switch unit {
	case focus.Days:
		return countNoun(int64(v), "day")
	case focus.Customers:
		return humanize.Comma(int64(v))
	case focus.Share:
		return shareText(v)
	case focus.Difference:
		return fmt.Sprintf("%+.1f percentage points", 100*v)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// shareText writes a share as a percentage of two digits.
func shareText(v float64) string {
	switch p := 100 * v; {
	case p != 0 && math.Abs(p) < 0.01:
		return "under 0.01 %"
	case math.Abs(p) < 10:
		return strconv.FormatFloat(p, 'g', 2, 64) + " %"
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}

// repeatWindows are the windows of kpis, longest first.
var repeatWindows = []int{365, 180, 90, 60, 30}

// repeat gives the rate in the longest window that at least half of the
// customers are old enough for, so that it speaks of the base.
func (s summary) repeat() string {
	customers := s.result.Manifest.Totals.Customers
	for _, days := range repeatWindows {
		rate := s.result.Figures.Base[fmt.Sprintf("repeat_rate_%dd", days)]
		if rate.Value == nil || 2*rate.N < customers {
			continue
		}
		return fmt.Sprintf("Repeat purchase rate: of the %s whose first purchase is at least %d days ago, %s bought again within %d days of it; of all %s, %s have bought again so far.",
			countNoun(rate.N, "customer"), days, percent(*rate.Value), days, humanize.Comma(customers), percent(s.value("repeat_rate")))
	}
	return fmt.Sprintf("Repeat purchase rate: of all %s, %s have bought again so far; the base is too young for a window.", countNoun(customers, "customer"), percent(s.value("repeat_rate")))
}

// kept says what became of those who bought a year ago and of their money, where the
// files know it.
func (s summary) kept() string {
	kept, money := s.result.Figures.Base["customer_retention"], s.result.Figures.Base["net_revenue_retention"]
	if kept.Value == nil {
		return ""
	}
	text := fmt.Sprintf("Kept: of the %s who bought in the 365 days before the last 365, %s bought again in the last 365",
		countNoun(kept.N, "customer"), percent(*kept.Value))
	if money.Value != nil {
		text += fmt.Sprintf("; all of them together brought %s of the revenue that they had brought before", percent(*money.Value))
	}
	return text + "."
}

func (s summary) quarantined() string {
	m := s.result.Manifest
	var parts []string
	var rows int64
	for _, reason := range slices.Sorted(maps.Keys(m.Rows.Quarantined)) {
		amount := m.Rows.Quarantined[reason]
		parts = append(parts, fmt.Sprintf("%s %s", humanize.Comma(amount.Rows), reason))
		rows += amount.Rows
	}
	var text string
	switch {
	case rows == 0 && m.Rows.Used.Rows == m.Rows.Files.Rows:
		text = fmt.Sprintf("All %s rows are used.", humanize.Comma(m.Rows.Files.Rows))
	case rows == 0:
		text = fmt.Sprintf("%s of %s rows are used.", humanize.Comma(m.Rows.Used.Rows), humanize.Comma(m.Rows.Files.Rows))
	default:
		text = fmt.Sprintf("Quarantined %s of %s rows: %s.", humanize.Comma(rows), humanize.Comma(m.Rows.Files.Rows), strings.Join(parts, ", "))
	}
	for _, excluded := range []struct{ reason, format string }{
		{intake.Superseded, " Superseded by another version of their order: %s of %s %s."},
		{intake.Filtered, " orders.keep excluded %s of %s %s."},
		{intake.KeepUnknown, " orders.keep is null for %s of %s %s, and they are excluded too."},
		{intake.Repeated, " Equal to another row of their order, and excluded: %s of %s %s."},
	} {
		if amount := m.Rows.Excluded[excluded.reason]; amount.Rows > 0 {
			text += fmt.Sprintf(excluded.format, countNoun(amount.Rows, "row"), thousands(amount.Money), m.Currency)
		}
	}
	text += mergedText(m.Merged)
	if m.Totals.ReturnsOnlyCustomers > 0 {
		text += fmt.Sprintf(" %s with %s %s have no purchase left (only returns, zeros or orders returned in full) and are in no other figure but the lenses and the totals of rows.",
			countNoun(m.Totals.ReturnsOnlyCustomers, "customer"), thousands(m.Totals.ReturnsOnlyRevenue), m.Currency)
	}
	return text
}

// youngText says how many of the latest purchases will still come to nothing.
func youngText(young *publication.YoungPurchases) string {
	if young == nil || young.Purchases == 0 {
		return ""
	}
	return fmt.Sprintf("Young purchases: %s are younger than %s, the age by which 95 %% of the purchases that come to nothing have done so; about %s of them still will.",
		humanize.Comma(young.Purchases), countNoun(young.Days, "day"), percent(young.VoidShare))
}

// mergedText says how many customers were merged, "" where nobody can have been.
func mergedText(merged *publication.Merged) string {
	if merged == nil {
		return ""
	}
	return fmt.Sprintf(" Merged into others by identities: %s with %s.", countNoun(merged.Customers, "id"), countNoun(merged.Rows, "row"))
}

// forecast says how the model of a run did in its backtest.
func (s summary) forecast() string {
	v := s.result.Manifest.Backtest
	if s.result.Manifest.Model == nil {
		return ""
	}
	var text strings.Builder
	m := s.result.Manifest
	if f := v.Purchases; f != nil {
		fmt.Fprintf(&text, "Backtest: for the %s to %s %s, knowing what was known on %s, expected %s of %s, actual %s (%s); ",
			countNoun(int64(v.HoldoutDays), "day"), m.AsOf, modelText(*m.Model), v.Cutoff,
			countNoun(int64(math.Round(f.Expected)), "purchase"), sampleText(v), humanize.Comma(int64(math.Round(f.Actual))), errorText(f))
		fmt.Fprintf(&text, "%s expected %s, actual %s (%s). ", m.MoneyBasis, s.money(v.Margin.Expected), s.money(v.Margin.Actual), errorText(v.Margin))
	}
	text.WriteString(poolText(modelText(*m.Model), m.Model.Pool, m.Model.From))
	text.WriteString(startedSentence(m.Model.Started, m.Model.From))
	if s.isDistrusted() {
		return text.String() + "Trust: no, as said first." + untestedText(v) + seasonText(v)
	}
	return text.String() + trustText(v)
}

// poolText says by how much the pool was better, where it forecasts who purchases: in this
// run, or in the one that fitted it.
func poolText(family string, p *publication.Pool, from *publication.Origin) string {
	if p == nil || !p.Chosen {
		return ""
	}
	of := ""
	if from != nil {
		of = fmt.Sprintf(" of run %s, which fitted it,", from.Run)
	}
	return fmt.Sprintf("Who of them buys is forecast by the pool, which knows how lately they bought besides: at earlier cutoffs%s its deviance, the mean over the customers of each, was %.1f %% lower than that of %s alone. ",
		of, 100*(1-p.Deviance/p.FamilyDeviance), family)
}

// record says what came of what earlier runs published.
func (s summary) record() string {
	var parts []string
	for _, r := range s.result.Manifest.Record {
		parts = append(parts, fmt.Sprintf("as of %s %s, and %s did", r.AsOf, percent(r.Expected), percent(r.Actual)))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Record: earlier runs expected so many customers to purchase within %d days: %s.", s.result.Manifest.Record[0].Days, strings.Join(parts, "; "))
}

// spend says which purchases the spend model sees, and whether what it assumes holds.
func (s summary) spend() string {
	m := s.result.Manifest.Model
	ratio, correlation := s.value("first_to_later_value"), s.value("spend_frequency_correlation")
	if m == nil || math.IsNaN(ratio) {
		return ""
	}
	return fmt.Sprintf("Spend is modelled on %s. First orders are worth %.2f of the same customers' later ones, and spend per purchase has a rank correlation of %.2f with the number of purchases.",
		m.SpendForm, ratio, correlation)
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
	return missText(*f.Error)
}
