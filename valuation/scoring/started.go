package scoring

import (
	"context"

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

// startLessons returns the effects of the samples as of as_of, nil where those of another
// run are reused or there are none.
func (s *Scoring) startLessons() *backtest.StartEffects {
	if s.reused.IsSet() {
		return nil
	}
	return s.starting.Today
}

// startShop is what effects need to rest on everybody.
func (s *Scoring) startShop() starts.Shop {
	return starts.Shop{
		AsOf: s.Days.AsOf, FirstDay: s.Days.First(), Minor: s.Minor, ByChannel: s.Config.Value.FitBy == "channel",
		IsSampled: func(before int) bool { return s.holdout.isSampled[before] },
	}
}

// makeStartEffects makes start_effects, of everybody where the samples of past days are not.
func (s *Scoring) makeStartEffects(ctx context.Context) error {
	if err := s.started.Learn(ctx, s.Engine, s.starts, s.startLessons(), s.startShop()); err != nil {
		return err
	}
	return s.started.Insert(ctx, s.Engine)
}
