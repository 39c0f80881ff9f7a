package command

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"cbv/valuation/btyd"
	"cbv/valuation/parquetfile"
)

// valuesFile has every quantity to 40 digits.
const valuesFile = "../../fixtures/reference/values.csv"

// predict runs the command and returns what it prints.
func predict(t *testing.T, args ...string) map[string]any {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := Main(context.Background(), append([]string{"cbv", "predict"}, args...), Env{Stdout: &stdout, Stderr: &stderr, Pages: os.DirFS("../.."), Clock: time.Now})
	if code != 0 || stderr.Len() > 0 {
		t.Fatalf("predict %s: exit %d: %s", strings.Join(args, " "), code, &stderr)
	}
	var printed map[string]any
	if err := json.Unmarshal(stdout.Bytes(), &printed); err != nil {
		t.Fatalf("predict %s: %v in %s", strings.Join(args, " "), err, &stdout)
	}
	return printed
}

func TestPublishedValuesThroughPredict(t *testing.T) {
	file, err := os.Open(valuesFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	checked := map[string]int{}
	for _, row := range rows[1:] {
		args, field := flagsOf(t, row)
		checked[row[0]]++
		name := strings.Join(row[:4], " ")
		got, isNumber := predict(t, args...)[field].(float64)
		want, err := strconv.ParseFloat(row[4], 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			t.Fatal(err)
		}
		tolerance := 1e-9 * math.Abs(want)
		if math.Abs(want) < 1e-300 {
			tolerance = 1e-300
		}
		if field == "log_likelihood" && math.Abs(want) < 1e-38 {
			tolerance = 1e-38 // ln 1 to 40 digits
		}
		if !isNumber || !(math.Abs(got-want) <= tolerance) {
			t.Errorf("%s: %s = %.17g, want %.17g", name, field, got, want)
		}
	}
	// Every row: 155 below the header.
	if want := map[string]int{"BG/NBD": 45, "MBG/NBD": 47, "Pareto/NBD": 53, "Gamma-Gamma": 10}; !maps.Equal(checked, want) {
		t.Errorf("checked %v, want %v", checked, want)
	}
}

// flagsOf returns the flags that ask for a row of the file, and the field that
// answers it.
func flagsOf(t *testing.T, row []string) (args []string, field string) {
	t.Helper()
	in := map[string]string{}
	for pair := range strings.FieldsSeq(row[3]) {
		name, value, _ := strings.Cut(pair, "=")
		in[name] = value
	}
	numbers := strings.Fields(row[2])
	if row[0] == "Gamma-Gamma" {
		args = []string{"--spend", fmt.Sprintf("p=%s,q=%s,gamma=%s", numbers[0], numbers[1], numbers[2]), "--x", in["x"], "--mean", in["m"]}
		return args, map[string]string{"log_likelihood": "spend_log_likelihood", "cond_expected_spend": "expected_spend"}[row[1]]
	}
	for _, family := range btyd.Families {
		names := map[string][]string{
			"bgnbd": {"r", "alpha", "a", "b"}, "mbgnbd": {"r", "alpha", "a", "b"},
			"paretonbd": {"r", "alpha", "s", "beta"}, "nbd": {"r", "alpha"},
		}[family.Key]
		if names == nil {
			t.Fatalf("say here how the file orders the parameters of %s", family.Key)
		}
		values := map[string]float64{}
		var params []string
		for i, name := range names {
			values[name] = 1
			params = append(params, name+"="+numbers[i])
		}
		model, err := btyd.NewModel(family.Key, values)
		if err != nil {
			t.Fatal(err)
		}
		if model.Name() == row[0] {
			args = []string{"--model", family.Key, "--params", strings.Join(params, ",")}
		}
	}
	if args == nil {
		t.Fatalf("there is no model %s", row[0])
	}
	quantity, horizon, _ := strings.Cut(strings.TrimSuffix(row[1], ")"), "(t=")
	field = map[string]string{
		"log_likelihood": "log_likelihood", "p_alive": "p_alive", "cond_expected_purchases": "expected_purchases",
		"expected_purchases_new": "expected_purchases", "DECT": "discounted_purchases", "DERT": "discounted_purchases", "pmf": "p_n_purchases",
	}[quantity]
	if field == "" {
		t.Fatalf("%s: no such quantity: %s", row[0], row[1])
	}
	if horizon != "" {
		in["t"] = horizon
	}
	if quantity == "DERT" {
		in["t"] = "inf"
	}
	if _, given := in["x"]; !given {
		args = append(args, "--new")
	}
	for _, pair := range [][2]string{{"x", "x"}, {"t_x", "t-x"}, {"T", "T"}, {"t", "horizon"}, {"delta", "delta"}, {"n", "n"}} {
		if value, given := in[pair[0]]; given {
			args = append(args, "--"+pair[1], value)
		}
	}
	return args, field
}

// Whatever the numbers, what is printed is JSON with finite numbers or nulls
// that are explained.
func TestPredictExplainsNulls(t *testing.T) {
	sizes := []string{"1e-300", "1e-9", "1", "1e9", "1e300"}
	nulls := 0
	for i, size := range sizes {
		other := sizes[(i+2)%len(sizes)]
		for model, params := range map[string]string{
			"bgnbd": "r=%[1]s,alpha=%[2]s,a=%[1]s,b=%[2]s", "mbgnbd": "r=%[1]s,alpha=%[2]s,a=%[1]s,b=%[2]s",
			"paretonbd": "r=%[1]s,alpha=%[2]s,s=%[1]s,beta=%[2]s", "nbd": "r=%[1]s,alpha=%[2]s",
		} {
			for _, x := range []string{"0", "1", "1000000"} {
				for _, horizon := range []string{other, "inf"} {
					last := size
					if x == "0" {
						last = "0"
					}
					printed := predict(t, "--model", model, "--params", fmt.Sprintf(params, size, other),
						"--x", x, "--t-x", last, "--T", size, "--horizon", horizon, "--delta", size, "--n", "3")
					because, _ := printed["null_because"].(map[string]any)
					for name, value := range printed {
						if value == nil {
							nulls++
							if because[name] == nil {
								t.Errorf("%s is null and nobody says why: %v", name, printed)
							}
						}
					}
				}
			}
		}
	}
	if nulls == 0 {
		t.Error("no number was out of range: the test proves nothing")
	}
	endless := predict(t, "--model", "bgnbd", "--params", "r=.243,alpha=4.414,a=.793,b=2.426", "--new", "--horizon", "inf", "--delta", ".0027")
	reasons := fmt.Sprint(endless["null_because"])
	if endless["expected_purchases"] != nil || endless["horizon"] != nil || strings.Count(reasons, "it is infinite") != 2 {
		t.Errorf("over all time: %v", endless)
	}
	if value, _ := endless["discounted_purchases"].(float64); !(value > 1 && value < 10) {
		t.Errorf("over all time, discounted: %v", endless)
	}
	printed := predict(t, "--spend", "p=.2,q=.5,gamma=15", "--new")
	if reason := fmt.Sprint(printed["null_because"]); printed["expected_spend"] != nil || !strings.Contains(reason, "p n + q > 1") {
		t.Errorf("an infinite mean: %v", printed)
	}
}

// What predict says of a customer with a run's models is what the run published.
func TestPredictAgreesWithRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	mustRun(t, "run", "--config", "../../fixtures/shop/cbv.yaml", "--out", out)
	type row struct {
		Repeats  *int64   `parquet:"repeat_purchases"`
		Last     *int64   `parquet:"age_at_last_purchase_days"`
		Age      *int64   `parquet:"customer_age_days"`
		PAlive   *float64 `parquet:"p_alive"`
		Month    *float64 `parquet:"p_purchase_30d"`
		Year     *float64 `parquet:"p_purchase_365d"`
		Expected *float64 `parquet:"expected_purchases"`
		Mean     *float64 `parquet:"mean_purchase_value"`
		Value    *float64 `parquet:"expected_purchase_value"`
	}
	customers, err := parquetfile.Read[row](filepath.Join(out, "latest", "customers.parquet"))
	if err != nil || len(customers) < 1000 {
		t.Fatalf("%d customers, %v", len(customers), err)
	}
	for i := 0; i < len(customers); i += 40 {
		c := customers[i]
		asked := []string{
			"--run", filepath.Join(out, "latest"), "--first", fmt.Sprint(*c.Mean), // all that counts is the sum of all
			"--x", fmt.Sprint(*c.Repeats), "--t-x", fmt.Sprint(*c.Last), "--T", fmt.Sprint(*c.Age),
		}
		if *c.Repeats > 0 {
			asked = append(asked, "--mean", fmt.Sprint(*c.Mean))
		}
		printed := predict(t, asked...)
		want := map[string]float64{"p_alive": *c.PAlive, "p_purchase": *c.Year, "expected_purchases": *c.Expected}
		want["expected_spend"] = *c.Value
		tolerance := map[string]float64{"expected_spend": 0.01} // both values are published in whole cents
		for field, value := range want {
			allowed := max(1e-12*value, tolerance[field])
			if got, ok := printed[field].(float64); !ok || !(math.Abs(got-value) <= allowed) {
				t.Errorf("x %d, t_x %d, T %d: %s is %v, and the run says %v", *c.Repeats, *c.Last, *c.Age, field, printed[field], value)
			}
		}
		season, _ := printed["season"].(map[string]any)
		if ratio, _ := season["purchases"].(float64); !(ratio > 1.05) {
			t.Fatalf("the shop has a season, and predict says %v", printed["season"])
		}
		printed = predict(t, append(asked, "--horizon", "30")...)
		if got, ok := printed["p_purchase"].(float64); !ok || !(math.Abs(got-*c.Month) <= 1e-12) {
			t.Errorf("x %d, t_x %d, T %d: within 30 days %v, and the run says %v", *c.Repeats, *c.Last, *c.Age, printed["p_purchase"], *c.Month)
		}
		printed = predict(t, append(asked, "--horizon", "45")...)
		if why := fmt.Sprint(printed["null_because"]); printed["season"] != nil || !strings.Contains(why, "same-season ratios for 30, 90, 365 days") {
			t.Errorf("45 days have the season %v: %s", printed["season"], why)
		}
	}
}
