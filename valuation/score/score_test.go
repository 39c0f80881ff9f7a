package score_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cbv/valuation/score"
	"cbv/valuation/stat"
)

// Customers stand by value, equal ones by U, then as they come: as a sort by comparison has
// them.
func TestOrder(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 0))
	values, us := make([]float64, 5000), make([]float64, 5000)
	for i := range values {
		switch draw.IntN(4) {
		case 0:
			values[i] = float64(draw.IntN(5) - 2) // many are equal
		case 1:
			values[i] = math.Copysign(0, -1)
		default:
			values[i] = draw.NormFloat64() * math.Exp(20*draw.NormFloat64())
		}
		us[i] = float64(draw.IntN(1000)) / 1000
	}
	var want []stat.Placed
	for i, v := range values {
		want = append(want, stat.Placed{Value: v, U: us[i], Customer: i})
	}
	slices.SortFunc(want, func(a, b stat.Placed) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.U, b.U), cmp.Compare(a.Customer, b.Customer))
	})
	if got := score.Order(values, func(customer int) float64 { return us[customer] }); !slices.Equal(got, want) {
		t.Error("customers are not in the order of a sort by comparison")
	}
	if got := score.Order(nil, nil); len(got) != 0 {
		t.Errorf("an order of nobody has %d customers", len(got))
	}
}
