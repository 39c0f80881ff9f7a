package scoring

import (
	"context"
	"time"

	"cbv/valuation/backtest"
	"cbv/valuation/btyd"
	"cbv/valuation/calendar"
	"cbv/valuation/engine"
)

// pastCustomer is a row of past_customers.
type pastCustomer struct {
	PastDay                  time.Time
	FitGroup                 int
	FirstChannel             string
	RepeatPurchases          int
	AgeAtLastPurchaseDays    int64
	CustomerAgeDays          int64
	PositivePurchases        int
	PurchaseLogMillionths    int64
	FirstPurchaseMinor       int64
	RepeatRevenueMinor       int64
	RepeatMarginMinor        int64
	RecentPurchases          int
	RecentRevenueMinor       int64
	RecentMarginMinor        int64
	HoldoutPurchases         int
	HoldoutRevenueMinor      int64
	HoldoutMarginMinor       int64
	HorizonPurchases         int
	HorizonRevenueMinor      int64
	HorizonMarginMinor       int64
	MonthPurchases           int
	MonthRevenueMinor        int64
	MonthMarginMinor         int64
	QuarterPurchases         int
	QuarterRevenueMinor      int64
	QuarterMarginMinor       int64
	QuarterPositivePurchases int
	QuarterPurchaseMinor     int64
	YearPurchases            int
	YearRevenueMinor         int64
	YearMarginMinor          int64
	PurchaseRevenueMinor     int64
	PurchaseMarginMinor      int64
	LaterReturnsMinor        int64
	IDFraction               float64
}

// recentNewcomers is a row of recent_newcomers.
type recentNewcomers struct {
	PositivePurchases int
	PurchaseMinor     int64
	Customers         int64
}

// readPast reads the samples of the past days, whose size is bounded, whatever the base.
func (s *Scoring) readPast(ctx context.Context) error {
	rows := map[int][]pastCustomer{}
	for row, err := range engine.Select[pastCustomer](ctx, s.Engine, "past_customers") {
		if err != nil {
			return err
		}
		before := calendar.DaysBetween(row.PastDay, s.Days.AsOf)
		rows[before] = append(rows[before], row)
	}
	look := s.intake.Lookback
	past := backtest.Past{Lookback: look}
	for _, before := range look.Days() {
		day := backtest.PastDay{Before: before, Customers: s.customersOf(rows[before])}
		if before == backtest.RecentDays {
			for i, row := range rows[before] {
				past.Recent = append(past.Recent, backtest.RecentCustomer{
					Customer: day.Customers[i].Customer, Purchases: row.QuarterPositivePurchases, Value: float64(row.QuarterPurchaseMinor) / float64(s.Minor),
				})
			}
		}
		past.Days = append(past.Days, day)
	}
	for row, err := range engine.Select[recentNewcomers](ctx, s.Engine, "recent_newcomers") {
		if err != nil {
			return err
		}
		for range row.Customers {
			past.Recent = append(past.Recent, backtest.RecentCustomer{
				IsNew: true, Purchases: row.PositivePurchases, Value: float64(row.PurchaseMinor) / float64(s.Minor),
			})
		}
	}
	s.holdout.past = past
	return nil
}

// customersOf returns the customers of a past day.
func (s *Scoring) customersOf(rows []pastCustomer) []backtest.PastCustomer {
	kept := s.keptShares(rows)
	perUnit := float64(s.Minor)
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
		customers[i].Came = s.cameOf(row)
	}
	return customers
}

// cameOf returns what came of a customer in each window.
func (s *Scoring) cameOf(row pastCustomer) []backtest.Came {
	look := s.intake.Lookback
	of := func(purchases int, revenue, margin int64) backtest.Came {
		return backtest.Came{Purchases: purchases, Margin: s.marginOf(revenue, margin) / float64(s.Minor)}
	}
	came := map[int]backtest.Came{
		30:               of(row.MonthPurchases, row.MonthRevenueMinor, row.MonthMarginMinor),
		90:               of(row.QuarterPurchases, row.QuarterRevenueMinor, row.QuarterMarginMinor),
		365:              of(row.YearPurchases, row.YearRevenueMinor, row.YearMarginMinor),
		look.HorizonDays: of(row.HorizonPurchases, row.HorizonRevenueMinor, row.HorizonMarginMinor),
		look.HoldoutDays: of(row.HoldoutPurchases, row.HoldoutRevenueMinor, row.HoldoutMarginMinor),
	}
	var list []backtest.Came
	for _, days := range look.Windows() {
		list = append(list, came[days])
	}
	return list
}
