package scoring

import (
	"cbv/valuation/backtest"
	"cbv/valuation/starts"
)

// testStart holds the effects of first purchases against the forecasts without, and returns
// the Rolling of what is chosen. What decided is kept, unless that of another run is reused.
func (s *Scoring) testStart(rolling backtest.Rolling) (backtest.Rolling, error) {
	if !s.starts.Known() {
		return rolling, nil
	}
	starting, err := rolling.Start(s.holdout.past, s.pooling, s.terms())
	if err != nil {
		return rolling, err
	}
	s.starting = starting
	if !s.reused.IsSet() {
		s.started = starts.New(starting, s.starts, s.Days.AsOf)
	}
	if s.started.Purchases.Chosen || s.started.Spend.Chosen {
		rolling = rolling.WithStart(starting, s.started.Purchases.Chosen, s.started.Spend.Chosen)
	}
	return rolling, nil
}
