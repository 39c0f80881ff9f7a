package scoring

import (
	"fmt"

	"cbv/valuation/btyd/spend"
)

// warnOfSpend reports what was found out about the spend of a group.
func (s *Scoring) warnOfSpend(group Group) {
	of := ""
	switch {
	case group.Old:
		of = " first seen where the files begin"
	case group.Channel != "":
		of = fmt.Sprintf(" of channel %q", group.Channel)
	}
	for _, f := range group.Spend.Findings {
		customers := bandText(f.Range) + of
		switch f.Warning {
		case spend.GoesWithFrequency:
			s.Warn("spend_goes_with_frequency", "%s who buy more often spend differently per purchase (Spearman's correlation %.2f, beyond %.1f either way): expected purchase values are estimated within bands of repeat purchases",
				customers, f.Number, spend.MaxSpearman)
		case spend.NoModel:
			s.Warn("no_spend_model", "%s: every purchase is expected to be worth the mean of those to date, %.2f: %s", customers, f.Number, f.Cause)
		case spend.AtBoundary:
			s.Warn("spend_at_boundary", "%s: Gamma-Gamma is fitted at the boundary of %s; of a new customer a purchase is expected to be worth the pooled mean, %.2f",
				customers, group.Spend.Fit.Boundary, f.Number)
		case spend.InfiniteMean:
			s.Warn("spend_mean_infinite", "%s: %s, %.2f", customers, f.Warning, f.Number)
		case spend.UndeterminedMean:
			s.Warn("spend_mean_undetermined", "%s: %s, %.2f", customers, f.Warning, f.Number)
		}
	}
}

// bandText names the customers of a band.
func bandText(band spend.Range) string {
	switch {
	case band.From == 0 && band.To == spend.MostRepeats:
		return "customers"
	case band.To == spend.MostRepeats:
		return fmt.Sprintf("customers with %d repeat purchases or more", band.From)
	}
	return fmt.Sprintf("customers with %d to %d repeat purchases", band.From, band.To)
}
