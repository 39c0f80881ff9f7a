package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/schema"
)

// validate returns every broken limit at once. What works on a published run needs
// no order files.
func (c Config) validate(published bool) error {
	var errs []error
	refuse := func(broken bool, format string, args ...any) {
		if broken {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	refuse(c.Out == "", "out: name a folder for the runs")
	refuse(len(c.Orders.Files) == 0 && !published, "orders.files: no order files: set it in the configuration or with --orders.files")
	c.validateOrders(refuse)
	c.validateAuxiliary(refuse)
	c.validateValue(refuse)
	c.Suspicions.validate(refuse)
	c.validateRFM(refuse)
	c.validateLists(refuse)
	c.validateBacktest(refuse)
	c.Suspicions.validate(refuse)
	c.validateExport(refuse)
	c.validateCampaigns(refuse)
	_, err := c.Time.Location()
	refuse(err != nil, "time.zone: %v", err)
	refuse(!(0 < c.Lifecycle.Cooling && c.Lifecycle.Cooling < c.Lifecycle.Active && c.Lifecycle.Active < 1),
		"lifecycle: wants 0 < cooling < active < 1, has cooling %g and active %g", c.Lifecycle.Cooling, c.Lifecycle.Active)
	refuse(c.Engine.Threads < 0 || c.Engine.Threads > 1024, "engine.threads: %d is not between 0 and 1024", c.Engine.Threads)
	memory, known := c.Engine.memoryBytes()
	refuse(!known, "engine.memory_limit: %q is not an amount such as 2GB or 800MB", c.Engine.MemoryLimit)
	refuse(known && memory < leastMemoryBytes, "engine.memory_limit: %s is too little to work with: give at least 512MB", c.Engine.MemoryLimit)
	c.checkChoices(refuse)
	return errors.Join(errs...)
}

var memoryPattern = regexp.MustCompile(`^[1-9][0-9]*(\.[0-9]+)? ?(MB|GB|TB|MiB|GiB|TiB)$`)

// leastMemoryBytes is the least engine.memory_limit. Runs of two million customers finish
// with it, and hold .95 GB.
const leastMemoryBytes = 512_000_000

// memoryBytes returns memory_limit, and whether it is an amount at all.
func (e Engine) memoryBytes() (bytes int64, known bool) {
	if !memoryPattern.MatchString(e.MemoryLimit) {
		return 0, false
	}
	parsed, err := humanize.ParseBytes(e.MemoryLimit)
	return int64(parsed), err == nil
}

// EngineMemory is what the engine takes of memory_limit, as it reads it. The rest is for
// Go, and for what no limit covers.
func (e Engine) EngineMemory() string { return fmt.Sprintf("%dB", e.MemoryBytes()/4*3) }

// MemoryBytes returns memory_limit of a valid configuration.
func (e Engine) MemoryBytes() int64 {
	bytes, _ := e.memoryBytes()
	return bytes
}

func (c Config) validateOrders(refuse func(bool, string, ...any)) {
	o := c.Orders
	refuse(slices.Contains(o.Files, ""), "orders.files: holds an empty path")
	refuse(o.Columns.CustomerID == "", "orders.columns.customer_id: must name a column or an expression")
	refuse(o.Columns.OrderedAt == "", "orders.columns.ordered_at: must name a column or an expression")
	refuse(o.Columns.Amount == "", "orders.columns.amount: must name a column or an expression")
	refuse(o.Grain == "order" && o.Columns.OrderID == "", "orders.grain: order needs orders.columns.order_id")
	refuse(o.Returns == returnsByOrder && o.Columns.OrderID == "", "orders.returns: order needs orders.columns.order_id")
	refuse(o.Columns.Version != "" && o.Columns.OrderID == "", "orders.columns.version: the version of an order needs orders.columns.order_id, or nothing says which rows are versions of one order")
	c.validateAttributes(refuse)
}

// validateAuxiliary checks the auxiliary inputs.
func (c Config) validateAuxiliary(refuse func(bool, string, ...any)) {
	for _, wanted := range []struct{ key, text string }{
		{"spend.columns.date", c.Spend.Columns.Date},
		{"spend.columns.channel", c.Spend.Columns.Channel},
		{"spend.columns.amount", c.Spend.Columns.Amount},
		{"identities.columns.from", c.Identities.Columns.From},
		{"identities.columns.to", c.Identities.Columns.To},
		{"rates.columns.date", c.Rates.Columns.Date},
		{"rates.columns.currency", c.Rates.Columns.Currency},
		{"rates.columns.rate", c.Rates.Columns.Rate},
		{"surveys.columns.customer_id", c.Surveys.Columns.CustomerID},
		{"surveys.columns.answered_at", c.Surveys.Columns.AnsweredAt},
		{"surveys.columns.score", c.Surveys.Columns.Score},
	} {
		refuse(wanted.text == "", "%s: must name a column or an expression", wanted.key)
	}
	refuse(slices.Contains(c.Identities.Files, ""), "identities.files: holds an empty path")
	refuse(slices.Contains(c.Rates.Files, ""), "rates.files: holds an empty path")
	refuse(len(c.Rates.Files) > 0 && c.Orders.Columns.Currency == "" && c.Spend.Columns.Currency == "",
		"rates: nothing says which rows they are for: set orders.columns.currency or spend.columns.currency")
	refuse(slices.Contains(c.Spend.Files, ""), "spend.files: holds an empty path")
	refuse(slices.Contains(c.Surveys.Files, ""), "surveys.files: holds an empty path")
	refuse(c.HasSpend() && !c.HasMargin(),
		"spend: what acquisition costs is compared with margin: set value.margin_rate or orders.columns.margin")
}

func (c Config) validateValue(refuse func(bool, string, ...any)) {
	v := c.Value
	// Further out, value rests on the model's tail alone.
	const longestHorizonDays = 3653
	_, err := v.MinorPerUnit()
	refuse(err != nil, "value.currency: %v", err)
	refuse(v.MarginRate != nil && !(*v.MarginRate > 0 && *v.MarginRate <= 1), "value.margin_rate: must lie in (0, 1]: 0.3 is 30 %%")
	refuse(v.MarginRate != nil && c.Orders.Columns.Margin != "", "value.margin_rate and orders.columns.margin both give a margin: keep one")
	refuse(!(v.DiscountRate >= 0 && v.DiscountRate <= 1), "value.discount_rate: %g is not between 0 and 1: 0.1 is 10 %% a year", v.DiscountRate)
	refuse(v.HorizonDays < 1 || v.HorizonDays > longestHorizonDays, "value.horizon_days: %d is not between 1 and %d", v.HorizonDays, longestHorizonDays)
	refuse(!isMoney(v.RetentionCost), "value.retention_cost: %g is not an amount from 0 to 1e12", v.RetentionCost)
	refuse(v.CAC != nil && !isMoney(*v.CAC), "value.cac: must be an amount from 0 to 1e12")
	refuse(v.FitBy == "channel" && c.Orders.Columns.Channel == "", "value.fit_by: channel needs orders.columns.channel")
	refuse(v.ReplaceBy == "", "value.replace_by: must be paid or the name of a channel")
	refuse(v.ReplaceBy != ReplaceByPaid && !c.HasSpend(), "value.replace_by: a channel needs spend.files, which says what it costs")
	refuse(v.ReplaceBy != ReplaceByPaid && c.Orders.Columns.Channel == "", "value.replace_by: a channel needs orders.columns.channel, which says whom it brought")
	refuse(!(v.TargetLTVCAC > 0 && v.TargetLTVCAC <= 1000), "value.target_ltv_cac: %g is not between 0 and 1000: 3 is three times the cost", v.TargetLTVCAC)
	refuse(!(v.MinKeepShare >= 0 && v.MinKeepShare <= 1), "value.min_keep_share: %g is not between 0 and 1", v.MinKeepShare)
	refuse((v.RetentionCost > 0 || v.CAC != nil) && !c.HasMargin(),
		"value: retention_cost and cac are costs, and costs are compared with margin: set value.margin_rate or orders.columns.margin")
}

func (c Config) validateBacktest(refuse func(bool, string, ...any)) {
	b := c.Backtest
	const shortestHoldoutDays, longestHoldoutDays = 7, 3653
	refuse(b.HoldoutDays != nil && (*b.HoldoutDays < shortestHoldoutDays || *b.HoldoutDays > longestHoldoutDays),
		"backtest.holdout_days: must lie between %d and %d", shortestHoldoutDays, longestHoldoutDays)
	refuse(!(b.MaxTotalError > 0 && b.MaxTotalError <= 10), "backtest.max_total_error: %g is not between 0 and 10: 0.25 is 25 %%", b.MaxTotalError)
}

// isMoney reports whether an amount is one that minor units can count exactly,
// within the range that rows are held to as well.
func isMoney(amount float64) bool { return amount >= 0 && amount <= 1e12 }

func (c Config) validateRFM(refuse func(bool, string, ...any)) {
	r := c.RFM
	refuse(len(r.FrequencyCuts) != 5 || !rising(r.FrequencyCuts) || r.FrequencyCuts[0] != 1,
		"rfm.frequency_cuts: wants five rising lower bounds that start at 1, has %v", r.FrequencyCuts)
	refuse(r.RecencyCuts != nil && (len(r.RecencyCuts) != 4 || !rising(r.RecencyCuts) || r.RecencyCuts[0] < 0),
		"rfm.recency_cuts: wants four rising numbers of days, has %v", r.RecencyCuts)
	tooLarge := func(cut float64) bool { return !isMoney(math.Abs(cut)) }
	refuse(r.MonetaryCuts != nil && (len(r.MonetaryCuts) != 4 || !rising(r.MonetaryCuts) || slices.ContainsFunc(r.MonetaryCuts, tooLarge)),
		"rfm.monetary_cuts: wants four rising amounts, has %v", r.MonetaryCuts)
}

func (c Config) validateLists(refuse func(bool, string, ...any)) {
	kinds := []string{"mark", "lifecycle", "segment", "seed"}
	for _, kind := range c.Lists.Include {
		refuse(!slices.Contains(kinds, kind), "lists.include: %q is none of %v%s", kind, kinds, didYouMean(kind, kinds))
	}
	known, many := schema.ColumnNames("customers", c.Orders.Attributes.Columns()...), c.Orders.Attributes.Many()
	for i, column := range c.Lists.Columns {
		refuse(slices.Contains(many, column), "lists.columns: "+ManyIsNoColumn, column)
		refuse(!slices.Contains(known, column) && !slices.Contains(many, column), "lists.columns: customers.parquet has no column %q%s", column, didYouMean(column, known))
		refuse(slices.Contains(c.Lists.Columns[:i], column), "lists.columns: %q is there twice", column)
	}
	refuse(!slices.Contains(c.Lists.Columns, "customer_id"), "lists.columns: must hold customer_id, or nobody knows who is meant")
}

func rising[T int | float64](cuts []T) bool {
	for i := 1; i < len(cuts); i++ {
		if !(cuts[i-1] < cuts[i]) {
			return false
		}
	}
	return true
}

// Location returns the time zone whose days are counted.
func (t Time) Location() (*time.Location, error) {
	if t.Zone == "" || t.Zone == "Local" {
		return nil, fmt.Errorf("%q depends on the machine: name a zone such as Europe/Berlin", t.Zone)
	}
	location, err := time.LoadLocation(t.Zone)
	if err != nil {
		return nil, fmt.Errorf("%q is not an IANA time zone such as Europe/Berlin", t.Zone)
	}
	return location, nil
}

// MinorPerUnit returns how many minor units (cents) make a unit of the
// currency, by ISO 4217: 100 for EUR, 1 for JPY, 1000 for KWD.
func (v Value) MinorPerUnit() (int64, error) {
	if !currencyPattern.MatchString(v.Currency) {
		return 0, fmt.Errorf("%q is not an ISO 4217 code such as EUR", v.Currency)
	}
	for perUnit, codes := range otherMinorUnits {
		if strings.Contains(codes, v.Currency) {
			return perUnit, nil
		}
	}
	return 100, nil
}

var currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)

// otherMinorUnits are the currencies whose unit is not made of 100 minor ones,
// by ISO 4217:2015, list one.
var otherMinorUnits = map[int64]string{
	1:      "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	1000:   "BHD IQD JOD KWD LYD OMR TND",
	10_000: "CLF UYW",
}
