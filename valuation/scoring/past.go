package scoring

import (
	"context"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/btyd/pool"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/recentvalue"
	"cbv/valuation/starts"
)

// pastCustomer is a row of past_customers.
type pastCustomer struct {
	CustomerID            string
	PastDay               time.Time
	FitGroup              int
	FirstChannel          string
	RepeatPurchases       int
	AgeAtLastPurchaseDays int64
	CustomerAgeDays       int64
	PositivePurchases     int
	PurchaseLogMillionths int64
	FirstPurchaseMinor    int64
	RepeatRevenueMinor    int64
	RepeatMarginMinor     int64
	RecentPurchases       int
	RecentRevenueMinor    int64
	RecentMarginMinor     int64
	HalfWindowPurchases   int
	Faded30, Faded60      int64
	Faded120, Faded240    int64
	Faded480, Faded960    int64
	HoldoutPurchases      int
	HoldoutRevenueMinor   int64
	HoldoutMarginMinor    int64
	HorizonPurchases      int
	HorizonRevenueMinor   int64
	HorizonMarginMinor    int64
	MonthPurchases        int
	MonthRevenueMinor     int64
	MonthMarginMinor      int64
	QuarterPurchases      int
	QuarterRevenueMinor   int64
	QuarterMarginMinor    int64
	YearPurchases         int
	YearRevenueMinor      int64
	YearMarginMinor       int64
	PurchaseRevenueMinor  int64
	PurchaseMarginMinor   int64
	LaterReturnsMinor     int64
	IDFraction            float64
}

// pastRevision is a row of past_revisions.
type pastRevision struct {
	PastDay, KnownOn time.Time
	WindowDays       int
	CustomerID       string
	MorePurchases    int
}

// recentPurchases is a row of recent_purchases.
type recentPurchases struct {
	PastDay            time.Time
	IsOld              bool
	KnownPurchases     int
	KnownFirstMinor    int64
	KnownMinor         int64
	KnownLogMillionths int64
	RecentPurchases    int
	RecentFirstMinor   int64
	RecentMinor        int64
}

// ReadPast reads the samples of the past days, whose size is bounded, whatever the base.
func (s *Scoring) ReadPast(ctx context.Context) (past backtest.Past, err error) {
	rows := map[int][]*pastCustomer{} // large, so that a list of them would be long to grow
	for row, err := range engine.Select[pastCustomer](ctx, s.Engine, "past_customers") {
		if err != nil {
			return past, err
		}
		before := calendar.DaysBetween(row.PastDay, s.Days.AsOf)
		rows[before] = append(rows[before], &row)
	}
	revisions := map[int]map[string][]backtest.Revision{}
	for row, err := range engine.Select[pastRevision](ctx, s.Engine, "past_revisions") {
		if err != nil {
			return past, err
		}
		before := calendar.DaysBetween(row.PastDay, s.Days.AsOf)
		if revisions[before] == nil {
			revisions[before] = map[string][]backtest.Revision{}
		}
		revisions[before][row.CustomerID] = append(revisions[before][row.CustomerID], backtest.Revision{
			Known: calendar.DaysBetween(row.KnownOn, s.Days.AsOf), WindowDays: row.WindowDays, MorePurchases: row.MorePurchases,
		})
	}
	look := s.intake.Lookback
	past.Lookback = look
	var members starts.Members
	if s.starts, members, err = starts.Read(ctx, s.Engine, s.Days.AsOf, s.Config.Value.FitBy == "channel"); err != nil {
		return past, err
	}
	past.Starts = s.starts.Attributes()
	for _, before := range look.Days() {
		day := backtest.PastDay{Before: before, Customers: s.customersOf(rows[before])}
		for i, row := range rows[before] {
			day.Customers[i].Revisions = revisions[before][row.CustomerID]
			day.Customers[i].Starts = members.Of(before, row.CustomerID)
		}
		delete(rows, before)
		day.Customers = day.Sorted()
		past.Days = append(past.Days, day)
	}
	past.Recent = map[int][]recentvalue.Customer{}
	for row, err := range engine.Select[recentPurchases](ctx, s.Engine, "recent_purchases") {
		if err != nil {
			return past, err
		}
		before := calendar.DaysBetween(row.PastDay, s.Days.AsOf)
		past.Recent[before] = append(past.Recent[before], s.recentCustomer(row))
	}
	return past, nil
}

// recentCustomer returns the customer of a row.
func (s *Scoring) recentCustomer(row recentPurchases) recentvalue.Customer {
	perUnit := float64(s.Minor)
	return recentvalue.Customer{
		Old: row.IsOld, Purchases: row.KnownPurchases, First: float64(row.KnownFirstMinor) / perUnit, Value: float64(row.KnownMinor) / perUnit,
		LnValues:        s.lnValues(row.KnownLogMillionths, int64(row.KnownPurchases)),
		RecentPurchases: row.RecentPurchases, RecentFirst: float64(row.RecentFirstMinor) / perUnit, RecentValue: float64(row.RecentMinor) / perUnit,
	}
}

// customersOf returns the customers of a past day.
func (s *Scoring) customersOf(rows []*pastCustomer) []backtest.PastCustomer {
	kept := s.keptShares(rows)
	perUnit := float64(s.Minor)
	windows := s.intake.Lookback.Windows()
	customers := make([]backtest.PastCustomer, len(rows))
	for i, row := range rows {
		customers[i].Customer = backtest.Customer{
			Group: row.FitGroup, Old: s.isOld(row.FitGroup),
			History:         btyd.History{Repeats: row.RepeatPurchases, LastPurchase: float64(row.AgeAtLastPurchaseDays), Age: float64(row.CustomerAgeDays)},
			RecentPurchases: row.RecentPurchases, RecentMargin: s.marginOf(row.RecentRevenueMinor, row.RecentMarginMinor) / perUnit,
			U:           row.IDFraction,
			MarginShare: kept[i],
		}
		customers[i].Revenue = float64(row.PurchaseRevenueMinor+row.LaterReturnsMinor) / perUnit
		s.spendOf(row, &customers[i].Customer)
		customers[i].Came = s.cameOf(row, windows)
		customers[i].RecentHalf = row.HalfWindowPurchases
		for place, sum := range []int64{row.Faded30, row.Faded60, row.Faded120, row.Faded240, row.Faded480, row.Faded960} {
			customers[i].Faded[place] = pool.Billionth * float64(sum)
		}
	}
	return customers
}

// cameOf returns what came of a customer in each window.
func (s *Scoring) cameOf(row *pastCustomer, windows []int) []backtest.Came {
	of := func(purchases int, revenue, margin int64) backtest.Came {
		return backtest.Came{Purchases: purchases, Revenue: float64(revenue) / float64(s.Minor), Margin: s.marginOf(revenue, margin) / float64(s.Minor)}
	}
	came := make([]backtest.Came, len(windows))
	for i, days := range windows {
		switch days {
		case s.intake.Lookback.HoldoutDays:
			came[i] = of(row.HoldoutPurchases, row.HoldoutRevenueMinor, row.HoldoutMarginMinor)
		case s.intake.Lookback.HorizonDays:
			came[i] = of(row.HorizonPurchases, row.HorizonRevenueMinor, row.HorizonMarginMinor)
		case 30:
			came[i] = of(row.MonthPurchases, row.MonthRevenueMinor, row.MonthMarginMinor)
		case 90:
			came[i] = of(row.QuarterPurchases, row.QuarterRevenueMinor, row.QuarterMarginMinor)
		case 365:
			came[i] = of(row.YearPurchases, row.YearRevenueMinor, row.YearMarginMinor)
		}
	}
	return came
}
