package config

// Suspicions are the bounds beyond which orders look wrong. Each is that of one
// warning, which names it; shares lie between 0 and 1.
type Suspicions struct {
	OrderTotalShare  float64 `yaml:"order_total_share" json:"order_total_share" help:"share of the orders with several rows that repeat one amount from which it may be the order's total; order_total_on_lines"`
	OrderTotalSlope  float64 `yaml:"order_total_slope" json:"order_total_slope" help:"slope of the logarithm of that amount on the logarithm of the rows from which it is; order_total_on_lines"`
	WholeShare       float64 `yaml:"whole_share" json:"whole_share" help:"share of whole amounts from which they may be cents; amounts_in_cents"`
	WholeMedian      float64 `yaml:"whole_median" json:"whole_median" help:"median purchase from which whole amounts look like cents; in euros, other currencies at about what one costs; amounts_in_cents"`
	UnevenShare      float64 `yaml:"uneven_share" json:"uneven_share" help:"share of amounts that are no multiple of 10 from which they do; amounts_in_cents"`
	UnmappedShare    float64 `yaml:"unmapped_share" json:"unmapped_share" help:"share of the rows or of the money that an unused column would have to change; unmapped_columns"`
	QuantitySlope    float64 `yaml:"quantity_slope" json:"quantity_slope" help:"slope of the logarithm of amounts on that of an unused quantity up to which they are prices of a piece; unmapped_columns"`
	TaxShare         float64 `yaml:"tax_share" json:"tax_share" help:"share of the taxed rows that have an unused tax inside from which the others have too; unmapped_columns"`
	RefundShare      float64 `yaml:"refund_share" json:"refund_share" help:"share of the orders with a second amount on a later day from which these may be refunds; no_returns"`
	AlikeShare       float64 `yaml:"alike_share" json:"alike_share" help:"share of customers whose ids differ from another's in case alone; ids_differ_in_case"`
	OneIDDayShare    float64 `yaml:"one_id_day_share" json:"one_id_day_share" help:"share of the days with orders on which one id buys from which it may be many people; many_people_one_id"`
	OneIDFactor      float64 `yaml:"one_id_factor" json:"one_id_factor" help:"how many times the rate of the fifth busiest id its rate must be; many_people_one_id"`
	OneTimeShare     float64 `yaml:"one_time_share" json:"one_time_share" help:"share of customers with one purchase from which their id may be that of an order; order_id_as_customer"`
	DoubledShare     float64 `yaml:"doubled_share" json:"doubled_share" help:"share of all rows that stand in another file too; doubled_rows"`
	DoubledFileShare float64 `yaml:"doubled_file_share" json:"doubled_file_share" help:"share of the rows of a file that stand in another one too; doubled_rows"`
	DoubledMonth     float64 `yaml:"doubled_month_share" json:"doubled_month_share" help:"share of the rows of a month that repeat others of their file, beyond five times the usual one; doubled_rows"`
	TwoFilesShare    float64 `yaml:"two_files_share" json:"two_files_share" help:"share of the orders that stand in two files; order_in_two_files"`
	ScaleFactor      float64 `yaml:"scale_factor" json:"scale_factor" help:"how many times the usual amount that of a channel or country must be, or the other way round; several_currencies"`
	WholeScaleFactor float64 `yaml:"whole_scale_factor" json:"whole_scale_factor" help:"how many times where only one of the two has whole amounts; several_currencies"`
	SwappedDays      float64 `yaml:"swapped_days" json:"swapped_days" help:"days over which no order is of a day above the 12th; day_and_month_swapped"`
	RoundingShare    float64 `yaml:"rounding_share" json:"rounding_share" help:"share of the money that rounding to the minor unit may move; rounding_matters"`

	LostShare           float64 `yaml:"lost_share" json:"lost_share" help:"share of the rows of past days, or of the money of days that lost rows, that the earlier run had and the files have not; rows_lost"`
	LostShareFails      float64 `yaml:"lost_share_fails" json:"lost_share_fails" help:"such a share from which on the run fails; rows_lost"`
	RestatedShare       float64 `yaml:"restated_share" json:"restated_share" help:"share of the money of past days by which it fell where no row is missing, as refunds in place lower it; rows_lost"`
	RestatedShareFails  float64 `yaml:"restated_share_fails" json:"restated_share_fails" help:"such a share from which on the run fails; rows_lost"`
	VanishedShare       float64 `yaml:"vanished_share" json:"vanished_share" help:"share of the customers of the earlier run whom no row names any more; customers_vanished"`
	VanishedShareFails  float64 `yaml:"vanished_share_fails" json:"vanished_share_fails" help:"such a share from which on the run fails, and up to which customers may have been erased; customers_vanished"`
	ShortenedShareFails float64 `yaml:"shortened_share_fails" json:"shortened_share_fails" help:"share of the rows that may go with an earlier start of the files before they count as lost; history_shortened, rows_lost"`
}

// validate refuses bounds that could not be ones.
func (s Suspicions) validate(refuse func(bool, string, ...any)) {
	for _, bound := range []struct {
		key   string
		share float64
	}{
		{"order_total_share", s.OrderTotalShare},
		{"order_total_slope", s.OrderTotalSlope},
		{"whole_share", s.WholeShare},
		{"uneven_share", s.UnevenShare},
		{"unmapped_share", s.UnmappedShare},
		{"quantity_slope", s.QuantitySlope},
		{"tax_share", s.TaxShare},
		{"refund_share", s.RefundShare},
		{"alike_share", s.AlikeShare},
		{"one_id_day_share", s.OneIDDayShare},
		{"one_time_share", s.OneTimeShare},
		{"doubled_share", s.DoubledShare},
		{"doubled_file_share", s.DoubledFileShare},
		{"doubled_month_share", s.DoubledMonth},
		{"two_files_share", s.TwoFilesShare},
		{"rounding_share", s.RoundingShare},
	} {
		refuse(!(bound.share >= 0 && bound.share <= 1), "suspicions.%s: %g is not between 0 and 1: 0.01 is 1 %%", bound.key, bound.share)
	}
	for _, bound := range []struct {
		key    string
		factor float64
	}{{"one_id_factor", s.OneIDFactor}, {"scale_factor", s.ScaleFactor}, {"whole_scale_factor", s.WholeScaleFactor}, {"swapped_days", s.SwappedDays}} {
		refuse(!(bound.factor >= 1 && bound.factor <= 1e6), "suspicions.%s: %g is not between 1 and 1,000,000", bound.key, bound.factor)
	}
	refuse(!(s.WholeMedian > 0 && s.WholeMedian <= 1e12), "suspicions.whole_median: %g is not an amount above 0", s.WholeMedian)
	s.validateComparison(refuse)
}

// validateComparison refuses bounds of the comparison with an earlier run.
func (s Suspicions) validateComparison(refuse func(bool, string, ...any)) {
	for _, bound := range []struct {
		key   string
		share float64
	}{
		{"lost_share", s.LostShare}, {"lost_share_fails", s.LostShareFails},
		{"restated_share", s.RestatedShare}, {"restated_share_fails", s.RestatedShareFails},
		{"vanished_share", s.VanishedShare}, {"vanished_share_fails", s.VanishedShareFails},
		{"shortened_share_fails", s.ShortenedShareFails},
	} {
		refuse(!(bound.share > 0 && bound.share <= 1), "suspicions.%s: %g is no share above 0 and up to 1: 0.01 is 1 %%", bound.key, bound.share)
	}
}
