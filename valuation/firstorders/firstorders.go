// Package firstorders carries out the Go steps about customers by how they started: how
// sure it is that those who started alike differ from others, and which values of an
// attribute are one value in two spellings.
package firstorders

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/engine"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/stat"
)

// The verdicts on a value.
const (
	Better       = "better"
	Worse        = "worse"
	AsOthers     = "as_others"
	NotSeparable = "not_separable"
)

// FirstOrders is what a run knows of its customers by how they started.
type FirstOrders struct {
	*pipeline.Context
	Findings []Finding // the strongest ones
}

// New returns the first orders of a run.
func New(c *pipeline.Context) *FirstOrders { return &FirstOrders{Context: c} }

// Actions are the Go steps of first orders.
func (f *FirstOrders) Actions() pipeline.Actions {
	return pipeline.Actions{"start_verdicts": f.makeVerdicts, "findings": f.readFindings}
}

// sums is a row of start_sums, as far as Go reads it.
type sums struct {
	ValueNumber, AttributeNumber int64
	Customers                    int64
	Customers30, Repeaters30     int64
	Customers60, Repeaters60     int64
	Customers90, Repeaters90     int64
	Customers180, Repeaters180   int64
	Customers365, Repeaters365   int64
}

// ratios is a row of start_ratios.
type ratios struct {
	ValueNumber, Customers, OtherCustomers                       int64
	Repeats, ExpectedRepeats                                     float64
	OwnRepeatVariance, OtherRepeatVariance, ChanceRepeatVariance float64
	RepeatMinor, ExpectedRepeatMinor                             float64
	OwnMinorVariance, OtherMinorVariance, ChanceMinorVariance    float64
}

// verdict is a row of start_verdicts.
type verdict struct {
	ValueNumber       int64
	RepeatRate30      *float64
	RepeatRate30Low   *float64
	RepeatRate30High  *float64
	RepeatRate60      *float64
	RepeatRate60Low   *float64
	RepeatRate60High  *float64
	RepeatRate90      *float64
	RepeatRate90Low   *float64
	RepeatRate90High  *float64
	RepeatRate180     *float64
	RepeatRate180Low  *float64
	RepeatRate180High *float64
	RepeatRate365     *float64
	RepeatRate365Low  *float64
	RepeatRate365High *float64

	ComparedCustomers, OtherCustomers                                 int64
	Repeats, ExpectedRepeats                                          *float64
	RepeatRatio, RepeatRatioLow, RepeatRatioHigh, RepeatRatioShrunken *float64
	RepeatVerdict                                                     string
	RepeatMinor, ExpectedRepeatMinor                                  *float64
	MarginRatio, MarginRatioLow, MarginRatioHigh, MarginRatioShrunken *float64
	MarginVerdict                                                     string
}

// makeVerdicts says of each value how its customers compare with others, and warns of
// values in several spellings.
func (f *FirstOrders) makeVerdicts(ctx context.Context) error {
	values, err := engine.All[sums](ctx, f.Engine, "start_sums")
	if err != nil {
		return err
	}
	slices.SortFunc(values, func(a, b sums) int { return cmp.Compare(a.ValueNumber, b.ValueNumber) })
	compared := map[int64]ratios{}
	for row, err := range engine.Select[ratios](ctx, f.Engine, "start_ratios") {
		if err != nil {
			return err
		}
		compared[row.ValueNumber] = row
	}
	for _, value := range values { // small values together may have been compared, for those whom they share
		if value.Customers < intake.Rules.MinComparedCustomers {
			delete(compared, value.ValueNumber)
		}
	}
	if err := engine.Insert(ctx, f.Engine, "start_verdicts", judge(values, compared)); err != nil {
		return err
	}
	return f.warnOfSpellings(ctx)
}

