package export

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/pipeline"
)

// BenchmarkMillion exports one million customers, all of whom agreed and have an
// e-mail, a phone and an address of their own, to Klaviyo and to Meta, as the
// first export of a campaign: full and entered files, assignment and all.
//
//	go test -run - -bench Million -benchtime 1x ./valuation/export
func BenchmarkMillion(b *testing.B) {
	s := newShop(b)
	run := s.run("2026-11-23")
	million(b, s, run)
	for _, target := range []string{"klaviyo", "meta"} {
		b.Run(target, func(b *testing.B) {
			a := config.Audience{Name: target, Lifecycle: "active", Target: target, Campaign: &config.Campaign{
				Name: target, Salt: "s", Holdout: 0.1, WindowDays: 30, Nights: 30, Covariate: "clv",
			}}
			if target == "klaviyo" {
				a.Columns = []string{"segment", "clv", "purchases", "last_purchase_date"}
			}
			for b.Loop() {
				b.StopTimer()
				s.must(os.RemoveAll(filepath.Join(s.config.Out, "exports")))
				s.must(os.RemoveAll(filepath.Join(s.config.Out, "campaigns")))
				b.StartTimer()
				result := s.steps(b, run, a)
				b.ReportMetric(float64(result.Manifest.Full.Written), "written")
			}
		})
	}
}

// steps exports and logs what the slow steps cost.
func (s *shop) steps(b *testing.B, run string, a config.Audience) Result {
	store := s.open()
	defer store.Close()
	job := s.job()
	job.Progress = func(event pipeline.Event) {
		if event.Kind == pipeline.StepFinished && event.Elapsed > 100*time.Millisecond {
			b.Logf("%-16s %5.2f s", event.Step, event.Elapsed.Seconds())
		}
	}
	shared, err := pipeline.NewContext(job)
	s.must(err)
	x := &export{Context: shared, store: store, audience: a, announce: func(Power) {}}
	s.must(x.prepare(b.Context(), run))
	s.must(x.build(b.Context()))
	result, err := x.publish(b.Context())
	s.must(err)
	peak := int64(0)
	for _, step := range x.Timing {
		peak = max(peak, step.PeakBytes)
	}
	b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
	return result
}

// million replaces the customers of a run by a million, and writes their people.
func million(b *testing.B, s *shop, run string) {
	b.Helper()
	ctx := context.Background()
	e, err := duckdb.Open(ctx, engine.Options{MemoryLimit: "4GB", TempDir: b.TempDir(), Writable: s.folder, Macros: "select 1"})
	s.must(err)
	defer e.Close()
	query := "select date '2026-11-23' as as_of, printf('C%08d', i) as customer_id"
	for _, column := range columnsOf("customers")[2:] {
		value := map[string]string{
			"lifecycle": "'active'", "segment": "'Champions'", "clv": "(i % 100000) / 100e0", "purchases": "i % 20", "p_purchase_30d": "(i % 100) / 400e0",
			"p_purchase_90d": "(i % 100) / 200e0", "p_purchase_365d": "(i % 100) / 100e0", "last_purchase_date": "date '2026-11-23' - cast(i % 700 as integer)",
		}[column.Name]
		if value == "" {
			value = "null"
		}
		query += fmt.Sprintf(", cast(%s as %s) as %s", value, column.Type, column.Name)
	}
	const numbers = " from (select unnest(range(1000000)) as i)"
	_, err = e.File(ctx, "customers", query+numbers, engine.File{Path: filepath.Join(run, "customers.parquet"), Key: []string{"customer_id"}, Metadata: map[string]string{"of": "benchmark"}})
	s.must(err)
	const people = `select printf('C%08d', i) as customer_id, printf(' Customer.%d@Example.com', i) as email,
printf('07%09d', (i * 7919) % 1000000000) as phone, 'José' as first_name, 'O''Brien-Smith' as last_name, 'GB' as country, 'SW1A 1AA' as zip,
'London' as city, '' as state, true as consent_email, true as consent_ads, i % 100 = 0 as suppressed`
	path := filepath.Join(s.folder, "people.parquet")
	_, err = e.File(ctx, "people", people+numbers, engine.File{Path: path, Key: []string{"hash(customer_id)"}, Metadata: map[string]string{"of": "benchmark"}})
	s.must(err)
	s.config.People.Files = config.Files{path}
	s.reseal(run)
}
