package measurement

import "cbv/valuation/experiment"

// Figure is a number of a measurement, or why there is none.
type Figure struct {
	Arm      string `json:"arm"`
	Versus   string `json:"versus,omitempty"` // the arm it is compared with
	Metric   string `json:"metric"`
	Estimate string `json:"estimate,omitempty"` // of comparisons: raw, or adjusted by the covariate
	// Value is nil where it is not known. Low and High are the 95 % interval of a
	// campaign measured once, the sequential ones that of all looks together.
	Value          *float64 `json:"value"`
	Low            *float64 `json:"low,omitempty"`
	High           *float64 `json:"high,omitempty"`
	SequentialLow  *float64 `json:"sequential_low,omitempty"`
	SequentialHigh *float64 `json:"sequential_high,omitempty"`
	StandardError  *float64 `json:"standard_error,omitempty"`
	PValue         *float64 `json:"p_value,omitempty"`
	Unit           string   `json:"unit"`
	N              int64    `json:"n"` // people behind the figure
	Reason         string   `json:"reason,omitempty"`
}

// The estimates of a comparison.
const (
	Raw      = "raw"
	Adjusted = "adjusted"
)

// The units.
const (
	customers = "customers"
	messages  = "messages"
	money     = "money"
	share     = "share"
	ratio     = "ratio"
	chance    = "probability"
)

// list gathers figures.
type list struct {
	facts   Facts
	figures []Figure
}

func figures(f Facts) []Figure {
	l := list{facts: f}
	for _, line := range f.Report.Arms {
		l.arm(line)
		l.contacts(string(line.Arm), line.Assigned, line.CostMinor)
		l.money(line)
	}
	if f.GlobalHoldout > 0 {
		l.add(Figure{Arm: string(experiment.GlobalHoldout), Metric: "assigned", Unit: customers, N: f.GlobalHoldout}, count(f.GlobalHoldout))
		l.contacts(string(experiment.GlobalHoldout), f.GlobalHoldout, nil)
	}
	if contacted, known := f.Contacts[Unassigned]; known {
		l.contacts(Unassigned, contacted.Sent, nil)
	}
	for _, contrast := range f.Report.Contrasts {
		l.contrast(contrast)
	}
	return l.figures
}

// add appends a figure with what it is. Money comes in minor units.
func (l *list) add(what Figure, f experiment.Figure) {
	what.Value, what.Low, what.High, what.Reason = l.scaled(what.Unit, f.Value), l.scaled(what.Unit, f.Low), l.scaled(what.Unit, f.High), f.Reason
	l.figures = append(l.figures, what)
}

// scaled turns minor units into units where a figure is money.
func (l *list) scaled(unit string, value *float64) *float64 {
	if value == nil || unit != money {
		return value
	}
	units := *value / float64(l.facts.MinorPerUnit)
	return &units
}

func count(n int64) experiment.Figure {
	value := float64(n)
	return experiment.Figure{Value: &value}
}

func unknown(reason string) experiment.Figure { return experiment.Figure{Reason: reason} }

// arm adds what an arm's people did.
func (l *list) arm(line experiment.ArmReport) {
	name, n := string(line.Arm), line.Assigned
	for _, f := range []struct {
		metric, unit string
		figure       experiment.Figure
	}{
		{"assigned", customers, count(n)},
		{"mature", customers, count(line.Mature)},
		{"converted", customers, count(line.Converted)},
		{"conversion_rate", share, line.Rate},
		{"revenue_per_recipient", money, line.RevenuePerRecipient},
		{"winsorised_revenue_per_recipient", money, line.WinsorisedPerRecipient},
		{"margin_per_recipient", money, l.standsIn(line.MarginPerRecipient)},
	} {
		l.add(Figure{Arm: name, Metric: f.metric, Unit: f.unit, N: n}, f.figure)
	}
}

// standsIn says of a margin that it is revenue, where it is, or hides discounts.
func (l *list) standsIn(margin experiment.Figure) experiment.Figure {
	if l.facts.Report.Money.HidesDiscounts && margin.Value != nil {
		margin.Reason = joined("before the discounts that the campaign gave, which are not known", margin.Reason)
	}
	if l.facts.MoneyBasis == "margin" {
		return margin
	}
	margin.Reason = joined("no margin is known: revenue stands in for it", margin.Reason)
	return margin
}

// joined puts two reasons together, of which either may be missing.
func joined(reason, more string) string {
	if reason == "" || reason == more {
		return more
	}
	if more == "" {
		return reason
	}
	return reason + "; " + more
}