// judge returns the verdicts on values, which are in their order. Those on purchases and
// on margin are one family of tests, with those of all attributes.
func judge(values []sums, compared map[int64]ratios) []verdict {
	verdicts := make([]verdict, len(values))
	var tested []*string // the verdicts that chance is counted for
	var pValues []float64
	var betters []bool
	test := func(place *string, c comparison, r ratios) {
		*place = NotSeparable
		if min(r.Customers, r.OtherCustomers) < intake.Rules.MinComparedCustomers || !(c.expected > 0) {
			return
		}
		*place = AsOthers
		tested, pValues, betters = append(tested, place), append(pValues, c.pValue()), append(betters, c.observed > c.expected)
	}
	for from := 0; from < len(values); {
		until := from
		for until < len(values) && values[until].AttributeNumber == values[from].AttributeNumber {
			until++
		}
		repeats, margins := make([]comparison, until-from), make([]comparison, until-from)
		for i, value := range values[from:until] {
			repeats[i], margins[i] = compared[value.ValueNumber].comparisons()
		}
		repeatSpread, marginSpread := spread(repeats), spread(margins)
		for i, value := range values[from:until] {
			r, v := compared[value.ValueNumber], &verdicts[from+i]
			*v = value.rates()
			v.ComparedCustomers, v.OtherCustomers = r.Customers, r.OtherCustomers
			if r.Customers > 0 { // of nobody nothing is known, not 0
				v.Repeats, v.ExpectedRepeats = &r.Repeats, &r.ExpectedRepeats
				v.RepeatMinor, v.ExpectedRepeatMinor = &r.RepeatMinor, &r.ExpectedRepeatMinor
			}
			v.RepeatRatio, v.RepeatRatioLow, v.RepeatRatioHigh = known(repeats[i].ratio())
			v.MarginRatio, v.MarginRatioLow, v.MarginRatioHigh = known(margins[i].ratio())
			v.RepeatRatioShrunken = engine.Known(repeats[i].shrunken(repeatSpread))
			v.MarginRatioShrunken = engine.Known(margins[i].shrunken(marginSpread))
			test(&v.RepeatVerdict, repeats[i], r)
			test(&v.MarginVerdict, margins[i], r)
		}
		from = until
	}
	for i, isDiscovery := range stat.Discoveries(pValues, intake.Rules.FalseDiscoveryRate) {
		if isDiscovery {
			*tested[i] = map[bool]string{true: Better, false: Worse}[betters[i]]
		}
	}
	return verdicts
}

// comparisons are those of purchases and of margin.
func (r ratios) comparisons() (repeats, margin comparison) {
	return comparison{r.Repeats, r.ExpectedRepeats, r.OwnRepeatVariance, r.OtherRepeatVariance, r.ChanceRepeatVariance},
		comparison{r.RepeatMinor, r.ExpectedRepeatMinor, r.OwnMinorVariance, r.OtherMinorVariance, r.ChanceMinorVariance}
}

// rates returns the verdict on a value with its repeat purchase rates alone.
func (s sums) rates() verdict {
	v := verdict{ValueNumber: s.ValueNumber}
	v.RepeatRate30, v.RepeatRate30Low, v.RepeatRate30High = share(s.Repeaters30, s.Customers30)
	v.RepeatRate60, v.RepeatRate60Low, v.RepeatRate60High = share(s.Repeaters60, s.Customers60)
	v.RepeatRate90, v.RepeatRate90Low, v.RepeatRate90High = share(s.Repeaters90, s.Customers90)
	v.RepeatRate180, v.RepeatRate180Low, v.RepeatRate180High = share(s.Repeaters180, s.Customers180)
	v.RepeatRate365, v.RepeatRate365Low, v.RepeatRate365High = share(s.Repeaters365, s.Customers365)
	return v
}

// share returns a share with its 95 % interval (Wilson), nil where there is nobody.
func share(counted, of int64) (value, low, high *float64) {
	if of == 0 {
		return nil, nil, nil
	}
	from, to := stat.Wilson(counted, of)
	return known(float64(counted)/float64(of), from, to)
}

// known returns numbers, nil those that are none.
func known(value, low, high float64) (*float64, *float64, *float64) {
	return engine.Known(value), engine.Known(low), engine.Known(high)
}

// mostShownSpellings are named in a warning.
const mostShownSpellings = 5

// spelling is a row of start_spellings.
type spelling struct {
	Attribute, Spelling, Content, OtherContent string
	Contents                                   int64
}

// warnOfSpellings warns of values that differ in case, blanks or width alone.
func (f *FirstOrders) warnOfSpellings(ctx context.Context) error {
	rows, err := engine.All[spelling](ctx, f.Engine, "start_spellings")
	if err != nil || len(rows) == 0 {
		return err
	}
	slices.SortFunc(rows, func(a, b spelling) int {
		return cmp.Or(cmp.Compare(a.Attribute, b.Attribute), cmp.Compare(a.Spelling, b.Spelling))
	})
	var parts []string
	for _, row := range rows[:min(len(rows), mostShownSpellings)] {
		parts = append(parts, fmt.Sprintf("%s %q and %q", row.Attribute, row.Content, row.OtherContent))
	}
	if more := len(rows) - mostShownSpellings; more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	f.Warn("values_differ_in_case", "values of first orders differ in case, blanks or width alone, and each counts by itself: %s: write them alike in the mapping, such as upper(trim(…))", strings.Join(parts, "; "))
	return nil
}
