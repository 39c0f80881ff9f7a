package suspicion

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/intake"
	"cbv/valuation/source"
)

const (
	// fewRepeated is how many repeated rows are too few to be a file, a day or a month.
	fewRepeated = 20
	// usualFactor is how many times the usual share of repeated rows that of a month
	// must be.
	usualFactor = 5
	// pairedShare is the share of the rows of a day, a month or a file that come in pairs
	// from which the whole of it is there twice.
	pairedShare = 0.95
	// fewPairs is how many different rows come in pairs by chance, where customers do
	// the same thing several times a day.
	fewPairs = 10
)

// repeats are rows that repeat others, of their own file or of another.
type repeats struct {
	rows, different, paired int64
	across, acrossMinor     int64
	within, withinMinor     int64
}

func (r repeats) plus(e equalRows) repeats {
	return repeats{
		r.rows + e.OrderRows, r.different + e.DifferentRows, r.paired + e.EvenRows,
		r.across + e.AcrossRows, r.acrossMinor + e.AcrossMinor, r.within + e.WithinRows, r.withinMinor + e.WithinMinor,
	}
}

// suspectDoubles warns of rows that are there twice. Where nothing distinguishes two
// equal rows of a customer and day, neither an order's id nor the time of day, only
// whole days count.
func (s *Suspicion) suspectDoubles(p *profile) {
	if s.Config.Orders.Columns.OrderID == "" && 2*p.all.TimedRows < p.all.OrderRows {
		s.suspectWholeDays(p)
		return
	}
	if !s.suspectFiles(p) && !s.suspectMonths(p) {
		s.suspectWholeDays(p)
	}
}

// filesOf is a pair of files, the first one first.
type filesOf struct{ first, last int64 }

// copies are the pairs of files with the same bytes, of which copied_file warns.
func (s *Suspicion) copies() map[filesOf]bool {
	numbers := map[string]int64{}
	for i, file := range s.intake.Inputs.Orders {
		numbers[file.Resolved] = int64(i)
	}
	pairs := map[filesOf]bool{}
	for _, pair := range source.Copies(s.intake.Inputs.Orders, s.intake.Orders) {
		a, b := numbers[pair[0].Resolved], numbers[pair[1].Resolved]
		pairs[filesOf{min(a, b), max(a, b)}] = true
	}
	return pairs
}

// suspectFiles warns of files whose rows are in another one, and reports whether there
// are any.
func (s *Suspicion) suspectFiles(p *profile) bool {
	rows, across, copies := map[int64]int64{}, map[filesOf]repeats{}, s.copies()
	for _, day := range p.days {
		rows[day.FileNumber] += day.OrderRows
	}
	for _, e := range p.equal {
		if pair := (filesOf{e.FirstFile, e.LastFile}); e.FirstFile < e.LastFile && !copies[pair] {
			across[pair] = across[pair].plus(e)
		}
	}
	var pairs []filesOf
	var all repeats
	bounds := s.Config.Suspicions
	for pair, found := range across {
		smaller := min(rows[pair.first], rows[pair.last])
		if found.across >= fewTwice && (intake.ShareOf(found.across, p.all.OrderRows) >= bounds.DoubledShare ||
			smaller >= fewRepeated && intake.ShareOf(found.across, smaller) >= bounds.DoubledFileShare) {
			pairs = append(pairs, pair)
			all.across += found.across
			all.acrossMinor += found.acrossMinor
		}
	}
	if len(pairs) == 0 {
		return false
	}
	slices.SortFunc(pairs, func(a, b filesOf) int {
		return cmp.Or(cmp.Compare(across[b].across, across[a].across), cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last))
	})
	most, more := pairs[0], ""
	if len(pairs) > 1 {
		more = fmt.Sprintf("; in all, %s of files share %s, %s", intake.CountOf(int64(len(pairs)), "pair"), intake.CountOf(all.across, "row"), s.money(all.acrossMinor))
	}
	s.Warn("doubled_rows", "%s of %s (%s of its %s; %s) are, in all mapped columns, in %s too%s: leave one of the files out of orders.files",
		intake.CountOf(across[most].across, "row"), s.fileName(most.last), intake.ShareText(intake.ShareOf(across[most].across, rows[most.last])),
		humanize.Comma(rows[most.last]), s.money(across[most].acrossMinor), s.fileName(most.first), more)
	return true
}

