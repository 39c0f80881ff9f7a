package intake

import (
	"math"
	"testing"
	"time"
)

// Of 100 purchases a day, 2 come to nothing after 5 days and 2 after 20: those of the
// last 20 days are young, and what of theirs was voided so far says too little.
func TestYoungPurchases(t *testing.T) {
	asOf := time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC)
	var purchases []purchaseCount
	var voids []voidCount
	want := 0.0
	for age := range 200 {
		day := asOf.AddDate(0, 0, -age)
		left := int64(100)
		for _, after := range []int{5, 20} {
			if age >= after {
				voids = append(voids, voidCount{day, day.AddDate(0, 0, after), 2})
				left -= 2
			} else if age < 20 {
				want += 2
			}
		}
		purchases = append(purchases, purchaseCount{day, left})
	}
	young := youngPurchases(asOf, purchases, voids)
	if young == nil || young.Days != 20 || young.Purchases != 20*100-15*2 {
		t.Fatalf("%+v", young)
	}
	if got := young.VoidShare * float64(young.Purchases); !(math.Abs(got-want) <= 0.01*want) {
		t.Errorf("%.2f will be voided, want about %.2f", got, want)
	}
	if young := youngPurchases(asOf, purchases, voids[:9]); young != nil {
		t.Errorf("18 voids say %+v", young)
	}
}
