package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"

	"cbv/valuation/experiment"
	"cbv/valuation/measurement"
	"cbv/valuation/pipeline"
)

// Measurement writes a measurement as direct mail reports one: a column for each
// arm, then the differences between them and what follows.
func Measurement(out io.Writer, d measurement.Document) error {
	t := measureTable{document: d}
	for _, line := range []string{t.title(), t.immature(), t.broken()} {
		if line != "" {
			fmt.Fprintln(out, line)
		}
	}
	fmt.Fprintln(out)
	if err := t.writeArms(out); err != nil {
		return err
	}
	if err := t.writeDifferences(out); err != nil {
		return err
	}
	for _, line := range []string{t.notAvailable(), t.unsent(), t.opened(), t.winsorised(), t.adjusted(), t.ratio(), t.decision()} {
		if line != "" {
			fmt.Fprintln(out, line)
		}
	}
	for _, warning := range d.Warnings {
		writeWarnings(out, []pipeline.Warning{pipeline.Warning(warning)})
	}
	fmt.Fprintln(out, d.Conclusion)
	return nil
}

// measureTable writes a document and gathers why figures are missing.
type measureTable struct {
	document measurement.Document
	missing  []missingFigures
}

// missingFigures are those that are missing for one reason.
type missingFigures struct {
	reason string
	labels []string
}

func (t *measureTable) title() string {
	d := t.document
	watched := fmt.Sprint(min(d.MostDays, d.WindowDays))
	if least := min(d.LeastDays, d.WindowDays); least < min(d.MostDays, d.WindowDays) {
		watched = fmt.Sprintf("%d to %s", least, watched)
	}
	text := fmt.Sprintf("Campaign %s on %s, %s. Customers are assigned from %s on, and have been watched for %s of %s",
		d.Campaign, d.AsOf, t.look(), d.Started, watched, countNoun(int64(d.WindowDays), "day"))
	if d.Mature {
		text += ": mature, everyone for the whole window"
	}
	text += "."
	if d.AssignedLater > 0 {
		text += fmt.Sprintf(" %s who were assigned later are left out.", countNoun(d.AssignedLater, "customer"))
	}
	return text
}

// look says where among the looks the measurement is.
func (t *measureTable) look() string {
	d := t.document
	switch {
	case d.LooksAreOver:
		return fmt.Sprintf("after the last of %s", countNoun(int64(d.LooksTaken), "look"))
	case d.Look == 0 && d.LooksTaken > 0:
		return fmt.Sprintf("no look: %s so far", countNoun(int64(d.LooksTaken), "look"))
	case d.Look == 0:
		return "before the first look"
	case d.IsLastLook():
		return fmt.Sprintf("look %d, the last", d.Look)
	case d.Information >= 1:
		return fmt.Sprintf("look %d, at all of the planned customers, and not the last, since no figure could be told", d.Look)
	}
	return fmt.Sprintf("look %d, at %s of the planned customers", d.Look, percent(d.Information))
}

// immature and broken are said above the figures, which must not be read without.
func (t *measureTable) immature() string {
	if t.document.Mature {
		return ""
	}
	d := t.document
	return fmt.Sprintf("Not mature: what is still to come is in no figure of an arm, so costs per conversion are too high as yet. What is compared is of the %s who have been watched for the whole window, of %s planned.",
		countNoun(d.MaturePeople, "customer"), humanize.Comma(d.PlannedPeople))
}

func (t *measureTable) broken() string {
	if r := t.document.SampleRatio; r.Broken {
		return fmt.Sprintf("Sample ratio: broken (chi-square %.2f, p %.2g): no arm can be compared with another.", r.ChiSquare, r.PValue)
	}
	return ""
}

// measureLine is a line of the table of arms.
type measureLine struct {
	metric, label string
	isIncremental bool // against arm none
}

// armLines are the lines of the table of arms; %[1]s is the currency, %[2]s what
// is called margin.
var armLines = []measureLine{
	{"assigned", "assigned, customers", false},
	{"sent", "sent to, customers", false},
	{"delivered", "delivered to, customers", false},
	{"responded", "responded, customers", false},
	{"mature", "watched for the whole window, customers", false},
	{"converted", "converted, customers", false},
	{"conversion_rate", "conversion rate, of assigned", false},
	{"revenue_per_recipient", "revenue per recipient, %[1]s", false},
	{"winsorised_revenue_per_recipient", "the same, winsorised", false},
	{"margin_per_recipient", "%[2]s per recipient, %[1]s", false},
	{"cost", "cost, %[1]s", false},
	{"cost_per_conversion", "cost per conversion, %[1]s", false},
	{"incremental_conversions", "incremental conversions (adjusted), customers", true},
	{"cost_per_incremental_conversion", "cost per incremental conversion (adjusted), %[1]s", true},
	{"incremental_margin", "incremental %[2]s (adjusted), %[1]s", true},
	{"incremental_margin_less_cost", "incremental %[2]s less cost (adjusted), %[1]s", true},
	{"return_per_unit_spent", "return (adjusted): incremental %[2]s per 1 %[1]s spent", true},
	{"probability_it_pays", "probability that it pays (adjusted)", true},
}