// contacts adds the people of an arm whom the campaign contacted. An open is counted
// and is no response.
func (l *list) contacts(arm string, n int64, costMinor *int64) {
	contacted, isKnown := armContacts(l.facts.Contacts, experiment.Arm(arm))
	if costMinor == nil && isKnown && l.facts.Columns.Cost != "" {
		costMinor = &contacted.CostMinor
	}
	columns := l.facts.Columns
	for _, f := range []struct {
		metric, unit string
		value        int64
		isKnown      bool
		column       string
	}{
		{"messages", messages, contacted.Messages, true, ""},
		{"sent", customers, contacted.Sent, true, ""},
		{"delivered", customers, contacted.Delivered, columns.Delivered != "", "delivered"},
		{"opened", customers, contacted.Opened, columns.Opened != "", "opened"},
		{"responded", customers, contacted.Responded, columns.Clicked != "", "clicked"},
	} {
		figure := count(f.value)
		switch {
		case l.facts.Contacts == nil:
			figure = unknown("no contacts of this campaign are known: give them in contacts.files")
		case !isKnown:
			figure = unknown("no contacts of this arm are known: give them in contacts.files")
		case !f.isKnown:
			figure = unknown("the contacts do not tell: set contacts.columns." + f.column)
		}
		l.add(Figure{Arm: arm, Metric: f.metric, Unit: f.unit, N: n}, figure)
	}
	cost := unknown("no cost is known: give contacts with their cost")
	if costMinor != nil {
		cost = count(*costMinor)
	}
	l.add(Figure{Arm: arm, Metric: "cost", Unit: money, N: n}, cost)
}

// money adds what an arm cost and brought beyond arm none.
func (l *list) money(line experiment.ArmReport) {
	name := string(line.Arm)
	if line.Arm == experiment.None {
		return // what its people cost, if anything, is a mistake and brought nothing
	}
	l.add(Figure{Arm: name, Metric: "cost_per_conversion", Unit: money, N: line.Assigned}, line.CostPerConversion)
	versusNone := Figure{Arm: name, Versus: string(experiment.None), Estimate: Adjusted, N: line.Mature}
	for _, f := range []struct {
		metric, unit string
		figure       experiment.Figure
		sequential   *experiment.Interval
	}{
		{"incremental_conversions", customers, line.IncrementalConversions, nil},
		{"cost_per_incremental_conversion", money, line.CostPerIncrementalConversion, nil},
		{"incremental_margin", money, l.standsIn(line.IncrementalMargin), line.SequentialIncrementalMargin},
		{"incremental_margin_less_cost", money, l.standsIn(line.IncrementalMarginLessCost), line.SequentialIncrementalMarginLessCost},
		{"return_per_unit_spent", ratio, l.standsIn(line.ReturnPerUnitSpent), line.SequentialReturnPerUnitSpent},
		{"probability_it_pays", chance, l.standsIn(line.ProbabilityItPays), nil},
	} {
		what := versusNone
		what.Metric, what.Unit = f.metric, f.unit
		if f.sequential != nil {
			what.SequentialLow, what.SequentialHigh = l.scaled(f.unit, &f.sequential.Low), l.scaled(f.unit, &f.sequential.High)
		}
		l.add(what, f.figure)
	}
}

// contrast adds the differences between two arms.
func (l *list) contrast(c experiment.Contrast) {
	type metric struct {
		metric, unit string
		comparison   experiment.Comparison
	}
	metrics := []metric{
		{"conversion_rate", share, c.Conversion},
		{"revenue_per_recipient", money, c.Revenue},
		{"winsorised_revenue_per_recipient", money, c.Winsorised},
		{marginPerRecipient, money, c.Margin},
	}
	if c.Net != nil {
		metrics = append(metrics, metric{netPerRecipient, money, *c.Net})
	}
	for _, m := range metrics {
		what := Figure{Arm: string(c.Treated), Versus: string(c.Control), Unit: m.unit, N: m.comparison.TreatedPeople + m.comparison.ControlPeople}
		l.estimate(what, m.metric, Raw, m.comparison.Raw)
		if m.comparison.Adjusted == nil {
			continue
		}
		l.estimate(what, m.metric, Adjusted, *m.comparison.Adjusted)
		what.Metric, what.Estimate, what.Unit = m.metric+"_variance_reduction", Adjusted, share
		l.add(what, experiment.Figure{Value: &m.comparison.VarianceReduction})
	}
}

// The metrics of money that are compared.
const (
	marginPerRecipient = "margin_per_recipient"
	netPerRecipient    = "margin_less_cost_per_recipient"
)

// estimate adds a difference and its size beside the control's mean. What a message
// costs is small beside a margin or larger than it, so a margin less cost has no lift.
func (l *list) estimate(what Figure, metric, name string, e experiment.Estimate) {
	what.Estimate = name
	isMargin := metric == marginPerRecipient || metric == netPerRecipient
	what.Metric = metric + "_difference"
	difference := e.Figure()
	difference.Reason = joined(e.Reason, e.SequentialReason)
	if e.Fixed != nil {
		what.StandardError, what.PValue = l.scaled(what.Unit, &e.StandardError), e.PValue
	}
	if e.Sequential != nil {
		what.SequentialLow, what.SequentialHigh = l.scaled(what.Unit, &e.Sequential.Low), l.scaled(what.Unit, &e.Sequential.High)
	}
	lift := e.Lift
	if isMargin {
		difference, lift = l.standsIn(difference), l.standsIn(lift)
	}
	l.add(what, difference)
	if metric == netPerRecipient {
		return
	}
	l.add(Figure{Arm: what.Arm, Versus: what.Versus, Metric: metric + "_lift", Estimate: name, Unit: share, N: what.N}, lift)
}
