package intake

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/money"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// Report says what became of the input rows.
type Report struct {
	AsOf      time.Time
	Files     int
	Reasons   []ReasonCount       // used first, then by reason
	Places    []Place             // where to look, most rows first
	Auxiliary []AuxiliaryReport   // of the inputs that are configured
	Merged    *publication.Merged // nil where nobody can have been merged
	Young     *publication.YoungPurchases

	// What later steps of a check find, and the check adds.
	Profile  publication.Profile
	Warnings []pipeline.Warning
}

// ReasonCount is the number of rows of one reason and their money in minor
// units.
type ReasonCount struct {
	Reason string
	Rows   int64 `col:"order_rows"`
	Minor  int64 `col:"amount_minor"`
}

// The reasons that are not a quarantine.
const (
	Used        = "used"         // the row counts
	Superseded  = "superseded"   // another version of its order stands
	Filtered    = "filtered"     // orders.keep excludes it
	KeepUnknown = "keep_unknown" // orders.keep is null for it
	Repeated    = "repeated"     // at order grain an equal row stands
)

// Excluded are the reasons for which rows are left out by a stated rule, with what
// that is.
var Excluded = map[string]string{
	Superseded:  "another version of the order stands",
	Filtered:    "orders.keep",
	KeepUnknown: "orders.keep is null",
	Repeated:    "equal to another row of the order",
}

// otherCurrencyReason is the reason of rows in a currency for which there is no rate:
// it stops the plan.
const otherCurrencyReason = "other_currency"

// AfterAsOf is the reason of rows that come after the day from which the plan looks:
// no fault of the files.
const AfterAsOf = "after_as_of"

// Place is where rows of one reason stand in one file.
type Place struct {
	Reason   string
	File     string
	FirstRow int64
	Rows     int64 `col:"order_rows"`
}

// Rows returns the number of rows of a reason.
func (r Report) Rows(reason string) int64 {
	for _, count := range r.Reasons {
		if count.Reason == reason {
			return count.Rows
		}
	}
	return 0
}

// readContract reads how the rows were classified and stops a plan that has nothing
// to count.
func (in *Intake) readContract(ctx context.Context) error {
	in.Report.AsOf, in.Report.Files = in.Days.AsOf, len(in.Inputs.Orders)
	var err error
	if in.Report.Reasons, err = engine.All[ReasonCount](ctx, in.Engine, "row_counts"); err != nil {
		return err
	}
	slices.SortFunc(in.Report.Reasons, ByReason)
	if in.Report.Places, err = engine.All[Place](ctx, in.Engine, "quarantine_places"); err != nil {
		return err
	}
	if err := in.readAuxiliary(ctx); err != nil {
		return err
	}
	slices.SortFunc(in.Report.Places, byPlace)
	if err := in.refuseOtherCurrencies(ctx); err != nil {
		return err
	}
	if err := in.readYoung(ctx); err != nil {
		return err
	}
	if in.Report.Rows(Used) > 0 {
		in.warnOfRows(ctx)
		return nil
	}
	return in.noOrderIsLeft(ctx)
}

// noOrderIsLeft says why no row can be used.
func (in *Intake) noOrderIsLeft(ctx context.Context) error {
	rows := source.Rows(in.Inputs.Orders)
	way, err := in.nullHint(ctx, rows)
	if err != nil {
		return err
	}
	if way == "" {
		way = "check time.as_of, orders.columns and orders.keep"
	}
	var reasons []string
	for _, count := range in.Report.Reasons {
		reasons = append(reasons, fmt.Sprintf("%s %s", humanize.Comma(count.Rows), count.Reason))
	}
	span := ""
	if days := in.Days.Orders; len(days) > 0 {
		span = fmt.Sprintf(" as of %s, and orders run from %s to %s", in.Days.AsOf.Format(time.DateOnly),
			days[0].Format(time.DateOnly), days[len(days)-1].Format(time.DateOnly))
	}
	return failure.Inputf("%s: no order is left of %s rows%s: %s: %s",
		in.Inputs.Orders[0].Path, humanize.Comma(rows), span, strings.Join(reasons, ", "), way)
}

