package focus

// Report is where the next effort should go, and what stands beside it.
type Report struct {
	Judgement
	Split      *Split      `json:"next_unit_of_budget"` // null: WhyNoSplit says why
	WhyNoSplit string      `json:"why_no_split,omitempty"`
	Benchmarks []Benchmark `json:"benchmarks"` // common rules of thumb, which no rule reads
}

// Benchmark is a common rule of thumb beside the shop's own figure. No rule
// reads it.
type Benchmark struct {
	Name   string   `json:"name"`
	Common string   `json:"common"`
	Own    *float64 `json:"own"` // in the same terms; null where it is not known
}

// Own are a shop's figures in the terms of the benchmarks.
type Own struct {
	RepeatRevenueShare *float64 // of the last whole month's revenue, from returning customers
	SaleToCurrent      *float64 // chance of a purchase within 90 days of customers who are alive
	LTVToCAC           *float64
	CostRatio          *float64 // of acquiring a customer per cost of keeping one
}

// Benchmarks returns the common rules of thumb with the shop's own figures. That of 5
// to 20 % for the chance of selling to a prospect is not among them: of those who have
// never bought a shop's orders know nothing to hold against it.
func Benchmarks(own Own) []Benchmark {
	return []Benchmark{
		{"share of resources on retention", "60 % for an established shop; acquisition first for a new one", nil},
		{"share of the last whole month's revenue from repeat customers", "0.4", own.RepeatRevenueShare},
		{"chance of selling to an existing customer (own: within 90 days, of those who are alive)", "0.6 to 0.7", own.SaleToCurrent},
		{"cost of acquiring per cost of keeping", "5", own.CostRatio},
		{"LTV:CAC (own: new customers of the last 12 months, over their first 365 days)", "3", own.LTVToCAC},
	}
}

// Split is how the next unit of budget would be split by what a unit brings on
// average.
type Split struct {
	Acquisition float64 `json:"acquisition"` // shares that add up to 1
	Retention   float64 `json:"retention"`
	Label       string  `json:"label"`
}

// leastVariation is how far monthly spend must vary, highest over lowest less 1,
// before anything can be said of another unit of it.
const leastVariation = 0.2

// NextUnit splits the next unit of budget in proportion to what one brings:
// value of a new customer per cost in acquisition, value that dropout would take per
// cost of retaining in retention. monthly is the spend of whole months that is known.
// The text says why there is no split.
func NextUnit(monthly []float64, ltvToCAC, lossPerCost *float64) (*Split, string) {
	if ltvToCAC == nil {
		return nil, "no LTV:CAC is known"
	}
	if lossPerCost == nil {
		return nil, "no value.retention_cost is set, or no dropout is expected of those to retain"
	}
	lowest, highest := 0.0, 0.0
	for i, spend := range monthly {
		if i == 0 || spend < lowest {
			lowest = spend
		}
		highest = max(highest, spend)
	}
	if len(monthly) < 2 || !(highest > (1+leastVariation)*lowest) {
		return nil, "monthly spend varies by no more than 20 %, so it is not known what another unit would bring"
	}
	total := max(0, *ltvToCAC) + max(0, *lossPerCost)
	if total == 0 {
		return nil, "neither brings anything"
	}
	return &Split{
		Acquisition: max(0, *ltvToCAC) / total, Retention: max(0, *lossPerCost) / total,
		Label: "indicative: by average CAC, not by what one more unit brings; and as if the cost of retaining a customer prevented all expected dropout, which is the most it can do",
	}, ""
}
