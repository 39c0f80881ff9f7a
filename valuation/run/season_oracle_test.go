package run

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/scoring"
)

// seasonPrecision is the share to which the days of daysOfSeason have to be met: a run
// stops where the base's expectation is met to one in a hundred million.
const seasonPrecision = 2e-8

// publishedSeason is what model.json says of the season, read as any reader of the file
// would.
type publishedSeason struct {
	Season *struct {
		Ratios []struct {
			Target        string    `json:"target"`
			Days          int       `json:"days"`
			Years         []float64 `json:"years"`
			Raw           float64   `json:"raw"`
			StandardError float64   `json:"standard_error_of_log"`
			Multiplier    float64   `json:"multiplier"`
		} `json:"ratios"`
		Forecasts []struct {
			Days        float64 `json:"days"`
			WithoutDays float64 `json:"days_without_season"`
		} `json:"forecasts"`
		Twelfths      []float64 `json:"twelfths"`
		ForecastError float64   `json:"forecast_error"`
		Narrow        struct {
			Low  float64 `json:"low"`
			High float64 `json:"high"`
		} `json:"clv_without_forecast_error"`
	} `json:"season"`
}

// readSeason reads the season of a run.
func readSeason(t *testing.T, folder string) publishedSeason {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "model.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file publishedSeason
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if file.Season == nil {
		t.Fatal("model.json has no season")
	}
	return file
}

// logVariance returns what the customers and the parameters of its years leave uncertain
// in the logarithm of a multiplier.
func (p publishedSeason) logVariance(t *testing.T, target string, days float64) float64 {
	t.Helper()
	for _, ratio := range p.Season.Ratios {
		if ratio.Target == target && float64(ratio.Days) == days {
			square := ratio.StandardError * ratio.StandardError
			weight := 1 / (1 + 0.5/float64(len(ratio.Years)) + square/0.04)
			if math.Abs(weight*math.Log(ratio.Raw)-math.Log(ratio.Multiplier)) > 1e-9 {
				t.Errorf("the ratio %g over %g days is a multiplier of %g, want the power %g", ratio.Raw, days, ratio.Multiplier, weight)
			}
			return weight * weight * square
		}
	}
	t.Fatalf("model.json has no ratio of %s over %g days", target, days)
	return 0
}

// ratio returns the published multiplier of a target over some days.
func (p publishedSeason) ratio(t *testing.T, target string, days float64) float64 {
	t.Helper()
	for _, ratio := range p.Season.Ratios {
		if ratio.Target == target && float64(ratio.Days) == days {
			return ratio.Multiplier
		}
	}
	t.Fatalf("model.json has no ratio of %s over %g days", target, days)
	return 0
}

// compareDays holds the published days without a season to those of a plain computation.
func (p publishedSeason) compareDays(t *testing.T, want map[float64]float64) {
	t.Helper()
	if len(p.Season.Forecasts) != len(want) {
		t.Errorf("model.json has %d forecasts, want %d", len(p.Season.Forecasts), len(want))
	}
	for _, of := range p.Season.Forecasts {
		if !(math.Abs(of.WithoutDays/want[of.Days]-1) <= 1e-6) {
			t.Errorf("%g days are %g without a season, want %g", of.Days, of.WithoutDays, want[of.Days])
		}
	}
}

// daysOfSeason returns how many days of a year without a season bring the customers as
// many purchases as some days times a ratio, by halving.
func daysOfSeason(groups []scoring.Group, rows []valuedRow, groupOf func(i int) int, days, ratio float64) float64 {
	type survivor struct {
		group, repeats int
		age            float64
	}
	alive := map[survivor]float64{}
	for i, row := range rows {
		h := btyd.History{Repeats: int(*row.Repeats), LastPurchase: float64(*row.Last), Age: float64(*row.Age)}
		alive[survivor{groupOf(i), h.Repeats, h.Age}] += groups[groupOf(i)].Purchase.Model.PAlive(h)
	}
	expected := func(days float64) (sum float64) {
		for s, n := range alive {
			sum += n * groups[s.group].Purchase.Model.Future(s.repeats, s.age).Expected(days)
		}
		return sum
	}
	want := ratio * expected(days)
	low, high := 0., 4*days
	for range 40 {
		if at := (low + high) / 2; expected(at) < want {
			low = at
		} else {
			high = at
		}
	}
	return math.Round(low*1e6) / 1e6
}