// suspectMonths warns of months with more rows that repeat another of their file than
// is usual, and reports whether there are any.
func (s *Suspicion) suspectMonths(p *profile) bool {
	rows, within := map[time.Time]int64{}, map[time.Time]repeats{}
	for _, day := range p.days {
		rows[calendar.StartOf(day.OrderDay, 1)] += day.OrderRows
	}
	for _, e := range p.equal {
		month := calendar.StartOf(e.OrderDay, 1)
		within[month] = within[month].plus(e)
	}
	var shares []float64
	for month := range rows {
		shares = append(shares, intake.ShareOf(within[month].within, rows[month]))
	}
	slices.Sort(shares)
	bound := s.Config.Suspicions.DoubledMonth
	if len(shares) > 2 {
		bound += usualFactor * shares[(len(shares)-1)/2]
	}
	var months []time.Time
	var found repeats
	for month, repeated := range within {
		if repeated.within >= fewRepeated && intake.ShareOf(repeated.within, rows[month]) > bound {
			months = append(months, month)
			found.within += repeated.within
			found.withinMinor += repeated.withinMinor
		}
	}
	if len(months) == 0 {
		return false
	}
	slices.SortFunc(months, time.Time.Compare)
	s.Warn("doubled_rows", "%s, %s, repeat another of their file in all mapped columns, in %s (first %s), where more than %s are unusual: leave out what is there twice",
		intake.CountOf(found.within, "row"), s.money(found.withinMinor), intake.CountOf(int64(len(months)), "month"), months[0].Format("2006-01"), intake.ShareText(bound))
	return true
}

// suspectWholeDays warns of days of which every row is there twice, or of months where
// a day has few, or of everything.
func (s *Suspicion) suspectWholeDays(p *profile) {
	for _, unit := range []struct {
		noun    string
		format  string
		startOf func(time.Time) time.Time
	}{
		{"day", time.DateOnly, func(day time.Time) time.Time { return day }},
		{"month", "2006-01", func(day time.Time) time.Time { return calendar.StartOf(day, 1) }},
	} {
		whole, found := s.paired(p, unit.startOf)
		if len(whole) == 0 {
			continue
		}
		s.Warn("doubled_rows", "nearly every row of %s, the first %s, is there twice, in all mapped columns (%s, %s too much): leave out what is there twice",
			intake.CountOf(int64(len(whole)), unit.noun), whole[0].Format(unit.format), intake.CountOf(found.across+found.within, "row"), s.money(found.acrossMinor+found.withinMinor))
		return
	}
}

// paired returns the days or months whose rows come in pairs, sorted. Files with the
// same bytes have a warning of their own.
func (s *Suspicion) paired(p *profile, startOf func(time.Time) time.Time) (whole []time.Time, all repeats) {
	rows, equal, copies := map[time.Time]int64{}, map[time.Time]repeats{}, s.copies()
	for _, day := range p.days {
		rows[startOf(day.OrderDay)] += day.OrderRows
	}
	for _, e := range p.equal {
		if unit := startOf(e.OrderDay); !copies[filesOf{e.FirstFile, e.LastFile}] {
			equal[unit] = equal[unit].plus(e)
		}
	}
	for unit, e := range equal {
		if e.rows >= fewRepeated && e.different >= fewPairs && intake.ShareOf(e.paired, rows[unit]) >= pairedShare {
			whole = append(whole, unit)
			all.across += e.across
			all.acrossMinor += e.acrossMinor
			all.within += e.within
			all.withinMinor += e.withinMinor
		}
	}
	slices.SortFunc(whole, time.Time.Compare)
	return whole, all
}

// fewTwice is how many orders, or rows, in two files may be chance: an order of two equal
// lines, of which one came late.
const fewTwice = 5

