package intake

import (
	"fmt"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
)

const (
	// usualFactor is how many times the usual share of repeated rows that of a month
	// must be.
	usualFactor = 3
	// fewRepeated is how many repeated rows are too few to be a file or month.
	fewRepeated = 20
	// pairedShare is the share of the rows of a day or month that come in pairs from
	// which the whole of it is there twice.
	pairedShare = 0.95
	// fewPairs is how many different rows come in pairs by chance, where customers do
	// the same thing several times a day.
	fewPairs = 10
)

// repeats are rows that repeat others.
type repeats struct {
	rows, paired, repeated, minor int64
}

func (r repeats) plus(e equalRows) repeats {
	return repeats{r.rows + e.OrderRows, r.paired + e.EvenRows, r.repeated + e.RepeatedRows, r.minor + e.RepeatedMinor}
}

// suspectDoubles warns of rows that are there twice. Where nothing distinguishes two
// equal rows of a customer and day, neither an order's id nor the time of day, only
// whole days count.
func (in *Intake) suspectDoubles(p *profile) {
	if in.Config.Orders.Columns.OrderID == "" && 2*p.all.TimedRows < p.all.OrderRows {
		in.suspectWholeDays(p)
		return
	}
	across, within := map[[2]int64]repeats{}, map[time.Time]repeats{}
	for _, e := range p.equal {
		if e.FirstFile == e.LastFile {
			month := calendar.StartOf(e.OrderDay, 1)
			within[month] = within[month].plus(e)
		} else {
			pair := [2]int64{e.FirstFile, e.LastFile}
			across[pair] = across[pair].plus(e)
		}
	}
	if !in.suspectFiles(p, across) && !in.suspectMonths(p, within) {
		in.suspectWholeDays(p)
	}
}

// suspectFiles warns of files whose rows are in another one, and reports whether there
// are any.
func (in *Intake) suspectFiles(p *profile, across map[[2]int64]repeats) bool {
	rows := map[int64]int64{}
	for _, day := range p.days {
		rows[day.FileNumber] += day.OrderRows
	}
	var pairs [][2]int64
	var all repeats
	for pair, found := range across {
		if shareOf(found.repeated, min(rows[pair[0]], rows[pair[1]])) > in.Config.Suspicions.DoubledShare {
			pairs = append(pairs, pair)
			all.repeated += found.repeated
			all.minor += found.minor
		}
	}
	if len(pairs) == 0 {
		return false
	}
	slices.SortFunc(pairs, func(a, b [2]int64) int {
		return slices.Compare([]int64{across[b].repeated, a[0], a[1]}, []int64{across[a].repeated, b[0], b[1]})
	})
	first, more := pairs[0], ""
	if len(pairs) > 1 {
		more = fmt.Sprintf("; in %s, %s repeat one of another file, %s", counted(int64(len(pairs)), "pair")+" of files", counted(all.repeated, "row"), in.money(all.minor))
	}
	in.Warn("doubled_rows", "%s of %s (%s of its %s, %s) are, in all mapped columns, in %s too%s: leave one of the files out of orders.files",
		counted(across[first].repeated, "row"), in.fileName(first[1]), percent(shareOf(across[first].repeated, rows[first[1]])),
		humanize.Comma(rows[first[1]]), in.money(across[first].minor), in.fileName(first[0]), more)
	return true
}

// suspectMonths warns of months with more rows that repeat another of their file than
// is usual, and reports whether there are any.
func (in *Intake) suspectMonths(p *profile, within map[time.Time]repeats) bool {
	rows := map[time.Time]int64{}
	for _, day := range p.days {
		rows[calendar.StartOf(day.OrderDay, 1)] += day.OrderRows
	}
	var shares []float64
	for month := range rows {
		shares = append(shares, shareOf(within[month].repeated, rows[month]))
	}
	slices.Sort(shares)
	bound := in.Config.Suspicions.DoubledShare
	if len(shares) > 2 {
		bound = max(bound, usualFactor*shares[(len(shares)-1)/2])
	}
	var months []time.Time
	var found repeats
	for month, repeated := range within {
		if repeated.repeated >= fewRepeated && shareOf(repeated.repeated, rows[month]) > bound {
			months = append(months, month)
			found.repeated += repeated.repeated
			found.minor += repeated.minor
		}
	}
	if len(months) == 0 {
		return false
	}
	slices.SortFunc(months, time.Time.Compare)
	in.Warn("doubled_rows", "%s, %s, repeat another of their file in all mapped columns, in %s (first in %s), where more than %s are unusual: leave out what is there twice",
		counted(found.repeated, "row"), in.money(found.minor), counted(int64(len(months)), "month"), months[0].Format("2006-01"), percent(bound))
	return true
}

