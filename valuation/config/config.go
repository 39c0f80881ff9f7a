// Package config holds the settings of a run: their names, defaults, origins
// and limits. A setting is named by its path in the YAML file
// (orders.columns.amount); the flag is that path (--orders.columns.amount) and
// the environment variable the same in capitals (CBV_ORDERS_COLUMNS_AMOUNT).
// A flag outranks the environment, the environment the file, the file the
// default.
package config

import (
	"encoding/json"
	"fmt"
	"time"
	_ "time/tzdata" // zones do not depend on what the machine has installed
)

// Config is every setting of a run.
type Config struct {
	Out         string      `yaml:"out" json:"-" value:"FOLDER" help:"folder that holds the published runs"`
	Orders      Orders      `yaml:"orders" json:"orders" about:"where the order history is, and how to read it"`
	Identities  Identities  `yaml:"identities" json:"identities" about:"customers who were merged into others, where there are any"`
	Rates       Rates       `yaml:"rates" json:"rates" about:"exchange rates to value.currency, where money is in several currencies"`
	Spend       Spend       `yaml:"spend" json:"spend" about:"sales and marketing spend, where it is known"`
	Surveys     Surveys     `yaml:"surveys" json:"surveys" about:"answers to the Net Promoter question, where there are any"`
	People      People      `yaml:"people" json:"-" about:"addresses and consents of the customers, for exports"`
	Suppression Suppression `yaml:"suppression" json:"-" about:"those who objected elsewhere, for exports"`
	Value       Value       `yaml:"value" json:"value" about:"the terms on which customers are valued; money is in units of value.currency"`
	Backtest    Backtest    `yaml:"backtest" json:"backtest" about:"how the models are tested on the shop's own past"`
	Suspicions  Suspicions  `yaml:"suspicions" json:"suspicions" about:"from when on orders look wrong, so that a warning says so"`
	Time        Time        `yaml:"time" json:"time" about:"what a day is, and which day the run looks from"`
	RFM         RFM         `yaml:"rfm" json:"rfm" about:"how recency, frequency and monetary value become scores and segments"`
	Lifecycle   Lifecycle   `yaml:"lifecycle" json:"lifecycle" about:"bounds of p_purchase_365d between the stages"`
	Lists       Lists       `yaml:"lists" json:"lists" about:"which campaign lists a run writes, and with which columns"`
	Export      Export      `yaml:"export" json:"-" about:"what all audiences share"`
	Targets     []Target    `yaml:"targets" json:"-" in:"file" help:"importers of audiences that are not built in; a list, in the file only"`
	Audiences   []Audience  `yaml:"audiences" json:"-" in:"file" help:"audiences that every run writes for its targets; a list, in the file only"`
	Contacts    Contacts    `yaml:"contacts" json:"-" about:"the customers that campaigns contacted, as the sending tool reports it; only measure reads them, and no run depends on them"`
	Measure     Measure     `yaml:"measure" json:"-" about:"how a campaign is measured"`
	Engine      Engine      `yaml:"engine" json:"-" about:"what DuckDB and the models may use of the machine; changes no output"`
	Run         Run         `yaml:"run" json:"-" about:"how a run behaves among the others of a shop"`
	Log         string      `yaml:"log" json:"-" choices:"text,json" help:"messages on stderr: text, or json, one object a line; changes no output"`
}