// suspectTwoFiles warns of orders that stand in two files.
func (s *Suspicion) suspectTwoFiles(p *profile) {
	var orders, minor int64
	var most filePair
	copies := s.copies()
	for _, pair := range p.pairs { // most orders first
		if copies[filesOf{pair.FirstFile, pair.LastFile}] {
			continue
		}
		if orders == 0 {
			most = pair
		}
		orders += pair.Orders
		minor += pair.NetMinor / 2
	}
	if share := intake.ShareOf(orders, p.orderIDs()); orders >= fewTwice && share >= s.Config.Suspicions.TwoFilesShare {
		s.Warn("order_in_two_files", "%s (%s of all) stand in two files with the same money, %s too much, %s of them in %s and %s: leave one of the files out of orders.files; where they hold versions of one order, map orders.columns.version",
			intake.CountOf(orders, "order"), intake.ShareText(share), s.money(minor), humanize.Comma(most.Orders), s.fileName(most.FirstFile), s.fileName(most.LastFile))
	}
}

// suspectLeftOutElsewhere warns of orders that are used from one file and left out in
// another: one that was cancelled since the older of two exports stands as that has it.
func (s *Suspicion) suspectLeftOutElsewhere(p *profile) {
	var orders, minor int64
	for _, pair := range p.leftOut {
		orders += pair.Orders
		minor += pair.NetMinor
	}
	if share := intake.ShareOf(orders, p.orderIDs()); orders >= fewTwice && share >= s.Config.Suspicions.TwoFilesShare {
		most := p.leftOut[0] // most orders first
		s.Warn("order_in_two_files", "%s (%s of all), %s, count from one file and are left out by orders.keep in another, %s of them in %s and %s: if they were cancelled since the older file was made, that one still counts; map orders.columns.version, or leave the older file out of orders.files",
			intake.CountOf(orders, "order"), intake.ShareText(share), s.money(minor), humanize.Comma(most.Orders), s.fileName(most.UsedFile), s.fileName(most.LeftOutFile))
	}
}

const (
	// lastSwappedDay is the last day of a month that a month's number can be.
	lastSwappedDay = 12
	// fewSwappedDays is how many days with orders say nothing, and mostDays how many of the
	// days 1 to 12 must be among them: a shop that bills on the first of the month has few.
	fewSwappedDays = 30
	mostDays       = 8
)

// suspectSwappedDays warns of dates whose day is never above the twelfth, over all files
// or in some of them.
func (s *Suspicion) suspectSwappedDays(p *profile) {
	where := ""
	if !s.isSwapped(p.orderDays()) {
		byFile := map[int64][]time.Time{}
		for _, day := range p.days {
			byFile[day.FileNumber] = append(byFile[day.FileNumber], day.OrderDay)
		}
		var names []string
		for i := range s.intake.Inputs.Orders {
			days := byFile[int64(i)]
			slices.SortFunc(days, time.Time.Compare)
			if s.isSwapped(days) {
				names = append(names, s.fileName(int64(i)))
			}
		}
		if len(names) == 0 {
			return
		}
		where = fmt.Sprintf(" in %s, the first %s,", intake.CountOf(int64(len(names)), "file"), names[0])
	}
	s.Warn("day_and_month_swapped", "no order%s is of a day above the 12th: day and month are probably swapped, and where they could not be the time may be lost (null_time: %s); read the text with try_strptime and the format in which it is written in orders.columns.ordered_at",
		where, intake.CountOf(s.intake.Report.Rows("null_time"), "row"))
}

// isSwapped reports whether days, which are sorted, are such that day and month may be
// swapped in them.
func (s *Suspicion) isSwapped(days []time.Time) bool {
	if len(days) < fewSwappedDays || float64(calendar.DaysBetween(days[0], days[len(days)-1])) < s.Config.Suspicions.SwappedDays {
		return false
	}
	seen := map[int]bool{}
	for _, day := range days {
		if day.Day() > lastSwappedDay {
			return false
		}
		seen[day.Day()] = true
	}
	return len(seen) >= mostDays
}