func (t *measureTable) writeArms(out io.Writer) error {
	d := t.document
	var arms []string
	for _, arm := range []experiment.Arm{experiment.None, experiment.Champion, experiment.Challenger, experiment.GlobalHoldout} {
		if _, assigned := d.Find(string(arm), "", "assigned", ""); assigned {
			arms = append(arms, string(arm))
		}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "%s\t\n", strings.ReplaceAll(strings.Join(arms, "\t"), "_", " "))
	for _, line := range t.shown(armLines) {
		label := fmt.Sprintf(line.label+"%.0[1]s%.0[2]s", d.Currency, d.MoneyBasis)
		t.writeArmLine(table, arms, line, label)
	}
	fmt.Fprintln(table)
	return table.Flush()
}

// shown leaves out the margin where it would be the revenue once more, and of the
// mature people where these are all.
func (t *measureTable) shown(lines []measureLine) []measureLine {
	return slices.DeleteFunc(slices.Clone(lines), func(line measureLine) bool {
		return t.document.MoneyBasis != "margin" && line.metric == "margin_per_recipient" || t.document.Mature && line.metric == "mature"
	})
}

// writeArmLine writes a line of figures, and one for each kind of interval that
// an arm has.
func (t *measureTable) writeArmLine(out io.Writer, arms []string, line measureLine, label string) {
	var values, once, sequential []string
	figures := map[string]measurement.Figure{}
	for _, arm := range arms {
		versus, estimate := "", ""
		if line.isIncremental {
			versus, estimate = string(experiment.None), measurement.Adjusted
		}
		if f, found := t.document.Find(arm, versus, line.metric, estimate); found {
			figures[arm] = f
		}
	}
	n := t.numbersOf(slices.Collect(maps.Values(figures))...)
	for _, arm := range arms {
		f, found := figures[arm]
		if !found {
			values, once, sequential = append(values, "-"), append(once, ""), append(sequential, "")
			continue
		}
		values = append(values, t.value(n, f, label))
		once, sequential = append(once, n.span(f.Low, f.High)), append(sequential, n.span(f.SequentialLow, f.SequentialHigh))
	}
	fmt.Fprintf(out, "%s\t  %s\n", strings.Join(values, "\t"), label)
	for _, interval := range []struct {
		cells []string
		label string
	}{{once, "95 % interval, measured once"}, {sequential, "95 % interval, every look"}} {
		if strings.Join(interval.cells, "") != "" {
			fmt.Fprintf(out, "%s\t    %s\n", strings.Join(interval.cells, "\t"), interval.label)
		}
	}
}

// value writes a figure, or n/a and notes why.
func (t *measureTable) value(n numbers, f measurement.Figure, label string) string {
	if f.Value != nil {
		return n.text(*f.Value)
	}
	t.note(f.Reason, label)
	return "n/a"
}

// note keeps why a figure is missing: the first reason of all that share a label.
func (t *measureTable) note(reason, label string) {
	label, _, _ = strings.Cut(label, ", ") // the unit says nothing here
	if slices.ContainsFunc(t.missing, func(m missingFigures) bool { return slices.Contains(m.labels, label) }) {
		return
	}
	same := slices.IndexFunc(t.missing, func(m missingFigures) bool { return m.reason == reason })
	if same < 0 {
		same, t.missing = len(t.missing), append(t.missing, missingFigures{reason: reason})
	}
	t.missing[same].labels = append(t.missing[same].labels, label)
}

// notAvailable says why figures are missing.
func (t *measureTable) notAvailable() string {
	var lines []string
	for _, m := range t.missing {
		lines = append(lines, fmt.Sprintf("n/a: %s: %s.", strings.Join(m.labels, ", "), m.reason))
	}
	return strings.Join(lines, "\n")
}

// differenceLines are the metrics that arms are compared by.
var differenceLines = []measureLine{
	{"conversion_rate", "conversion rate, percentage points", false},
	{"revenue_per_recipient", "revenue per recipient, %[1]s", false},
	{"winsorised_revenue_per_recipient", "the same, winsorised", false},
	{"margin_per_recipient", "%[2]s per recipient, %[1]s", false},
	{"margin_less_cost_per_recipient", "%[2]s less cost per recipient, %[1]s", false},
}

