package intake

import (
	"time"

	"cbv/valuation/stat"
)

// InputLimits say what a row of an input can hold and still be used. They are the
// one row of the table input_limits, each a column of its name.
type InputLimits struct {
	// MaxAmount is the largest amount, margin, cost or value, of either sign, in
	// money: a larger one is a mistake, and sums of minor units could overflow.
	MaxAmount float64
	// ReadableFrom is the first time that is one, and ReadableBefore the first
	// that is none any more: exporters write years 1 and 9999 for "never". What
	// has no first day begins with ReadableFrom.
	ReadableFrom   time.Time `col:",timestamp"`
	ReadableBefore time.Time `col:",timestamp"`
	// RatesFrom and RatesUntil are the first and the last day of rate_days, which the
	// rates of a plan set.
	RatesFrom, RatesUntil time.Time
	// AskedAsOf is the as-of day that was asked for, nil where it is that of the latest
	// order: rows of later days and versions are not known on it.
	AskedAsOf *time.Time
	// MaxSurveyScore is the best answer of a survey; the worst is 0.
	MaxSurveyScore float64
}

// BusinessRules are the numbers by which customers, channels and figures are judged.
// Each is a column of its name in params.
type BusinessRules struct {
	// IntervalZ is how many standard errors the margin of error of an interval is:
	// 95 % of the normal distribution.
	IntervalZ float64
	// SecondPurchaseDays is the time that customers have had to purchase again
	// when the cohorts of two years are compared.
	SecondPurchaseDays int64
	// SilentGaps is how many of their own usual gaps between purchases a repeat
	// customer may let pass before they count as silent.
	SilentGaps int64
	// RepeatSteps is the purchase from which the steps to the next one are counted
	// together.
	RepeatSteps int64
	// RetentionDays is the length of the two stretches whose money is compared, the
	// last one and the one before it; who bought nothing for as long and then buys is
	// reactivated; and a purchase as old is old enough for the rate of the next one.
	RetentionDays int64
	// MinRateAgeDays is the age from which a customer has an observed rate: of a
	// few days it would be a rate of hundreds a year.
	MinRateAgeDays int64

	// MarginPriorCustomers is with the revenue of how many customers a margin share
	// of the whole counts where that of a part is shrunk towards it: a handful of
	// orders cannot set the worth of a channel.
	MarginPriorCustomers float64
	// OwnSharePurchases is with how many purchases a usual margin or return share
	// counts against a customer's own where customers do not tell, and
	// MinShareCustomers how many with one purchase, and with more, it takes to tell.
	OwnSharePurchases float64
	MinShareCustomers int64
	// LeastSharePurchases is with how many purchases it counts at the least: a single
	// one cannot say everything.
	LeastSharePurchases float64
	// OwnShareErrors is beyond how many standard errors a customer's own share is not
	// explained by chance, whatever others are like.
	OwnShareErrors float64
	// ReturnDays is how long a purchase may still come back: a younger one says nothing
	// of what its customer returns.
	ReturnDays int64
	// MinChannelCustomers is the number of new customers from which a channel's
	// cost and value are enough to judge by: a handful cannot set the terms of the
	// base.
	MinChannelCustomers int64
	// MinSpendPerCredit is how many times the net credits of channels others must
	// have cost for the sum to be a cost of acquisition.
	MinSpendPerCredit int64
	// MaxHorizonGrowth is the largest ratio of what is expected of new customers by the
	// horizon to what is expected by now with which their value has an interval. Above
	// it less than half has been seen, and the shape of the curve is most of the value.
	MaxHorizonGrowth float64

	// FocusDays is over how many days value is counted where it says where the next
	// effort should go, whatever the horizon: a setting would move the advice. These
	// figures end in _365d.
	FocusDays int64
	// NewcomerDeviation is by how much what new customers bring within a year may well
	// differ from what the model says, as a standard deviation of the logarithm: what
	// they were seen to bring counts against it by its own standard error.
	NewcomerDeviation float64
	// NewcomerErrors is beyond how many standard errors the level of the latest new
	// customers is one: few purchases of a few heavy buyers are none.
	NewcomerErrors float64

	// MinValueCustomers is from how many customers who started by it a value of an
	// attribute stands by itself; those of fewer are together.
	MinValueCustomers int64
	// MinComparedCustomers is how many customers there must be on either side where those
	// who started by a value are held against others: the sum of fewer is mostly chance.
	MinComparedCustomers int64
	// UnknownValue is what a missing value is called, and OthersValue the values of few
	// customers together.
	UnknownValue, OthersValue string
	// FalseDiscoveryRate is the share of chance findings among the verdicts on values that
	// is accepted.
	FalseDiscoveryRate float64

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
	// PastFullCustomers is how many customers are read of a past day that is not the
	// nearest cutoff, and PastSampleCustomers about how many of a larger base: a total
	// of as many has a standard error of a few per cent.
	PastFullCustomers, PastSampleCustomers int64
	// SpendSampleCustomers is on how many repeat customers the spend model is
	// fitted at the most.
	SpendSampleCustomers int64

	// MaxSoundMoney and MaxSoundPurchases are beyond what any shop has: a figure
	// above them is an error of computation.
	MaxSoundMoney, MaxSoundPurchases float64
}

// Limits are the limits of input rows, which apply before there are params.
var Limits = InputLimits{
	MaxAmount:      1e12,
	ReadableFrom:   time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
	ReadableBefore: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
	RatesFrom:      time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
	RatesUntil:     time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
	MaxSurveyScore: 10,
}

// Rules are the business rules, for the SQL and for Go.
var Rules = BusinessRules{
	IntervalZ:               stat.Z,
	SecondPurchaseDays:      90,
	SilentGaps:              2,
	RepeatSteps:             10,
	RetentionDays:           365,
	MinRateAgeDays:          30,
	MarginPriorCustomers:    100,
	OwnSharePurchases:       10,
	MinShareCustomers:       50,
	LeastSharePurchases:     1,
	OwnShareErrors:          2,
	ReturnDays:              30,
	MinChannelCustomers:     50,
	MinSpendPerCredit:       10,
	MaxHorizonGrowth:        2,
	FocusDays:               365,
	NewcomerDeviation:       0.2,
	NewcomerErrors:          3,
	MinValueCustomers:       10,
	MinComparedCustomers:    30,
	UnknownValue:            "unknown",
	OthersValue:             "others",
	FalseDiscoveryRate:      0.05,
	BorderlineShare:         0.1,
	CACBandShare:            0.25,
	MinPromoterScore:        9,
	MaxDetractorScore:       6,
	IDBuckets:               10_000,
	BacktestFullCustomers:   60_000,
	BacktestSampleCustomers: 52_000,
	PastFullCustomers:       25_000,
	PastSampleCustomers:     20_000,
	SpendSampleCustomers:    1_000_000,
	MaxSoundMoney:           1e15,
	MaxSoundPurchases:       1e9,
}