// suspectWholeDays warns of days of which every row is there twice, or of months where
// a day has few.
func (in *Intake) suspectWholeDays(p *profile) {
	for _, unit := range []struct {
		noun    string
		format  string
		startOf func(time.Time) time.Time
	}{
		{"day", time.DateOnly, func(day time.Time) time.Time { return day }},
		{"month", "2006-01", func(day time.Time) time.Time { return calendar.StartOf(day, 1) }},
	} {
		whole, found := p.paired(unit.startOf)
		if len(whole) == 0 {
			continue
		}
		in.Warn("doubled_rows", "nearly every row of %s, the first %s, is there twice, in all mapped columns (%s, %s too much): leave out what is there twice",
			counted(int64(len(whole)), unit.noun), whole[0].Format(unit.format), counted(found.repeated, "row"), in.money(found.minor))
		return
	}
}

// paired returns the days or months whose rows come in pairs, sorted.
func (p *profile) paired(startOf func(time.Time) time.Time) (whole []time.Time, found repeats) {
	rows, equal := map[time.Time]int64{}, map[time.Time]repeats{}
	for _, day := range p.days {
		rows[startOf(day.OrderDay)] += day.OrderRows
	}
	for _, e := range p.equal {
		unit := startOf(e.OrderDay)
		equal[unit] = equal[unit].plus(e)
	}
	for unit, e := range equal {
		if e.rows-e.repeated >= fewPairs && shareOf(e.paired, rows[unit]) >= pairedShare {
			whole = append(whole, unit)
			found.repeated += e.repeated
			found.minor += e.minor
		}
	}
	if found.repeated < fewRepeated {
		return nil, found
	}
	slices.SortFunc(whole, time.Time.Compare)
	return whole, found
}

// suspectTwoFiles warns of orders that stand in two files.
func (in *Intake) suspectTwoFiles(p *profile) {
	var orders, minor int64
	for _, pair := range p.pairs {
		orders += pair.Orders
		minor += pair.NetMinor
	}
	if share := shareOf(orders, p.orders()); orders > 0 && share > in.Config.Suspicions.TwoFilesShare {
		most := p.pairs[0]
		in.Warn("order_in_two_files", "%s (%s of all, with %s over all files) stand in two files on one day, %s of them in %s and %s: leave one of the files out of orders.files; where they hold versions of one order, map orders.columns.version",
			counted(orders, "order"), percent(share), in.money(minor), humanize.Comma(most.Orders), in.fileName(most.FirstFile), in.fileName(most.LastFile))
	}
}

// lastSwappedDay is the last day of a month that a month's number can be.
const lastSwappedDay = 12

// mostDays is how many of the days 1 to 12 must have orders: a shop that bills on the
// first of the month has few.
const mostDays = 8

// suspectSwappedDays warns of dates whose day is never above the twelfth.
func (in *Intake) suspectSwappedDays(p *profile) {
	seen := map[int]bool{}
	days := p.orderDays()
	for _, day := range days {
		seen[day.Day()] = true
		if day.Day() > lastSwappedDay {
			return
		}
	}
	months := monthsOf(days)
	if len(seen) < mostDays || float64(months) < in.Config.Suspicions.SwappedMonths {
		return
	}
	in.Warn("day_and_month_swapped", "no order is of a day above the 12th, in %s: day and month are probably swapped, and dates that could not be are lost; read the text with try_strptime and the format in which it is written in orders.columns.ordered_at",
		counted(months, "month"))
}

// monthsOf returns how many months have some of the days, which are sorted.
func monthsOf(days []time.Time) int64 {
	var months int64
	var last time.Time
	for _, day := range days {
		if month := calendar.StartOf(day, 1); !month.Equal(last) {
			months++
			last = month
		}
	}
	return months
}
