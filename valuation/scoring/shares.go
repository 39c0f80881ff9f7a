package scoring

import (
	"cbv/valuation/intake"
	"cbv/valuation/stat"
)

// marginOf returns the margin of money, both in minor units.
func (s *Scoring) marginOf(revenue, margin int64) float64 {
	switch {
	case s.Config.Value.MarginRate != nil:
		return *s.Config.Value.MarginRate * float64(revenue)
	case s.hasOwnMargin():
		return float64(margin)
	}
	return float64(revenue)
}

// hasOwnMargin reports whether each purchase has a margin of its own.
func (s *Scoring) hasOwnMargin() bool {
	return s.Config.Value.MarginRate == nil && s.Config.Orders.Columns.Margin != ""
}

// keptMoney is what purchases brought up to the cutoff, in minor units, what of
// that repeat purchases did, and what was returned.
type keptMoney struct{ customers, revenue, margin, repeatRevenue, repeatMargin, returned int64 }

func (k *keptMoney) add(row *pastCustomer) {
	k.customers++
	k.revenue += row.PurchaseRevenueMinor
	k.margin += row.PurchaseMarginMinor
	k.returned -= row.LaterReturnsMinor
	k.repeatRevenue += row.RepeatRevenueMinor
	k.repeatMargin += row.RepeatMarginMinor
}

// usualShares are what is usually kept of revenue at the cutoff, as base_rates and
// channel_margins have it at as_of: the margin shares of repeat and of first purchases,
// and the share of later returns.
type usualShares struct{ margin, firstMargin, returned float64 }

// usual returns the shares of a base, and of each of its channels, whose margins are
// shrunk towards the base's by the revenue of MarginPriorCustomers of its customers.
func (s *Scoring) usual(base keptMoney, ofChannel map[string]*keptMoney) (usualShares, map[string]usualShares) {
	whole := usualShares{margin: s.marginOf(1, 1), firstMargin: s.marginOf(1, 1)}
	channels := map[string]usualShares{}
	if base.revenue <= 0 {
		return whole, channels
	}
	whole.returned = max(0, min(1, float64(base.returned)/float64(base.revenue)))
	if !s.hasOwnMargin() {
		return whole, channels
	}
	prior := intake.Rules.MarginPriorCustomers * float64(base.revenue) / float64(base.customers)
	shrunk := func(of keptMoney, repeat, first float64) usualShares {
		return usualShares{
			margin:      (float64(of.repeatMargin) + repeat*prior) / (float64(of.repeatRevenue) + prior),
			firstMargin: (float64(of.margin-of.repeatMargin) + first*prior) / (float64(of.revenue-of.repeatRevenue) + prior),
			returned:    whole.returned,
		}
	}
	whole = shrunk(base, float64(base.margin)/float64(base.revenue), 0)
	whole.firstMargin = 0
	if first := base.revenue - base.repeatRevenue; first > 0 {
		whole.firstMargin = float64(base.margin-base.repeatMargin) / float64(first)
	}
	for name, money := range ofChannel {
		if name != "" {
			channels[name] = shrunk(*money, whole.margin, whole.firstMargin)
		}
	}
	return whole, channels
}

// keptShares returns what each customer of a past day is expected to keep of revenue, as
// value has it at as_of: their own margin share, less their own return share.
func (s *Scoring) keptShares(rows []*pastCustomer) []float64 {
	var base keptMoney
	ofChannel := map[string]*keptMoney{}
	for _, row := range rows {
		if ofChannel[row.FirstChannel] == nil {
			ofChannel[row.FirstChannel] = &keptMoney{}
		}
		base.add(row)
		ofChannel[row.FirstChannel].add(row)
	}
	whole, channels := s.usual(base, ofChannel)
	usual := make([]usualShares, len(rows))
	margins, returns := make([]stat.Deviation, len(rows)), make([]stat.Deviation, len(rows))
	for i, row := range rows {
		usual[i] = whole
		if channel, known := channels[row.FirstChannel]; known {
			usual[i] = channel
		}
		margins[i], returns[i] = s.deviations(row, usual[i])
	}
	rules := stat.ShareRules{
		Unknown: intake.Rules.OwnSharePurchases, Customers: intake.Rules.MinShareCustomers,
		Least: intake.Rules.LeastSharePurchases, Errors: intake.Rules.OwnShareErrors,
	}
	ofMargin, ofReturn := stat.NewShareWeight(margins, rules), stat.NewShareWeight(returns, rules)
	kept := make([]float64, len(rows))
	for i := range rows {
		kept[i] = (usual[i].margin + ofMargin.Own(margins[i])) * (1 - usual[i].returned - ofReturn.Own(returns[i]))
	}
	return kept
}

// deviations returns how a customer's margin share and return share differ from the usual
// ones, as own_shares has it.
func (s *Scoring) deviations(row *pastCustomer, usual usualShares) (margin, returned stat.Deviation) {
	margin.Revenue, returned.Revenue = row.PurchaseRevenueMinor, row.PurchaseRevenueMinor
	n := row.PositivePurchases
	if n == 0 {
		return margin, returned
	}
	revenue := float64(row.PurchaseRevenueMinor)
	equal := stat.EqualPurchases(n, revenue, float64(row.PurchaseLogMillionths)/1e6)
	margin.Purchases = equal
	if s.hasOwnMargin() {
		difference := float64(row.PurchaseMarginMinor) - usual.firstMargin*float64(row.FirstPurchaseMinor) - usual.margin*float64(row.RepeatRevenueMinor)
		margin.Share = max(-1, min(1, difference/revenue))
	}
	settled := n
	if row.CustomerAgeDays-row.AgeAtLastPurchaseDays < intake.Rules.ReturnDays {
		settled--
	}
	if settled > 0 {
		returned.Purchases = max(1, equal*float64(settled)/float64(n))
	}
	returned.Share = max(0, min(1, float64(-row.LaterReturnsMinor)/revenue)) - usual.returned
	return margin, returned
}