// Orders says where the order history is and how to read it.
type Orders struct {
	Files          Files      `yaml:"files" json:"-" help:"Parquet files: a glob (** allowed), a folder, or a list of them"`
	Columns        Columns    `yaml:"columns" json:"columns"`
	Attributes     Attributes `yaml:"attributes" json:"attributes" value:"MAPPING" help:"what the orders say of a customer, at most 8, by a column or an expression each: {country: Country} of the latest purchase, {coupon: {sql: Code, of: first}} of the first, {product: {sql: SKU, of: first, many: true}} all that stand on the first; columns of customers.parquet but for those of many"`
	Grain          string     `yaml:"grain" json:"grain" choices:"line,order" help:"what a row is: line, or order; at order a repeated order_id is excluded where the rows are equal, and else the earliest stands and the others are quarantined"`
	Keep           string     `yaml:"keep" json:"keep" value:"CONDITION" help:"SQL condition over one row; rows that do not meet it, and those for which it is null, are excluded and counted apart"`
	ZeroIsPurchase bool       `yaml:"zero_is_purchase" json:"zero_is_purchase" help:"whether a customer-day whose net is exactly 0 counts as a purchase"`
	Returns        string     `yaml:"returns" json:"returns" choices:"order,same_day" help:"order: a return belongs to the purchase of its order_id, whatever its day, and an order that ends at nothing was none; same_day: a return is netted within its customer-day, and a later one lowers revenue and margin, not the number of purchases; unset, order where orders.columns.order_id is mapped"`
	FitFrom        *Day       `yaml:"fit_from" json:"fit_from" help:"first day from which customers are known to be new; those first seen before are valued, but the models are not fitted on them and no figure of new customers counts them"`
	HivePartitions bool       `yaml:"hive_partitions" json:"hive_partitions" help:"read key=value folders as text columns"`
}

// Columns maps our columns to the file's: a column name, or an SQL expression
// over one row. Empty means absent.
type Columns struct {
	CustomerID string `yaml:"customer_id" json:"customer_id" help:"who bought: a column, or an SQL expression over one row; text or whole numbers"`
	OrderID    string `yaml:"order_id" json:"order_id" help:"order that a row belongs to (optional)"`
	OrderedAt  string `yaml:"ordered_at" json:"ordered_at" help:"date or time of the order; with or without a zone"`
	Amount     string `yaml:"amount" json:"amount" help:"money of the row, negative for a return"`
	Margin     string `yaml:"margin" json:"margin" help:"margin of the row (optional); else value.margin_rate"`
	Channel    string `yaml:"channel" json:"channel" help:"how the customer was acquired (optional); that of the first purchase counts"`
	Currency   string `yaml:"currency" json:"currency" help:"currency of the row (optional); one that is not value.currency needs rates, and unset all money is in that"`
	Version    string `yaml:"version" json:"version" help:"version of the order, a time or a whole number (optional); the rows of the highest stand, the others are superseded, and only then is keep asked"`
}

// Identities says which customers were merged into others. Without files nobody was.
type Identities struct {
	Files   Files           `yaml:"files" json:"-" help:"Parquet files of merged customers (optional)"`
	Columns IdentityColumns `yaml:"columns" json:"columns"`
}

// IdentityColumns maps our columns of the merged customers to the file's, as
// Columns does.
type IdentityColumns struct {
	From string `yaml:"from" json:"from" help:"id that a customer had, as in the orders"`
	To   string `yaml:"to" json:"to" help:"id that the customer has; it is no from itself"`
}

// Rates says where the exchange rates are. Without files all money is in
// value.currency.
type Rates struct {
	Files   Files       `yaml:"files" json:"-" help:"Parquet files of rates (optional)"`
	Columns RateColumns `yaml:"columns" json:"columns"`
}

// RateColumns maps our columns of the rates to the file's, as Columns does.
type RateColumns struct {
	Date     string `yaml:"date" json:"date" help:"day from which the rate counts, until the next one"`
	Currency string `yaml:"currency" json:"currency" help:"currency that it is the rate of"`
	Rate     string `yaml:"rate" json:"rate" help:"what one unit of that currency is in value.currency; a table of the reverse takes 1 / rate"`
}

// Spend says where the sales and marketing spend is and how to read it. Without
// files there is none.
type Spend struct {
	Files   Files        `yaml:"files" json:"-" help:"Parquet files of spend (optional); needs a margin"`
	Columns SpendColumns `yaml:"columns" json:"columns"`
}

// SpendColumns maps our columns of the spend to the file's, as Columns does.
type SpendColumns struct {
	Date     string `yaml:"date" json:"date" help:"day of the spend; a date, or a local time"`
	Channel  string `yaml:"channel" json:"channel" help:"channel that the money went to, named as in the orders; empty for none in particular"`
	Amount   string `yaml:"amount" json:"amount" help:"money spent, negative for a credit"`
	Currency string `yaml:"currency" json:"currency" help:"currency of the row (optional); one that is not value.currency needs rates, and unset all spend is in that"`
}