// ByReason orders used rows before others, and those by reason.
func ByReason(a, b ReasonCount) int {
	if (a.Reason == Used) != (b.Reason == Used) {
		return map[bool]int{true: -1, false: 1}[a.Reason == Used]
	}
	return cmp.Compare(a.Reason, b.Reason)
}

// byPlace orders places by rows, most first.
func byPlace(a, b Place) int {
	return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.File, b.File))
}

// mostQuarantined is the share of rows in quarantine above which a warning says so.
const mostQuarantined = 0.01

func isManyQuarantined(share float64) bool { return share > mostQuarantined }

// warnOfRows warns where too many orders cannot be used.
func (in *Intake) warnOfRows(ctx context.Context) {
	var quarantined int64
	for _, count := range in.Report.Reasons {
		if _, excluded := Excluded[count.Reason]; !excluded && count.Reason != Used && count.Reason != AfterAsOf {
			quarantined += count.Rows
		}
	}
	in.suspectUnreadableTimes(source.Rows(in.Inputs.Orders))
	if share := float64(quarantined) / float64(source.Rows(in.Inputs.Orders)); isManyQuarantined(share) {
		in.Warn("many_rows_quarantined", "%.1f %% of the rows are in quarantine, and what they hold is in no figure: cbv check shows where they are%s", 100*share, in.versionHint(ctx, quarantined))
	}
}

// versionHint says what to map where most rows in quarantine repeat an order, and the name
// of an unused column says that it is the order's version.
func (in *Intake) versionHint(ctx context.Context, quarantined int64) string {
	column := in.Orders.VersionColumn(in.Inputs.Orders)
	if column == "" || 2*in.Report.Rows("duplicate_order") < quarantined {
		return ""
	}
	return fmt.Sprintf("; most are duplicate_order, and if they are versions of their orders, map orders.columns.version to %s", source.Name(ctx, in.Engine, column))
}

// OrderRows adds the rows of the order files up by what became of them.
func (in *Intake) OrderRows() publication.Rows {
	return in.AddUp(in.Report.Reasons, source.Rows(in.Inputs.Orders), slices.Collect(maps.Keys(Excluded))...)
}

// AuxiliaryRows adds up the rows of the auxiliary inputs, nil without any.
func (in *Intake) AuxiliaryRows() map[string]publication.Rows {
	var added map[string]publication.Rows
	for _, report := range in.Report.Auxiliary {
		if added == nil {
			added = map[string]publication.Rows{}
		}
		added[report.Name] = in.AddUp(report.Reasons, report.Rows)
	}
	return added
}

// AddUp adds the rows of an input's files up by what became of them: used, excluded
// for one of the named reasons, or quarantined.
func (in *Intake) AddUp(reasons []ReasonCount, rows int64, excluded ...string) publication.Rows {
	exact := func(minor int64) string { return money.Exact(minor, in.Minor) }
	added := publication.Rows{
		Used:     publication.Amount{Money: exact(0)},
		Excluded: map[string]publication.Amount{}, Quarantined: map[string]publication.Amount{},
	}
	var total int64
	for _, count := range reasons {
		amount := publication.Amount{Rows: count.Rows, Money: exact(count.Minor)}
		total += count.Minor
		switch {
		case count.Reason == Used:
			added.Used = amount
		case slices.Contains(excluded, count.Reason):
			added.Excluded[count.Reason] = amount
		default:
			added.Quarantined[count.Reason] = amount
		}
	}
	added.Files = publication.Amount{Rows: rows, Money: exact(total)}
	return added
}

// PublishedInputs are the input files as a manifest lists them.
func (in Inputs) PublishedInputs() []publication.Input {
	inputs := publication.InputsOf("", in.Orders)
	for _, auxiliary := range in.Auxiliary {
		inputs = append(inputs, publication.InputsOf(auxiliary.Name, auxiliary.Files)...)
	}
	return inputs
}
