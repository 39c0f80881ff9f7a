package experiment

import (
	"math"
	"math/big"
	"testing"
)

// Every power of two below 2^255, its neighbours and their negatives come back as they
// went in: the sign stands in the highest word alone.
func TestWideNumbersComeBack(t *testing.T) {
	for bit := range uint(255) {
		power := new(big.Int).Lsh(big.NewInt(1), bit)
		for _, add := range []int64{-1, 0, 1} {
			for _, sign := range []int64{1, -1} {
				want := new(big.Int).Add(power, big.NewInt(add))
				want.Mul(want, big.NewInt(sign))
				if want.BitLen() > 255 {
					continue
				}
				if got := wideOf(want).big(); got.Cmp(want) != 0 {
					t.Errorf("%d × (2^%d %+d) comes back as %s", sign, bit, add, got)
				}
			}
		}
	}
	largest := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(1))
	if got := wideOf(largest).big(); got.Cmp(largest) != 0 {
		t.Errorf("2^255 - 1 comes back as %s", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("2^255 is no number of 255 bits")
		}
	}()
	wideOf(new(big.Int).Lsh(big.NewInt(1), 255))
}

// Products of the largest factors there are, and their sums.
func TestWideProducts(t *testing.T) {
	for _, factors := range [][4]int64{
		{1 << 62, 1 << 62, 1 << 62, 1 << 5}, // 2^191, the lowest bit of a sign in the third word
		{1 << 62, 1 << 62, 1 << 62, -(1 << 5)},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
		{math.MinInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
		{math.MinInt64, math.MinInt64, math.MinInt64, 1},
		{3, -5, 7, 11},
		{0, math.MinInt64, -1, 1},
	} {
		want := big.NewInt(1)
		var got wide
		for _, factor := range factors {
			want.Mul(want, big.NewInt(factor))
		}
		got.addProduct(factors[0], factors[1], factors[2], factors[3])
		if got.big().Cmp(want) != 0 {
			t.Errorf("the product of %v is %s, want %s", factors, got.big(), want)
		}
		got.addProduct(factors[0], factors[1], factors[2], factors[3])
		if want.Lsh(want, 1); got.big().Cmp(want) != 0 && want.BitLen() <= 255 {
			t.Errorf("twice the product of %v is %s, want %s", factors, got.big(), want)
		}
	}
}
