package scoring

import (
	"context"
	"slices"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/pastdays"
	"cbv/valuation/pastfits"
	"cbv/valuation/trust"
)

// minGroupRepeaters is the number of repeat customers below which a channel takes
// the parameters of the base.
const minGroupRepeaters = 500

// holdout is what the run knows of its backtest.
type holdout struct {
	customers int64 // known at the cutoff
	newcomers int64 // acquired later
	sampled   int64
	repeaters int    // of the sample, with a repeat at the cutoff
	untested  string // why there is no result
	past      backtest.Past
	fits      *pastfits.Fits // to its customers, until the forecasts of past days are made
	isSampled map[int]bool   // by the days before as_of of a past day: not all customers are read
	result    *backtest.Result
	choice    backtest.Choice // of the result
}

// channelSize is a row of channel_sizes.
type channelSize struct {
	IsOld        bool
	FirstChannel string
	Repeaters    int64
}

// makeCandidateGroups makes the table of the groups that could have parameters of their
// own: the old customers of all channels, then channels by name.
func (s *Scoring) makeCandidateGroups(ctx context.Context) error {
	sizes, err := engine.All[channelSize](ctx, s.Engine, "channel_sizes")
	if err != nil {
		return err
	}
	var channels []string
	var old, others int64 // repeaters
	for _, size := range sizes {
		if size.IsOld {
			old += size.Repeaters
			continue
		}
		others += size.Repeaters
		if s.Config.Value.FitBy == "channel" && size.FirstChannel != "" && size.Repeaters >= minGroupRepeaters {
			channels = append(channels, size.FirstChannel)
		}
	}
	slices.Sort(channels)
	if s.reused.IsSet() {
		s.groups = s.reused.models.ownGroups()
	} else {
		s.groups = fitGroups(min(old, others) >= backtest.LeastRepeaters, channels)
	}
	return s.makeGroups(ctx, "candidate_groups")
}

// fitGroups returns the groups of old customers, where they are one, and of channels.
func fitGroups(hasOld bool, channels []string) []fitGroup {
	var groups []fitGroup
	if hasOld {
		groups = append(groups, fitGroup{IsOld: true})
	}
	for _, channel := range channels {
		groups = append(groups, fitGroup{FirstChannel: channel})
	}
	for i := range groups {
		groups[i].FitGroup = i + 1
	}
	return groups
}

// fitGroup is a row of a table of fit groups: the old customers of all channels, or the
// others of one.
type fitGroup struct {
	IsOld        bool
	FirstChannel string // "" of the old
	FitGroup     int
}

// isOld reports whether a fit group is that of the old customers.
func (s *Scoring) isOld(number int) bool {
	return number > wholeBase && number <= len(s.groups) && s.groups[number-1].IsOld
}

// makeGroups makes a table of the fit groups.
func (s *Scoring) makeGroups(ctx context.Context, table string) error {
	return engine.Insert(ctx, s.Engine, table, s.groups)
}

// fitBacktest tests the models on the shop's own past, and takes from that which
// purchases the spend model sees.
func (s *Scoring) fitBacktest(ctx context.Context) error {
	if err := s.testModels(ctx); err != nil {
		return err
	}
	return s.makeSpendTerms(ctx)
}

// testModels tests the models with parameters of the base and, where channels are
// large enough, of their own.
func (s *Scoring) testModels(ctx context.Context) error {
	h := &s.holdout
	h.fits = &pastfits.Fits{}
	h.untested = s.intake.Holdout.WhyNone
	if s.intake.Holdout.Days == 0 {
		return nil
	}
	known := map[int]int64{}
	for row, err := range engine.Select[pastSample](ctx, s.Engine, "past_sample") {
		if err != nil {
			return err
		}
		known[calendar.DaysBetween(row.PastDay, s.Days.AsOf)] = row.Customers
		if row.PastDay.Equal(s.intake.Cutoff()) {
			h.customers, h.newcomers = row.Customers, row.Newcomers
		}
	}
	past, err := s.ReadPast(ctx)
	if err != nil {
		return err
	}
	h.past = past
	h.isSampled = map[int]bool{}
	for _, day := range h.past.Days {
		h.isSampled[day.Before] = int64(len(day.Customers)) < known[day.Before]
	}
	customers := h.past.Holdout(s.intake.Holdout.Days)
	h.sampled = int64(len(customers))
	for _, c := range customers {
		if c.History.Repeats > 0 {
			h.repeaters++
		}
	}
	result, err := backtest.Run(customers, s.terms(), h.past.Earlier(s.intake.Holdout.Days)...)
	if err != nil {
		return err
	}
	h.result, h.untested = &result, result.Why
	return ctx.Err()
}

// pastSample is a row of past_sample.
type pastSample struct {
	PastDay              time.Time
	Customers, Newcomers int64
}

// terms are those of the backtest.
func (s *Scoring) terms() backtest.Terms {
	return backtest.Terms{
		HoldoutDays: s.intake.Holdout.Days, MaxTotalError: s.Config.Backtest.MaxTotalError, Workers: s.workers(), Form: s.formOfBacktest(),
		Fits:     s.holdout.fits,
		Calendar: pastdays.Calendar{AsOf: s.Days.AsOf, Missing: s.intake.MissingDays}, Basis: trust.Basis(s.Config.MoneyBasis()),
	}
}

// roll makes the forecasts of the chosen models on the past days, and judges them.
func (s *Scoring) roll() error {
	if !s.HasModel() || len(s.holdout.past.Days) == 0 {
		return nil
	}
	procedure := backtest.Procedure{Family: s.models.groups[wholeBase].Purchase.Model.Name(), ByGroup: len(s.models.channels()) > 0, Form: s.form}
	rolling, err := backtest.Roll(s.holdout.past, procedure, s.terms())
	if err != nil {
		return err
	}
	if err := s.testPool(rolling); err != nil {
		return err
	}
	if s.pooled.Chosen {
		rolling = rolling.WithPool(s.pooling)
	}
	if rolling, err = s.testStart(rolling); err != nil {
		return err
	}
	s.rolling, s.judged = rolling.Settled(), rolling.Judge(rolling.StandardError())
	s.holdout.fits, s.holdout.past.Days = nil, nil
	return nil
}
