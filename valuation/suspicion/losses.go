package suspicion

// losses are what is missing of the days that are compared.
type losses struct {
	rows, minor, pastRows, pastMinor int64
	used                             int64 // of the rows that were used, on all days
	usedOfLost, usedMinor, netMinor  int64 // of these on days with a missing row; netMinor less what days have more
	restatedMinor                    int64 // of days without a missing row
	usedRows, customerDays           int64 // that the earlier run had
	days, halved, restated           []dayChange
	theirRows                        float64 // as many may be those of the customers who are gone
	erased                           bool    // they are those of the customers who are gone
}

// losses adds up what is missing. It is an erasure where all of it may be the rows of
// the customers who are gone, and these are few.
func (s *Suspicion) losses(gone goneCustomers) losses {
	var l losses
	for _, day := range s.compared.days {
		l.pastRows += day.RowsBefore
		l.pastMinor += max(0, day.MinorBefore)
		l.usedRows += day.UsedRowsBefore
		l.customerDays += day.CustomersBefore
		fallen := max(0, day.MinorBefore-day.MinorNow)
		if s.Earlier.HasOtherRates {
			fallen = 0
		}
		l.used += max(0, day.UsedRowsBefore-day.UsedRowsNow)
		switch {
		case day.isLost():
			l.rows += day.missing()
			l.minor += fallen
			l.usedOfLost += max(0, day.UsedRowsBefore-day.UsedRowsNow)
			l.usedMinor += max(0, day.UsedMinorBefore-day.UsedMinorNow)
			l.netMinor += day.UsedMinorBefore - day.UsedMinorNow
			l.days = append(l.days, day)
			if day.RowsBefore >= halvedRows && day.isHalved() {
				l.halved = append(l.halved, day)
			}
		case fallen > 0 && day.RowsNow <= day.RowsBefore:
			l.restatedMinor += fallen
			l.restated = append(l.restated, day)
		}
	}
	bounds := s.Config.Suspicions
	few := gone.Customers < leastGoneFail || share(gone.Customers, gone.EarlierCustomers) < bounds.VanishedShareFails
	l.theirRows = l.rowsOf(gone)
	// Rows that stay keep an id for nobody, where one replaces those of the erased.
	hasTheirs := l.used >= gone.Purchases || l.rows == 0 && l.used == 0
	l.erased = gone.Customers > 0 && few && len(l.halved) == 0 && hasTheirs &&
		(float64(l.rows)-l.theirRows)/max(1, float64(l.pastRows)) < estimatedShares*bounds.LostShare &&
		share(l.usedMinor-gone.RevenueMinor, l.pastMinor) < bounds.LostShare
	return l
}

// rowsOf estimates how many of the missing rows are those of the customers who are gone:
// as many as their purchases would have. Where the money that is missing is theirs, so are
// all rows with money, which heavy buyers have more of, and as many rows without use as
// others have; but so many times the estimate are more than rows without money explain.
func (l losses) rowsOf(gone goneCustomers) float64 {
	usual := share(l.pastRows, l.customerDays) * float64(gone.Purchases)
	if gone.RevenueMinor <= 0 || distance(l.netMinor, gone.RevenueMinor)*moneyParts > gone.RevenueMinor {
		return usual
	}
	theirs := float64(l.usedOfLost) * share(l.pastRows, l.usedRows)
	return max(usual, min(theirs, mostRowsOfHeavy*usual))
}

// share is a part of a whole, 0 where there is none.
func share(part, whole int64) float64 { return float64(part) / float64(max(1, whole)) }
