package backtest

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"cbv/valuation/btyd/likelihood"
	"cbv/valuation/btyd/spend"
	"cbv/valuation/score"
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
		count := spend.Count{Repeats: c.History.Repeats, Purchases: c.counted(form), Total: c.total(form), Customers: 1}
		if count.Purchases == 0 {
			continue
		}
		sample.Counts = append(sample.Counts, count)
		if form.FirstCounts {
			sample.LnValues += c.LnSpend
			if c.FirstSpend > 0 {
				sample.LnValues -= math.Log(c.seenBy(form).FirstDivisor)
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

// seenBy returns the form as it sees a customer: the first purchase that is known of an
// old one is a later one.
func (c Customer) seenBy(form spend.Form) spend.Form {
	if c.Old {
		form.FirstDivisor = 1
	}
	return form
}

// total returns what the purchases that a form counts of a customer add up to.
func (c Customer) total(form spend.Form) float64 {
	return c.seenBy(form).Total(c.FirstSpend, c.RepeatSpend)
}

// worth returns the margin that a purchase of a customer is expected to bring.
func (c Customer) worth(model spend.Model) float64 { return c.value(model) * c.MarginShare }

// value returns the expected value of a purchase of a customer.
func (c Customer) value(model spend.Model) float64 {
	return model.Expected(c.History.Repeats, c.counted(model.Form), c.total(model.Form))
}

// firstToLater compares first purchases with later ones of the same customers, but for
// the old, whose first that is known is a later one.
func (t *test) firstToLater() spend.FirstToLater {
	var compared spend.FirstToLater
	for _, c := range t.customers {
		if !c.Old && c.Positive == c.History.Repeats+1 {
			compared.Add(c.History.Repeats, c.FirstSpend, c.RepeatSpend)
		}
	}
	return compared
}

// forms returns the forms of the spend model in the order of preference: on purchases;
// on purchases, with first ones divided by what they are worth beside later ones of the
// same customers; on the means of repeat purchases.
func (t *test) forms() []spend.Form {
	forms := []spend.Form{spend.OnPurchases}
	if ratio := t.firstToLater().Ratio(); ratio > 0 && ratio != 1 {
		forms = append(forms, spend.Form{FirstCounts: true, FirstDivisor: ratio})
	}
	return append(forms, spend.OnMeans)
}

// pooled are the groups whom a form is fitted to before it is chosen: everybody, and the
// old where they have fits of their own.
func (t *test) pooled() []int {
	if t.hasOld {
		return []int{everybody, oldOnes}
	}
	return []int{everybody}
}

// fitSpending fits every form, and chooses among those that have a model: the first,
// unless a later one has a smaller deviance of margins over all cutoffs, with the
// purchases that a family expects, by two standard errors of paired differences. Then
// the chosen form is fitted to each group.
func (t *test) fitSpending(result *Result, family string, purchases []float64, margin score.Outcome) error {
	forms := t.forms()
	if t.terms.Form != nil {
		forms = []spend.Form{*t.terms.Form}
	}
	all, models := make([]Spending, len(forms)), make([]spends, len(forms))
	deviances, errs := make([][]float64, len(forms)), make([]error, len(forms))
	likelihood.EachChunk(len(forms), t.terms.Workers, func(i int) {
		if models[i], errs[i] = t.fitForm(forms[i], t.pooled()); errs[i] != nil {
			return
		}
		all[i].Model = models[i][everybody]
		predicted := t.margins(models[i], purchases, false)
		deviances[i] = margin.Deviances(predicted)
		all[i].Margin = score.Of(predicted, margin, deviances[i], t.u)
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	byCutoff := make([][][]float64, len(forms))
	for i := range forms {
		byCutoff[i] = [][]float64{deviances[i]}
	}
	if len(forms) > 1 {
		for _, e := range t.earlier {
			byForm, err := e.formDeviances(family)
			if err != nil {
				return err
			}
			for i, form := range forms {
				byCutoff[i] = append(byCutoff[i], byForm[form.Name()])
			}
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
		contest := t.contest(Contest{Target: Margin, Holder: forms[held].Name(), Challenger: forms[i].Name()}, byCutoff[held], byCutoff[i])
		result.SpendContests = append(result.SpendContests, contest)
		if contest.Won() {
			held = i
		}
	}
	result.Spendings, result.SpendFamily, result.Form = all, family, forms[held]
	ofGroups, err := t.fitForm(forms[held], t.groups)
	if err != nil {
		return err
	}
	t.spend = models[held]
	maps.Copy(t.spend, ofGroups)
	return nil
}

// fitForm fits a form of the spend model to groups. Those that determine no model are
// left out, everybody apart, whose mean stands in then.
func (t *test) fitForm(form spend.Form, groups []int) (spends, error) {
	models := spends{}
	for _, group := range groups {
		model, err := t.terms.Fits.Spending(sampleOf(t.of(group), form), t.terms.Workers)
		if err != nil {
			return nil, fmt.Errorf("group %d: %w", group, err)
		}
		if model.Fit != nil || group == everybody {
			models[group] = model
		}
	}
	return models, nil
}

// of returns the customers whom what is fitted to a group is fitted to.
func (t *test) of(group int) []Customer {
	return slices.DeleteFunc(slices.Clone(t.customers), func(c Customer) bool { return !c.isIn(group) })
}

// spends are the spend models of groups.
type spends map[int]spend.Model

// of returns the spend of a group, everybody's where it has no model of its own.
func (s spends) of(group int) spend.Model {
	if model, own := s[group]; own {
		return model
	}
	return s[everybody]
}
