package scoring

import (
	"encoding/json"
	"reflect"
	"testing"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
)

// What model.json holds of models is all of them, bands and means among them.
func TestModelsSurviveTheirFile(t *testing.T) {
	covariance := func(n int) [][]float64 {
		rows := make([][]float64, n)
		for i := range rows {
			rows[i] = make([]float64, n)
			rows[i][i] = 1. / 3
		}
		return rows
	}
	estimated := func(parameters []btyd.Parameter) (list []btyd.Estimate) {
		for _, p := range parameters {
			list = append(list, btyd.Estimate{Parameter: p, StandardError: p.Value / 7})
		}
		return list
	}
	purchase := btyd.ParetoNBD{R: 0.1 + 0.2, Alpha: 17.3, S: 1e-7, Beta: 1e9 / 3}
	nbd := btyd.NBD{R: 0.7, Alpha: 1. / 3}
	gammaGamma, ofMany := spend.GammaGamma{P: 0.4, Q: 0.5, Gamma: 2. / 3}, spend.GammaGamma{P: 0.4, Q: 0.5, Gamma: 7}
	ofBase := btyd.Fit{
		Model: purchase, Parameters: estimated(purchase.Parameters()), Covariance: covariance(4),
		LogLikelihood: -1234.5, Evaluations: 9, Customers: 10, Repeats: 11, Histories: 12,
	}
	ofChannel := btyd.Fit{Model: nbd, Parameters: estimated(nbd.Parameters()), Covariance: covariance(2), Customers: 3}
	want := models{
		why:         "it is the best",
		fingerprint: "00ff",
		candidates: []candidate{
			{family: "Pareto/NBD", fit: &ofBase},
			{family: "BG/NBD", none: &btyd.NoFitError{Model: "BG/NBD", Detail: "the likelihood rises"}},
		},
		groups: []Group{
			{Purchase: ofBase, Spend: spend.Model{Form: spend.Form{FirstCounts: true, FirstDivisor: 0.85}, PositiveShare: 0.9, Spearman: 0.31, Bands: []spend.Band{
				{Range: spend.Range{From: 0, To: 1}, Mean: 12.5, Model: &gammaGamma},
				{Range: spend.Range{From: 2, To: spend.MostRepeats}, Mean: 99, Model: &ofMany},
			}, Fit: &spend.Fit{
				Models: []spend.GammaGamma{gammaGamma, ofMany}, Parameters: append(estimated(gammaGamma.Parameters()), estimated(ofMany.Parameters())[2]),
				Covariance: covariance(4), LogLikelihood: -3, Evaluations: 4, Customers: 5, Purchases: 7,
			}}},
			{Channel: "e-mail", Purchase: ofChannel, Spend: spend.Model{
				Form: spend.OnMeans, PositiveShare: 1, Bands: []spend.Band{{Range: spend.Range{From: 0, To: spend.MostRepeats}, Mean: 3}},
			}},
		},
	}
	text, err := json.Marshal(modelFileOf(want))
	if err != nil {
		t.Fatal(err)
	}
	var file ModelFile
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	got, err := file.models()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	// p + q ≤ 1: the mean alone serves.
	run := RunModel{models: got}
	if band := run.Spend().Band(3); band.HasModel() || band.Mean != 99 {
		t.Errorf("%+v", band)
	}
	if mean := run.Spend().Band(1).Mean; mean != 12.5 {
		t.Errorf("mean of one repeat: %g", mean)
	}
	// A file whose covariance was cut is refused.
	file.Purchase.Covariance = file.Purchase.Covariance[:2]
	if _, err := file.models(); err == nil {
		t.Error("a covariance of two parameters of four is accepted")
	}
	// So is one whose spend model says nothing of which purchases it is of, as those of
	// earlier versions.
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	file.Spend.Form = ""
	if _, err := file.models(); err == nil {
		t.Error("a spend model of an unknown form is accepted")
	}
}
