package batch

import (
	"database/sql/driver"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/proportion"
)

// inputLimits say what a row of an input can hold and still be used. They are the
// one row of the table input_limits, each a column of its name.
type inputLimits struct {
	// MaxAmount is the largest amount, margin, cost or value, of either sign, in
	// money: a larger one is a mistake, and sums of minor units could overflow.
	MaxAmount float64
	// ReadableFrom is the first time that is one, and ReadableBefore the first
	// that is none any more: exporters write years 1 and 9999 for "never". What
	// has no first day begins with ReadableFrom.
	ReadableFrom, ReadableBefore time.Time
	// MaxSurveyScore is the best answer of a survey; the worst is 0.
	MaxSurveyScore float64
}

// rules are the numbers by which customers, channels and figures are judged. Each
// is a column of its name in params, but for the limits of rows, which apply before
// there are params.
type rules struct {
	inputLimits

	// IntervalZ is how many standard errors an interval reaches to either side:
	// 95 % of the normal distribution.
	IntervalZ float64
	// SecondPurchaseDays is the time that customers have had to purchase again
	// when the cohorts of two years are compared.
	SecondPurchaseDays int64
	// MinRateAgeDays is the age from which a customer has an observed rate: of a
	// few days it would be a rate of hundreds a year.
	MinRateAgeDays int64

	// MarginPriorCustomers is with the revenue of how many customers a margin share
	// of the whole counts where that of a part is shrunk towards it: a handful of
	// orders cannot set the worth of a channel.
	MarginPriorCustomers float64
	// MinChannelCustomers is the number of new customers from which a channel's
	// cost and value are enough to judge by: a handful cannot set the terms of the
	// base.
	MinChannelCustomers int64
	// MinSpendPerCredit is how many times the net credits of channels others must
	// have cost for the sum to be a cost of acquisition.
	MinSpendPerCredit int64
	// MaxHorizonGrowth is the largest ratio of what is expected of newcomers by the
	// horizon to what is expected by now with which their value has an interval. Above
	// it less than half has been seen, and the shape of the curve is most of the value.
	MaxHorizonGrowth float64

	// BorderlineShare is the share of the cost to beat within which the value of
	// keeping a customer is too close to 0 to call.
	BorderlineShare float64
	// CACBandShare is how much lower and higher the cost of acquisition is taken to
	// be, as a share of it, to see how many marks depend on it.
	CACBandShare float64

	// MinPromoterScore and MaxDetractorScore are the answers from which and up to
	// which a customer is one, of 0 to 10. Reichheld (2003), "The One Number You
	// Need to Grow".
	MinPromoterScore, MaxDetractorScore float64

	// IDBuckets is the number of parts that ids are spread over for samples.
	IDBuckets int64
	// BacktestFullCustomers is how many customers the backtest reads all of. Of
	// more it reads the share of the buckets that leaves about
	// BacktestSampleCustomers, at least 50,000.
	BacktestFullCustomers, BacktestSampleCustomers int64
	// SpendSampleCustomers is on how many repeat customers the spend model is
	// fitted at the most.
	SpendSampleCustomers int64

	// MaxSoundMoney and MaxSoundPurchases are beyond what any shop has: a figure
	// above them is an error of computation.
	MaxSoundMoney, MaxSoundPurchases float64
}

// businessRules are the rules, for the SQL and for Go.
var businessRules = rules{
	inputLimits: inputLimits{
		MaxAmount:      1e12,
		ReadableFrom:   time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
		ReadableBefore: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		MaxSurveyScore: 10,
	},
	IntervalZ:               proportion.Z,
	SecondPurchaseDays:      90,
	MinRateAgeDays:          30,
	MarginPriorCustomers:    100,
	MinChannelCustomers:     50,
	MinSpendPerCredit:       10,
	MaxHorizonGrowth:        2,
	BorderlineShare:         0.1,
	CACBandShare:            0.25,
	MinPromoterScore:        9,
	MaxDetractorScore:       6,
	IDBuckets:               10_000,
	BacktestFullCustomers:   60_000,
	BacktestSampleCustomers: 52_000,
	SpendSampleCustomers:    1_000_000,
	MaxSoundMoney:           1e15,
	MaxSoundPurchases:       1e9,
}

// table returns the columns of input_limits, and its row.
func (l inputLimits) table() (columns []engine.Column, row []driver.Value) {
	return []engine.Column{
		{Name: "max_amount", Type: "double"},
		{Name: "readable_from", Type: "timestamp"},
		{Name: "readable_before", Type: "timestamp"},
		{Name: "max_survey_score", Type: "double"},
	}, []driver.Value{l.MaxAmount, l.ReadableFrom, l.ReadableBefore, l.MaxSurveyScore}
}

// params returns the columns that the rules add to params, and their values.
func (r rules) params() (columns []engine.Column, row []driver.Value) {
	return []engine.Column{
			{Name: "interval_z", Type: "double"},
			{Name: "second_purchase_days", Type: "bigint"},
			{Name: "min_rate_age_days", Type: "bigint"},
			{Name: "margin_prior_customers", Type: "double"},
			{Name: "min_channel_customers", Type: "bigint"},
			{Name: "min_spend_per_credit", Type: "bigint"},
			{Name: "max_horizon_growth", Type: "double"},
			{Name: "borderline_share", Type: "double"},
			{Name: "cac_band_share", Type: "double"},
			{Name: "min_promoter_score", Type: "double"},
			{Name: "max_detractor_score", Type: "double"},
			{Name: "id_buckets", Type: "bigint"},
			{Name: "backtest_full_customers", Type: "bigint"},
			{Name: "backtest_sample_customers", Type: "bigint"},
			{Name: "spend_sample_customers", Type: "bigint"},
			{Name: "max_sound_money", Type: "double"},
			{Name: "max_sound_purchases", Type: "double"},
		}, []driver.Value{
			r.IntervalZ, r.SecondPurchaseDays, r.MinRateAgeDays, r.MarginPriorCustomers, r.MinChannelCustomers, r.MinSpendPerCredit,
			r.MaxHorizonGrowth, r.BorderlineShare, r.CACBandShare, r.MinPromoterScore, r.MaxDetractorScore,
			r.IDBuckets, r.BacktestFullCustomers, r.BacktestSampleCustomers, r.SpendSampleCustomers, r.MaxSoundMoney, r.MaxSoundPurchases,
		}
}