// Surveys says where the answers to the Net Promoter question are. Without
// files there are none.
type Surveys struct {
	Files   Files         `yaml:"files" json:"-" help:"Parquet files of answers (optional)"`
	Columns SurveyColumns `yaml:"columns" json:"columns"`
}

// SurveyColumns maps our columns of the answers to the file's, as Columns does.
type SurveyColumns struct {
	CustomerID string `yaml:"customer_id" json:"customer_id" help:"who answered"`
	AnsweredAt string `yaml:"answered_at" json:"answered_at" help:"date or local time of the answer"`
	Score      string `yaml:"score" json:"score" help:"answer, a whole number from 0 to 10"`
}

// Value holds the terms on which customers are valued. Money is in units of
// Currency.
type Value struct {
	Currency      string   `yaml:"currency" json:"currency" value:"CODE" help:"ISO 4217 code of the money in the files; sets the minor unit that money is counted in"`
	MarginRate    *float64 `yaml:"margin_rate" json:"margin_rate" help:"margin as a share of revenue, where there is no margin column"`
	DiscountRate  float64  `yaml:"discount_rate" json:"discount_rate" help:"annual discount rate"`
	HorizonDays   int      `yaml:"horizon_days" json:"horizon_days" help:"days ahead over which value is counted"`
	RetentionCost float64  `yaml:"retention_cost" json:"retention_cost" help:"cost of holding one customer over the horizon"`
	CAC           *float64 `yaml:"cac" json:"cac" help:"cost of acquiring one customer, where spend does not say; without both, a first order is taken to pay for its acquisition"`
	ReplaceBy     string   `yaml:"replace_by" json:"replace_by" value:"CHANNEL" help:"whose cost and value a replacement has, where there is spend: paid, all paid channels together, or the name of one channel, the one where the next money would go; over the 12 months to as_of"`
	TargetLTVCAC  float64  `yaml:"target_ltv_cac" json:"target_ltv_cac" help:"least value of a new customer per cost of acquisition that is worth paying"`
	FitBy         string   `yaml:"fit_by" json:"fit_by" choices:"none,channel" help:"none, or channel; then channels with 500 repeat customers or more get parameters of their own where the backtest shows that it helps"`
	MinKeepShare  float64  `yaml:"min_keep_share" json:"min_keep_share" help:"least clv worth retaining, as a share of the margin of a first order"`
}

// Backtest says how the models are tested on the shop's own past.
type Backtest struct {
	HoldoutDays   *Days   `yaml:"holdout_days" json:"holdout_days" help:"days before as_of that the test forecasts; unset, the horizon, at most a third of the history"`
	MaxTotalError float64 `yaml:"max_total_error" json:"max_total_error" help:"largest error of the total forecast, of purchases or of margin, at which the run trusts its figures"`
}

// Time says what a day is and which day the run looks from.
type Time struct {
	Zone string `yaml:"zone" json:"zone" value:"ZONE" help:"IANA time zone whose days are counted"`
	AsOf *Day   `yaml:"as_of" json:"as_of" short:"as-of" help:"last day that counts; unset, the day of the latest order, never the clock"`
}

// RFM says how recency, frequency and monetary value become scores.
type RFM struct {
	Map           string    `yaml:"map" json:"map" choices:"default,published" help:"segment map: default, or published, the widely published one"`
	FrequencyCuts []int     `yaml:"frequency_cuts" json:"frequency_cuts" help:"five rising lower bounds of purchases for the scores 1 to 5"`
	RecencyCuts   []int     `yaml:"recency_cuts" json:"recency_cuts" help:"four rising upper bounds in days for the scores 5 to 2; unset, quintiles"`
	MonetaryCuts  []float64 `yaml:"monetary_cuts" json:"monetary_cuts" help:"four rising upper bounds in money for the scores 1 to 4; unset, quintiles"`
}

// Lifecycle holds the bounds of p_purchase_365d between the stages.
type Lifecycle struct {
	Active  float64 `yaml:"active" json:"active" help:"least chance of a purchase within 365 days of an active customer"`
	Cooling float64 `yaml:"cooling" json:"cooling" help:"least chance of a purchase within 365 days of a cooling customer"`
}

