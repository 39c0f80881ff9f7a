package config

// Suspicions are the bounds from which on orders look wrong, so that a warning says
// so, or fails the run. Shares are of what the earlier run had.
type Suspicions struct {
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
		{"lost_share", s.LostShare}, {"lost_share_fails", s.LostShareFails},
		{"restated_share", s.RestatedShare}, {"restated_share_fails", s.RestatedShareFails},
		{"vanished_share", s.VanishedShare}, {"vanished_share_fails", s.VanishedShareFails},
		{"shortened_share_fails", s.ShortenedShareFails},
	} {
		refuse(!(bound.share > 0 && bound.share <= 1), "suspicions.%s: %g is no share above 0 and up to 1: 0.01 is 1 %%", bound.key, bound.share)
	}
}
