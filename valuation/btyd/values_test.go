package btyd_test

import (
	"encoding/csv"
	"errors"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/likelihood/likelihoodtest"
	"cbv/valuation/btyd/spend"
)

// valuesFile has every quantity to 40 digits.
const valuesFile = "../../fixtures/reference/values.csv"

func TestPublishedValues(t *testing.T) {
	file, err := os.Open(valuesFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	checked, worst := map[string]int{}, 0.0
	for _, row := range rows[1:] {
		got := reproduced(t, row)
		checked[row[0]]++
		name := strings.Join(row[:4], " ")
		want, err := strconv.ParseFloat(row[4], 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			t.Fatal(err)
		}
		switch {
		case math.Abs(want) < 1e-38 && row[1] == "log_likelihood": // ln 1 to 40 digits
			if !(math.Abs(got) <= 1e-12) {
				t.Errorf("%s = %g, want 0", name, got)
			}
		case math.Abs(want) < 1e-300:
			if !(math.Abs(got) < 1e-300) {
				t.Errorf("%s = %g, want under 1e-300", name, got)
			}
		default:
			likelihoodtest.Near(t, name, got, want, 1e-9)
			worst = max(worst, math.Abs(got/want-1))
		}
	}
	// Every row: 155 below the header.
	if want := map[string]int{"BG/NBD": 45, "MBG/NBD": 47, "Pareto/NBD": 53, "Gamma-Gamma": 10}; !maps.Equal(checked, want) {
		t.Errorf("checked %v, want %v", checked, want)
	}
	t.Logf("%v values, worst relative error %.2g", checked, worst)
}

// reproduced returns our value of a row of the file.
func reproduced(t *testing.T, row []string) float64 {
	t.Helper()
	var p []float64
	for field := range strings.FieldsSeq(row[2]) {
		p = append(p, number(t, field))
	}
	in := make(map[string]float64)
	for field := range strings.FieldsSeq(row[3]) {
		name, value, _ := strings.Cut(field, "=")
		in[name] = number(t, value)
	}
	switch row[0] {
	case "BG/NBD":
		return reproducedPurchases(t, row[1], btyd.BGNBD{R: p[0], Alpha: p[1], A: p[2], B: p[3]}, in)
	case "MBG/NBD":
		return reproducedPurchases(t, row[1], btyd.MBGNBD{R: p[0], Alpha: p[1], A: p[2], B: p[3]}, in)
	case "Pareto/NBD":
		return reproducedPurchases(t, row[1], btyd.ParetoNBD{R: p[0], Alpha: p[1], S: p[2], Beta: p[3]}, in)
	case "Gamma-Gamma":
		m := spend.GammaGamma{P: p[0], Q: p[1], Gamma: p[2]}
		switch row[1] {
		case "log_likelihood":
			return m.LogLikelihood(int(in["x"]), in["m"])
		case "cond_expected_spend":
			return m.ExpectedSpend(int(in["x"]), in["x"]*in["m"])
		}
	}
	t.Fatalf("no such model or quantity: %s %s", row[0], row[1])
	return 0
}

// reproducedPurchases returns a quantity of a purchase model.
func reproducedPurchases(t *testing.T, quantity string, m btyd.Model, in map[string]float64) float64 {
	t.Helper()
	h := btyd.History{Repeats: int(in["x"]), LastPurchase: in["t_x"], Age: in["T"]}
	switch quantity {
	case "log_likelihood":
		return m.LogLikelihood(h)
	case "p_alive":
		return m.PAlive(h)
	case "cond_expected_purchases", "expected_purchases_new":
		return btyd.ExpectedPurchases(m, h, in["t"])
	case "DECT(t=52)":
		return btyd.DiscountedPurchases(m, h, 52, in["delta"])
	case "DERT":
		return btyd.DiscountedPurchases(m, h, math.Inf(1), in["delta"])
	case "pmf":
		return btyd.PMF(m, h, in["t"], int(in["n"]))
	}
	t.Fatalf("%s: no such quantity: %s", m.Name(), quantity)
	return 0
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Counts come in any order and with repetitions; a base changes none that it is given.
func TestBaseOfCountsInAnyOrder(t *testing.T) {
	of := func(customers int64, repeats int, lastPurchase, age float64) btyd.HistoryCount {
		return btyd.HistoryCount{History: btyd.History{Repeats: repeats, LastPurchase: lastPurchase, Age: age}, Customers: customers}
	}
	ordered := []btyd.HistoryCount{of(5, 0, 0, 10), of(4, 0, 0, 20), of(3, 1, 5, 20), of(2, 1, 8, 20)}
	for _, counts := range [][]btyd.HistoryCount{
		ordered,
		{ordered[3], ordered[1], ordered[0], ordered[2]},
		{of(1, 0, 0, 10), of(4, 0, 0, 10), ordered[1], ordered[2], ordered[3]},
	} {
		given := slices.Clone(counts)
		base, err := btyd.NewBase(counts, 2)
		if err != nil || !slices.Equal(base.Counts(), ordered) || base.Customers() != 14 || base.Repeats() != 5 {
			t.Errorf("of %v: %v, want %v: %v", given, base.Counts(), ordered, err)
		}
		if !slices.Equal(counts, given) {
			t.Errorf("%v became %v", given, counts)
		}
	}
}
