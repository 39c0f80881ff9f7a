package measurement

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/simulation"
)

// BenchmarkMeasureMillion measures a campaign of one million assigned customers
// over their 3.5 million orders.
func BenchmarkMeasureMillion(b *testing.B) {
	b.StopTimer()
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
	for i := range b.N {
		c.Out = filepath.Join(folder, fmt.Sprint("out", i))
		assignMillion(b, c.Out)
		b.StartTimer()
		measured, err := Measure(context.Background(), testJob(c), "spring")
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		timing, err := publication.ReadJSON[pipeline.TimingFile](filepath.Join(measured.Folder, "timing.json"))
		if err != nil {
			b.Fatal(err)
		}
		peak := int64(0)
		for _, step := range timing.Steps {
			peak = max(peak, step.PeakBytes)
			if i == 0 && step.Seconds >= 0.1 {
				b.Logf("%-22s %5.2f s %6d MB", step.Step, step.Seconds, step.PeakBytes>>20)
			}
		}
		b.ReportMetric(float64(peak)/(1<<20), "peak-MB")
	}
}

// assignMillion assigns every customer of the simulated shop, a month before its
// last day.
func assignMillion(b *testing.B, out string) {
	b.Helper()
	day := time.Date(2023, 11, 30, 0, 0, 0, 0, time.UTC)
	begun, err := campaign.Begin(out, campaign.Terms{
		Audience: "everybody", Started: day.Format(time.DateOnly), WindowDays: 60, Nights: 60, Covariate: byPriorSpend,
		Design: experiment.Design{Campaign: "spring", Salt: "s", Shares: experiment.Shares{None: 1000, Champion: 4500, Challenger: 4500}},
	})
	if err != nil {
		b.Fatal(err)
	}
	err = begun.Append(day, func(add func(campaign.Assignment) error) error {
		for i := range 1_000_000 {
			id := fmt.Sprintf("C%08d", i+1)
			arm := begun.Terms.Design.Arm(id)
			if err := add(campaign.Assignment{CustomerID: id, Arm: arm, Probability: begun.Terms.Design.Probability(arm), CLV: float64(i%5000) / 100}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
