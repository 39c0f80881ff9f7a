package scoring

import (
	"fmt"
	"math"
	"testing"

	"cbv/valuation/pipeline/pipelinetest"
)

// pastBase is a base of a past day: one-timers and customers of two equal purchases, with
// margins of 40 % of the first and 20 % of the later ones, and the others that a test adds.
func pastBase(others ...*pastCustomer) []*pastCustomer {
	rows := others
	for i := range 200 {
		row := &pastCustomer{PositivePurchases: 1, CustomerAgeDays: 100, PurchaseRevenueMinor: 1000, FirstPurchaseMinor: 1000, PurchaseMarginMinor: 400, PurchaseLogMillionths: 6907756}
		if i%2 == 0 {
			row = twice(40, 20, 0)
		}
		rows = append(rows, row)
	}
	return rows
}

// twice is a customer of two purchases of 1,000 with margins in per cent, of which so
// much was returned later.
func twice(first, later, returned int64) *pastCustomer {
	return &pastCustomer{
		PositivePurchases: 2, RepeatPurchases: 1, CustomerAgeDays: 100, PurchaseRevenueMinor: 2000, PurchaseLogMillionths: 2 * 6907756,
		FirstPurchaseMinor: 1000, RepeatRevenueMinor: 1000, PurchaseMarginMinor: 10 * (first + later), RepeatMarginMinor: 10 * later, LaterReturnsMinor: -returned,
	}
}

// On a past day a customer keeps what the base does, or what is their own: 20 equal
// purchases that are nothing like the base's are no chance.
func TestKeptSharesOfAPastDay(t *testing.T) {
	const n = 20
	loss := pastCustomer{
		PositivePurchases: n, RepeatPurchases: n - 1, CustomerAgeDays: 100, PurchaseRevenueMinor: n * 1000, PurchaseLogMillionths: n * 6907756,
		FirstPurchaseMinor: 1000, RepeatRevenueMinor: (n - 1) * 1000, PurchaseMarginMinor: -200 * n, RepeatMarginMinor: -200 * (n - 1),
	}
	returner := loss
	returner.PurchaseMarginMinor, returner.RepeatMarginMinor, returner.LaterReturnsMinor = 400+200*(n-1), 200*(n-1), -n*1000
	s := &Scoring{Context: pipelinetest.NewContext()}
	s.Config.Orders.Columns.Margin = "margin"
	kept := s.keptShares(pastBase(&loss, &returner))
	plain := s.keptShares(pastBase())
	t.Logf("at a loss %.3f, all back %.3f, others %.4f and %.4f; without them %.4f", kept[0], kept[1], kept[2], kept[3], plain[0])
	// 1 - 4 × (0.15 / 20 + 1 / 400) / 0.5² and more is their own, of a variance below 0.15
	if !(kept[0] < -0.1 && kept[0] > -0.2) || !(math.Abs(kept[1]) < 0.03) {
		t.Errorf("at a loss %g is kept, and of what all came back %g", kept[0], kept[1])
	}
	// of later purchases a fifth, shrunk towards the third of all purchases by the revenue
	// of 100 customers; who has a later one shows that it is less
	usual := (100*1000*0.2 + 100*1500/3.) / (100*1000 + 100*1500)
	if !(math.Abs(plain[1]-usual) <= 1e-12) || !(plain[0] > 0.2 && plain[0] < usual) {
		t.Errorf("of one purchase %g is kept, want %g; of two %g", plain[1], usual, plain[0])
	}
}

// Without margins of single purchases returns alone are customers' own, and a purchase of
// the last 30 days says nothing of them.
func TestKeptSharesByReturns(t *testing.T) {
	s := &Scoring{Context: pipelinetest.NewContext()}
	rate := 0.3
	s.Config.Value.MarginRate = &rate
	var rows []*pastCustomer
	for i := range 400 {
		row := twice(0, 0, int64(i%2)*int64(2000))
		if i%4 < 2 {
			row = &pastCustomer{PositivePurchases: 1, CustomerAgeDays: 100, PurchaseRevenueMinor: 1000, FirstPurchaseMinor: 1000, PurchaseLogMillionths: 6907756, LaterReturnsMinor: -1000 * int64(i%2)}
		}
		rows = append(rows, row)
	}
	young := *rows[0]
	young.CustomerAgeDays = 29
	old := young
	old.CustomerAgeDays = 30
	kept := s.keptShares(append(rows, &young, &old))
	// Of each all or nothing came back, of the base a half: the weight is one purchase. Of
	// one that is young 0.3 × (1 - 0.5), of an older 0.3 × (1 - 0.25), of two ± 1/3.
	got := fmt.Sprintf("%.2f %.2f %.2f %.2f", kept[400], kept[401], kept[2], kept[3])
	if want := "0.15 0.23 0.25 0.05"; got != want {
		t.Errorf("kept are %s, want %s", got, want)
	}
}
