package backtest

import (
	"fmt"
	"math"
	"slices"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/spend"
)

// Spending is a form of the spend model fitted to everybody, and how well it predicts
// the margin of the holdout, with the purchases that one family expects.
type Spending struct {
	Model  spend.Model
	Margin Score
}

// sampleOf returns what a form of the spend model sees of customers at the cutoff.
func sampleOf(customers []Customer, form spend.Form) spend.Sample {
	sample := spend.Sample{Form: form}
	var positive, purchases int
	for _, c := range customers {
		positive += c.Positive
		purchases += c.History.Repeats + 1
		count := spend.Count{Repeats: c.History.Repeats, Purchases: c.counted(form), Total: form.Total(c.FirstSpend, c.RepeatSpend), Customers: 1}
		if count.Purchases == 0 {
			continue
		}
		sample.Counts = append(sample.Counts, count)
		if form.FirstCounts {
			sample.LnValues += c.LnSpend
			if c.FirstSpend > 0 {
				sample.LnValues -= math.Log(form.FirstDivisor)
			}
		}
	}
	if form.FirstCounts && purchases > 0 {
		sample.PositiveShare = float64(positive) / float64(purchases)
	}
	return sample
}

// counted returns how many purchases a form counts of a customer: of positive value,
// or, of the means of repeats, all of these.
func (c Customer) counted(form spend.Form) int {
	if form.FirstCounts {
		return c.Positive
	}
	return c.History.Repeats
}

// worth returns the margin that a purchase of a customer is expected to bring.
func (c Customer) worth(model spend.Model) float64 {
	value := model.Expected(c.History.Repeats, c.counted(model.Form), model.Form.Total(c.FirstSpend, c.RepeatSpend))
	return value * c.MarginShare
}

// forms returns the forms of the spend model in the order of preference: on purchases;
// on purchases, with first ones divided by what they are worth beside later ones of the
// same customers; on the means of repeat purchases.
func (t *test) forms() []spend.Form {
	forms := []spend.Form{spend.OnPurchases}
	if ratio := t.firstToLater.Ratio(); ratio > 0 && ratio != 1 {
		forms = append(forms, spend.Form{FirstCounts: true, FirstDivisor: ratio})
	}
	return append(forms, spend.OnMeans)
}

// fitSpending fits every form to everybody, and chooses among those that have a
// model: the first, unless a later one has a smaller deviance of margins, with the
// purchases that a family expects, by two standard errors of paired differences. Then
// the chosen form is fitted to each group.
func (t *test) fitSpending(result *Result, family string, purchases []float64, margin outcome) error {
	forms := t.forms()
	if t.terms.Form != nil {
		forms = []spend.Form{*t.terms.Form}
	}
	all := make([]Spending, len(forms))
	deviances, errs := make([][]float64, len(forms)), make([]error, len(forms))
	likelihood.EachChunk(len(forms), t.terms.Workers, func(i int) {
		if all[i].Model, errs[i] = spend.FitModel(sampleOf(t.customers, forms[i]), t.terms.Workers); errs[i] != nil {
			return
		}
		predicted := make([]float64, len(t.customers))
		for j, c := range t.customers {
			predicted[j] = purchases[j] * c.worth(all[i].Model)
		}
		deviances[i] = margin.deviances(predicted)
		all[i].Margin = t.score(predicted, margin, deviances[i])
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	held := 0
	for i := 1; i < len(forms); i++ {
		if all[i].Model.Fit == nil {
			continue
		}
		if all[held].Model.Fit == nil {
			held = i
			continue
		}
		contest := newContest(Contest{Target: Margin, Holder: forms[held].Name(), Challenger: forms[i].Name()}, len(t.customers),
			func(j int) float64 { return deviances[held][j] - deviances[i][j] }, func(int) float64 { return 1 })
		result.SpendContests = append(result.SpendContests, contest)
		if contest.Won() {
			held = i
		}
	}
	result.Spendings, result.SpendFamily, result.Form = all, family, forms[held]
	t.spend[everybody] = all[held].Model
	return t.fitGroupSpending(forms[held])
}

// fitGroupSpending fits a form of the spend model to each group. One without a model of
// its own has everybody's.
func (t *test) fitGroupSpending(form spend.Form) error {
	for _, group := range t.groups {
		model, err := spend.FitModel(sampleOf(t.of(group), form), t.terms.Workers)
		if err != nil {
			return fmt.Errorf("group %d: %w", group, err)
		}
		if model.Fit != nil {
			t.spend[group] = model
		}
	}
	return nil
}

// of returns the customers of a group.
func (t *test) of(group int) []Customer {
	return slices.DeleteFunc(slices.Clone(t.customers), func(c Customer) bool { return c.Group != group })
}
