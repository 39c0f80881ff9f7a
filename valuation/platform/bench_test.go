package platform

import (
	"context"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

type discard struct{ io.Writer }

func (discard) Close() error { return nil }

// shop yields customers as a shop has them: half of the phones written with a
// country code, half as dialled at home.
func shop(customers int) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		random := rand.New(rand.NewPCG(1, 2))
		day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
		attributes := make([]Cell, 4)
		for i := range customers {
			attributes[0], attributes[1] = NumberCell(float64(random.IntN(100_000))/100), NumberCell(float64(random.IntN(20)))
			attributes[2], attributes[3] = DayCell(day.AddDate(0, 0, -random.IntN(700))), TextCell("Can't Lose Them")
			phone := fmt.Sprintf("+447%09d", random.IntN(1e9))
			if i%2 == 0 {
				phone = fmt.Sprintf("07%03d %06d", random.IntN(1000), random.IntN(1e6))
			}
			person := Person{
				CustomerID: fmt.Sprintf("C%08d", i), Email: fmt.Sprintf("Customer.%d@Example.com ", i), Phone: phone,
				FirstName: "José", LastName: "O'Brien-Smith", Country: "GB", Zip: "SW1A 1AA", City: "London",
				ConsentEmail: Granted, ConsentAds: Granted, Value: attributes[0], Attributes: attributes,
			}
			if !yield(person, nil) {
				return
			}
		}
	}
}

func BenchmarkMillion(b *testing.B) {
	for _, name := range []string{"klaviyo", "mailchimp", "hubspot", "braze", "meta", "google", "tiktok", "csv"} {
		b.Run(name, func(b *testing.B) {
			const customers = 1_000_000
			target, _ := TargetOf(name)
			spec := Spec{
				Target: target, Kind: Full, Name: "cbv_a_0000000000", ConsentMapped: true, Region: "GB",
				Mapped: []Field{Email, Phone, FirstName, LastName, Country, Zip, City}, Suppression: NewSuppression(target),
			}
			if target.Channel == "" {
				spec.Channel = EmailChannel
			}
			if target.Attributes {
				spec.Attributes = []Attribute{{"clv", Number}, {"purchases", Number}, {"last_purchase_date", Day}, {"segment", Text}}
			}
			for i := range 10_000 {
				spec.Suppression.AddEmail(fmt.Sprintf("customer.%d@example.com", i*100))
			}
			spec.Suppression.Seal()
			rows := func(yield func(Person, error) bool) {
				for person, err := range shop(customers) {
					person.Attributes = person.Attributes[:len(spec.Attributes)]
					if !yield(person, err) {
						return
					}
				}
			}
			var most uint64
			for b.Loop() {
				result, err := Export(context.Background(), spec, rows, Files{Create: func(string) (io.WriteCloser, error) { return discard{io.Discard}, nil }})
				if err != nil {
					b.Fatal(err)
				}
				var memory runtime.MemStats
				runtime.ReadMemStats(&memory)
				most = max(most, memory.Sys)
				b.ReportMetric(float64(result.Written), "written")
				b.ReportMetric(float64(len(result.Files)), "files")
			}
			b.ReportMetric(float64(most)/1e6, "MB-sys")
		})
	}
}

func BenchmarkShopAlone(b *testing.B) {
	for b.Loop() {
		for range shop(1_000_000) {
		}
	}
}