func (t *measureTable) writeDifferences(out io.Writer) error {
	d := t.document
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, pair := range [][2]experiment.Arm{{experiment.Champion, experiment.None}, {experiment.Challenger, experiment.None}, {experiment.Challenger, experiment.Champion}} {
		treated, control := string(pair[0]), string(pair[1])
		if _, compared := d.Find(treated, control, "conversion_rate_difference", measurement.Raw); !compared {
			continue
		}
		fmt.Fprintf(table, "difference\tmeasured once\tevery look\tlift\tmeasured once\t  %s against %s\n", treated, control)
		for _, line := range t.shown(differenceLines) {
			label := fmt.Sprintf(line.label+"%.0[1]s%.0[2]s", d.Currency, d.MoneyBasis)
			t.writeEstimates(table, treated, control, line.metric, label)
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}

// writeEstimates writes the raw and the adjusted difference of a metric.
func (t *measureTable) writeEstimates(out io.Writer, treated, control, metric, label string) {
	for _, estimate := range []string{measurement.Raw, measurement.Adjusted} {
		f, found := t.document.Find(treated, control, metric+"_difference", estimate)
		if !found {
			continue
		}
		n := t.numbersOf(f)
		lift, hasLift := t.document.Find(treated, control, metric+"_lift", estimate)
		sequential := n.span(f.SequentialLow, f.SequentialHigh)
		if sequential == "" {
			sequential = "n/a"
			t.note(f.Reason, fmt.Sprintf("every look of %s against %s", treated, control))
		}
		once := n.span(f.Low, f.High)
		if once == "" {
			once = "n/a"
		}
		difference := t.value(n, f, label)
		if f.Value != nil {
			difference = n.plus(*f.Value)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t  %s, %s\n", difference, once, sequential,
			t.lift(lift, hasLift, treated, control), t.numbersOf(lift).span(lift.Low, lift.High), label, estimate)
	}
}

func (t *measureTable) lift(f measurement.Figure, isThere bool, treated, control string) string {
	if !isThere {
		return "-"
	}
	n := t.numbersOf(f)
	if f.Value != nil {
		return n.plus(*f.Value)
	}
	return t.value(n, f, fmt.Sprintf("lift of %s against %s", treated, control))
}

// unsent says how many people nothing was sent to. They count where they are
// assigned, or those who received a message would be compared with everybody.
func (t *measureTable) unsent() string {
	var parts []string
	for _, arm := range []experiment.Arm{experiment.Champion, experiment.Challenger} {
		assigned, _ := t.document.Find(string(arm), "", "assigned", "")
		sent, found := t.document.Find(string(arm), "", "sent", "")
		if found && sent.Value != nil && *sent.Value < *assigned.Value {
			parts = append(parts, fmt.Sprintf("%s of %s", humanize.Comma(int64(*assigned.Value-*sent.Value)), arm))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Sent nothing so far: " + strings.Join(parts, " and ") + ". They count in the arm they are assigned to."
}

// opened reports opens beside the table, since they are no response.
func (t *measureTable) opened() string {
	var parts []string
	for _, arm := range []experiment.Arm{experiment.Champion, experiment.Challenger} {
		if f, found := t.document.Find(string(arm), "", "opened", ""); found && f.Value != nil {
			parts = append(parts, fmt.Sprintf("%s of %s", humanize.Comma(int64(*f.Value)), arm))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Opened by " + strings.Join(parts, " and ") + ", which is no response: mail programs open by themselves."
}

func (t *measureTable) winsorised() string {
	d := t.document
	return fmt.Sprintf("Revenue is winsorised at %s %s: the %g %% point of those with revenue above 0.", numbers{"money", t.decimals("money", d.WinsorisedAt)}.text(d.WinsorisedAt), d.Currency, d.WinsorisePercentile)
}

func (t *measureTable) adjusted() string {
	d := t.document
	covariate := fmt.Sprintf("revenue of the %s before the day of the assignment", countNoun(int64(d.WindowDays), "day"))
	if d.Covariate == "clv" {
		covariate = "value predicted at the assignment"
	}
	var parts []string
	for _, f := range d.Figures {
		if f.Metric == "margin_per_recipient_variance_reduction" && f.Value != nil {
			parts = append(parts, fmt.Sprintf("%s (%s against %s)", percent(*f.Value), f.Arm, f.Versus))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Adjusted by the %s (CUPED), which removes %s of the variance of the %s. What is incremental, and the decision, rest on it.", covariate, strings.Join(parts, ", "), d.MoneyBasis)
}

func (t *measureTable) ratio() string {
	r := t.document.SampleRatio
	if r.Broken {
		return "" // said above
	}
	return fmt.Sprintf("Sample ratio: as designed (chi-square %.2f, p %.2g).", r.ChiSquare, r.PValue)
}

// decision reports the verdict that stands, and since when.
func (t *measureTable) decision() string {
	d := t.document.Decision
	verdict := map[experiment.Verdict]string{
		experiment.Promote: "promote the challenger", experiment.Keep: "keep the champion", experiment.Undecided: "undecided", experiment.Refused: "none",
	}[d.Verdict]
	text := fmt.Sprintf("Decision: %s: %s.", verdict, d.Reason)
	if d.ReachedOn != "" && d.ReachedOn != t.document.AsOf {
		text = fmt.Sprintf("Decision: %s, since %s (look %d): %s. The first verdict stands.", verdict, d.ReachedOn, d.Look, d.Reason)
	}
	return text
}