// Lists says which campaign lists are written, and with which columns.
type Lists struct {
	Include []string `yaml:"include" json:"include" help:"kinds of list to write: mark, lifecycle, segment, seed"`
	Columns []string `yaml:"columns" json:"columns" help:"columns of customers.parquet in each list; customer_id must be among them"`
}

// Engine bounds what DuckDB may use. It changes no output.
type Engine struct {
	Threads     int    `yaml:"threads" json:"-" help:"threads of the engine and the models; 0 is one per core"`
	MemoryLimit string `yaml:"memory_limit" json:"-" value:"AMOUNT" help:"memory of a run, at least 512MB: the engine spills to disk beyond three quarters of it. With millions of customers a run may hold half a GB more at its height"`
}

// Run says how a run behaves among the others of a shop. What of it an output
// depends on, the parameters that are reused, enters a run's identity with the
// run that they come from, not with the path that named it.
type Run struct {
	Strict          bool     `yaml:"strict" json:"-" short:"strict" help:"a warning is a failed check and nothing is published; cbv help warnings names those that pass"`
	Accept          []string `yaml:"accept" json:"-" short:"accept" flag:"repeats" value:"CODE" help:"codes of warnings that run.strict lets pass; by file, variable or this flag alike; the flag --accept may be repeated, adds to the list, and lets also pass, for this once, what fails by itself"`
	AcceptOnce      []string `yaml:"-" json:"-"` // of Accept, those that the flag --accept names: they also let pass what fails by itself
	MaxAgeDays      *Days    `yaml:"max_age_days" json:"-" short:"max-age" help:"refuse input whose latest order that counts is older; 2, 2d or 48h"`
	Wait            Duration `yaml:"wait" json:"-" short:"wait" help:"how long to wait for another run to give the lock back; 30m"`
	Model           string   `yaml:"model" json:"-" short:"model" value:"FOLDER" help:"folder of a run whose parameters are used in place of a fit; auto: those of the latest earlier run while they are young enough, else a fit"`
	ModelMaxAgeDays Days     `yaml:"model_max_age_days" json:"-" short:"model-max-age" help:"refuse parameters that were fitted as of an earlier day than this many days before"`
}

// AutoModel is the value of run.model by which a run chooses itself.
const AutoModel = "auto"

// Default returns the settings before any file, variable or flag.
func Default() Config {
	return Config{
		Out: "out",
		Orders: Orders{
			Columns: Columns{CustomerID: "customer_id", OrderedAt: "ordered_at", Amount: "amount"},
			Grain:   "line",
		},
		Identities: Identities{Columns: IdentityColumns{From: "from", To: "to"}},
		Rates:      Rates{Columns: RateColumns{Date: "date", Currency: "currency", Rate: "rate"}},
		Spend:      Spend{Columns: SpendColumns{Date: "date", Channel: "channel", Amount: "amount"}},
		Surveys:    Surveys{Columns: SurveyColumns{CustomerID: "customer_id", AnsweredAt: "answered_at", Score: "score"}},
		People:     People{Columns: PeopleColumns{CustomerID: "customer_id"}},
		Value: Value{
			Currency:     "EUR",
			DiscountRate: 0.10,
			HorizonDays:  365,
			FitBy:        "none",
			MinKeepShare: 0.05,
			ReplaceBy:    ReplaceByPaid,
			TargetLTVCAC: 3,
		},
		Backtest: Backtest{MaxTotalError: 0.25},
		Suspicions: Suspicions{
			OrderTotalShare:     0.95,
			OrderTotalSlope:     0.5,
			WholeShare:          0.99,
			WholeMedian:         1000,
			UnevenShare:         0.33,
			UnmappedShare:       0.001,
			QuantitySlope:       0.5,
			TaxShare:            0.95,
			RefundShare:         0.005,
			AlikeShare:          0.001,
			OneIDDayShare:       0.25,
			OneIDFactor:         3,
			OneTimeShare:        0.99,
			DoubledShare:        0.001,
			DoubledFileShare:    0.01,
			DoubledMonth:        0.02,
			TwoFilesShare:       0.001,
			ScaleFactor:         80,
			WholeScaleFactor:    20,
			SwappedDays:         90,
			RoundingShare:       0.001,
			LostShare:           0.001,
			LostShareFails:      0.01,
			RestatedShare:       0.01,
			RestatedShareFails:  0.05,
			VanishedShare:       0.001,
			VanishedShareFails:  0.01,
			ShortenedShareFails: 0.5,
		},
		Time:      Time{Zone: "UTC"},
		RFM:       RFM{Map: "default", FrequencyCuts: []int{1, 2, 3, 4, 6}},
		Lifecycle: Lifecycle{Active: 0.5, Cooling: 0.2},
		Lists: Lists{
			Include: []string{"mark", "segment", "seed"},
			Columns: []string{
				"customer_id", "first_channel", "segment", "lifecycle", "mark", "last_purchase_date", "purchases", "clv",
				"lifetime_value",
			},
		},
		Contacts: Contacts{Columns: ContactColumns{CustomerID: "customer_id", Campaign: "campaign", SentAt: "sent_at"}},
		Measure:  Measure{WinsorisePercentile: 99},
		Engine:   Engine{MemoryLimit: "3GB"},
		Run:      Run{ModelMaxAgeDays: 30},
		Log:      "text",
	}
}

