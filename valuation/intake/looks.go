package intake

import (
	"context"
	"slices"
	"time"

	"cbv/valuation/engine"
)

// look is a day of which a plan wants to know what was known on it: of orders, the
// rows up to it.
type look struct{ LookDay time.Time }

// watchedDay is a row of watched_days, the days of which a plan wants to know what was
// known on them of a customer each. It is a view over files where a plan has it, and so
// has the place of each row.
type watchedDay struct {
	CustomerID          string
	LookDay             time.Time
	FileNumber, FileRow int64
}

// makeLooks makes the tables of looks: those that a plan takes at everybody, the as-of
// day and, where it fits models, the past days of its backtest and a year ago, and that of
// the run before; and the one that it takes at each of some customers.
func (in *Intake) makeLooks(ctx context.Context) error {
	looks := []look{{in.Days.AsOf}}
	for _, day := range in.pastDays() {
		looks = append(looks, look{day.PastDay})
	}
	if yearAgo := in.YearAgo(); in.tests && !in.Days.First().After(yearAgo) && !slices.Contains(looks, look{yearAgo}) {
		looks = append(looks, look{yearAgo})
	}
	if back := (look{in.LookedBack}); !back.LookDay.IsZero() && !slices.Contains(looks, back) {
		looks = append(looks, back)
	}
	if err := engine.Insert(ctx, in.Engine, "looks", looks); err != nil {
		return err
	}
	if in.MapWatchedDays != nil {
		return in.MapWatchedDays(ctx)
	}
	return engine.Insert(ctx, in.Engine, "watched_days", []watchedDay(nil))
}
