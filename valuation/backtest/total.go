package backtest

import (
	"maps"
	"math"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/stat"
)

// Total is what was expected of customers together, and what came.
type Total struct {
	Expected, Actual float64
	Customers        float64 // variance of ln(Actual / Expected) over samples of customers
	Parameters       float64 // variance of ln Expected that the errors of the fits leave
}

// Error returns Expected/Actual - 1 with its 95 % interval over samples of customers, as a
// Score has it. NaN where Actual is not above 0.
func (t Total) Error() (relative, low, high float64) {
	if !(t.Actual > 0) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	ratio := t.Expected / t.Actual
	half := stat.Z * ratio * math.Sqrt(t.Customers)
	return ratio - 1, ratio - 1 - half, ratio - 1 + half
}

// total returns a target's total of the customers of a window, all of them for a nil
// in. The total that came is a ratio to that expected, whose variance over samples of
// customers is that of the residuals, as totalError has it.
func (h *hindcast) total(target Target, window int, in func(customer int) bool) Total {
	var total Total
	var members []int
	for i := range h.customers {
		if in == nil || in(i) {
			members = append(members, i)
			total.Expected += h.expected(target, window, i)
			total.Actual += h.actual(target, window, i)
		}
	}
	if !(total.Actual > 0) || !(total.Expected > 0) {
		return total
	}
	squares, n := 0.0, float64(len(members))
	for _, i := range members {
		residual := h.actual(target, window, i) - total.Actual/total.Expected*h.expected(target, window, i)
		squares += residual * residual
	}
	total.Customers = squares * n / max(1, n-1) / (total.Actual * total.Actual)
	total.Parameters = h.parameterVariance(target, window, members) / (total.Expected * total.Expected)
	return total
}

// parameterVariance returns the variance that the errors of the fits leave in what is
// expected of customers. Relative to the number of purchases these are the errors of a
// year's: of shorter windows they are a little smaller. So the ratios of a window do not
// depend on what else is asked.
func (h *hindcast) parameterVariance(target Target, window int, members []int) float64 {
	purchases, money := map[int][]float64{}, map[int][]float64{}
	slopes := h.slopes()
	amounts := make([]float64, len(members))
	for place, i := range members {
		amount := h.expected(target, window, i)
		amounts[place] = amount
		group := h.modelGroup(h.customers[i])
		if purchases[group] == nil {
			purchases[group] = make([]float64, len(slopes))
		}
		for j := range slopes {
			purchases[group][j] += amount * slopes[j][i]
		}
		if target == Margin {
			h.addSpendSlopes(money, i, amount)
		}
	}
	variance := h.shareVariance(members, amounts)
	for _, group := range slices.Sorted(maps.Keys(purchases)) {
		fit, _ := h.fitOf(group, h.family)
		variance += btyd.ParameterVariance(purchases[group], fit.Covariance)
	}
	for _, group := range slices.Sorted(maps.Keys(money)) {
		variance += btyd.ParameterVariance(money[group], h.spend[group].Fit.Covariance)
	}
	return variance
}

// addSpendSlopes adds the derivatives of a customer's expected margin by the logarithms
// of p, q and the γ of each band.
func (h *hindcast) addSpendSlopes(gradients map[int][]float64, customer int, amount float64) {
	c := h.customers[customer]
	group := h.spendGroup(c)
	model := h.spend[group]
	if model.Fit == nil {
		return
	}
	place := model.Place(c.History.Repeats)
	band := model.Bands[place]
	counted := c.counted(model.Form)
	if !band.HasModel() || counted <= 0 && !band.IsMeanFitted() {
		return
	}
	if gradients[group] == nil {
		gradients[group] = make([]float64, len(model.Fit.Parameters))
	}
	slopes := band.Model.Sensitivity(counted, model.Form.Total(c.FirstSpend, c.RepeatSpend))
	gradients[group][0] += amount * slopes[0]
	gradients[group][1] += amount * slopes[1]
	gradients[group][2+place] += amount * slopes[2]
}