// ReplaceByPaid is the value of value.replace_by for all paid channels together, which
// is also their scope in channels.parquet.
const ReplaceByPaid = "paid"

// The values of orders.returns.
const (
	returnsByOrder = "order"
	returnsSameDay = "same_day"
)

// NetsByOrder reports whether a return belongs to the purchase of its order rather
// than to its customer-day.
func (o Orders) NetsByOrder() bool { return o.returnsInForce() == returnsByOrder }

// returnsInForce is orders.returns, or what stands for it: the order where its ids are
// known.
func (o Orders) returnsInForce() string {
	switch {
	case o.Returns != "":
		return o.Returns
	case o.Columns.OrderID != "":
		return returnsByOrder
	}
	return returnsSameDay
}

// settle gives the settings that follow from others, where nobody gave them, the value
// in force, so that whoever reads the configuration later sees it.
func (c *Config) settle() { c.Orders.Returns = c.Orders.returnsInForce() }

// Identity returns the settings that an output can depend on, as canonical
// JSON: the same settings give the same bytes.
func (c Config) Identity() ([]byte, error) {
	return json.Marshal(c)
}

// HasMargin reports whether money is known as margin.
func (c Config) HasMargin() bool {
	return c.Orders.Columns.Margin != "" || c.Value.MarginRate != nil
}

// MoneyBasis says what value is counted in: margin, or revenue where no margin is
// known.
func (c Config) MoneyBasis() string {
	if c.HasMargin() {
		return "margin"
	}
	return "revenue"
}

// HasSpend reports whether there is spend to count.
func (c Config) HasSpend() bool { return len(c.Spend.Files) > 0 }

// Files is a list of paths and globs; in YAML one of them may stand alone.
type Files []string

// UnmarshalYAML reads a string or a list of strings.
func (f *Files) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if err := unmarshal(&one); err == nil {
		*f = Files{one}
		return nil
	}
	var many []string
	if err := unmarshal(&many); err != nil {
		return err
	}
	*f = many
	return nil
}

// Day is a calendar day, held as its midnight in UTC.
type Day struct{ time.Time }

// ParseDay reads a day written as 2026-11-21.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Day{}, fmt.Errorf("%q is not a day: write it as 2026-11-21", text)
	}
	return Day{t}, nil
}

func (d Day) String() string { return d.Format(time.DateOnly) }

// MarshalJSON writes the day as "2026-11-21".
func (d Day) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads a day written as "2026-11-21".
func (d *Day) UnmarshalJSON(text []byte) error {
	var written string
	if err := json.Unmarshal(text, &written); err != nil {
		return err
	}
	day, err := ParseDay(written)
	*d = day
	return err
}

// UnmarshalYAML reads a day written as 2026-11-21.
func (d *Day) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	day, err := ParseDay(text)
	if err != nil {
		return err
	}
	*d = day
	return nil
}
