package run

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/pipeline"
	"cbv/valuation/simulation"
	"cbv/valuation/source"
)

// BenchmarkMillion runs one million customers, about 3.5 million orders, and
// beside it the least that any tool has to do with them: one aggregate per
// customer, written to Parquet.
//
//	go test -run - -bench Million -benchtime 1x ./valuation/run
func BenchmarkMillion(b *testing.B) {
	options := simulation.Default()
	options.Customers = 1_000_000
	folder := filepath.Join(b.TempDir(), "shop")
	if _, err := simulation.Write(context.Background(), folder, options, nil); err != nil {
		b.Fatal(err)
	}
	c, err := config.Load(config.Sources{File: filepath.Join(folder, "cbv.yaml")})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("bare aggregate", func(b *testing.B) {
		for range b.N {
			bareAggregate(b, c)
		}
	})
	b.Run("whole run", func(b *testing.B) { wholeRun(b, c) })
	c.Lists.Include = nil
	b.Run("without lists", func(b *testing.B) { wholeRun(b, c) })
}

func wholeRun(b *testing.B, c config.Config) {
	b.Helper()
	peak := int64(0)
	var tested, all float64 // seconds of the backtest and of the run
	for i := range b.N {
		c.Out = filepath.Join(b.TempDir(), "out")
		result, err := Run(context.Background(), testJob(c))
		if err != nil {
			b.Fatal(err)
		}
		var timing pipeline.TimingFile
		readJSON(b, filepath.Join(result.Folder, "timing.json"), &timing)
		for _, step := range timing.Steps {
			peak = max(peak, step.PeakBytes)
			all += step.Seconds
			if strings.HasPrefix(step.Step, "backtest") {
				tested += step.Seconds
			}
			if i == 0 && step.Seconds >= 0.1 {
				b.Logf("%-20s %5.2f s %6d MB", step.Step, step.Seconds, step.PeakBytes>>20)
			}
		}
	}
	b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
	b.ReportMetric(tested/float64(b.N), "backtest-s")
	if 2*tested > all {
		b.Errorf("the backtest takes %.1f of %.1f seconds: a run with it takes more than twice the time of one without", tested, all)
	}
}

// bareAggregate is the aggregate that every summary of customers begins with.
func bareAggregate(b *testing.B, c config.Config) {
	b.Helper()
	ctx := context.Background()
	files, err := source.Find(ctx, "orders", c.Orders.Files, false)
	if err != nil {
		b.Fatal(err)
	}
	folder := b.TempDir()
	macros, err := os.ReadFile("../../sql/engine/duckdb.sql")
	if err != nil {
		b.Fatal(err)
	}
	opt := engine.Options{MemoryLimit: "4GB", TempDir: folder, Writable: folder, Macros: string(macros)}
	input := engine.Input{Name: "orders_input", Columns: []engine.InputColumn{
		{Name: "customer_id", Expression: "customer_id"}, {Name: "ordered_at", Expression: "ordered_at"}, {Name: "amount", Expression: "amount"},
	}}
	for _, file := range files {
		opt.Readable = append(opt.Readable, file.Resolved)
		input.Files = append(input.Files, file.Resolved)
	}
	e, err := duckdb.Open(ctx, opt)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	start := time.Now()
	if err := e.Input(ctx, input); err != nil {
		b.Fatal(err)
	}
	const query = `select customer_id, count(*) as orders, min(ordered_at) as first, max(ordered_at) as last, sum(amount) as amount
from orders_input group by customer_id`
	if _, err := e.File(ctx, "bare", query, engine.File{Path: filepath.Join(folder, "bare.parquet"), Key: []string{"customer_id"}, Metadata: map[string]string{"of": "benchmark"}}); err != nil {
		b.Fatal(err)
	}
	b.Logf("bare aggregate %.2f s", time.Since(start).Seconds())
}
