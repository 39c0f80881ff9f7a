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
	// wholeShare is the share of the rows of a day that have an equal one from which
	// the whole day is there twice.
	wholeShare = 0.95
	// fewDayRows is how many rows of a day repeat one another by chance.
	fewDayRows = 4
)

// repeats are rows that repeat others.
type repeats struct {
	rows, repeated, minor int64
}

func (r repeats) plus(e equalRows) repeats {
	return repeats{r.rows + e.OrderRows, r.repeated + e.RepeatedRows, r.minor + e.RepeatedMinor}
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
	in.suspectFiles(p, across)
	in.suspectMonths(p, within)
}

// suspectFiles warns of files whose rows are in another one.
func (in *Intake) suspectFiles(p *profile, across map[[2]int64]repeats) {
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
		return
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
}

// suspectMonths warns of months with more rows that repeat another of their file than
// is usual.
func (in *Intake) suspectMonths(p *profile, within map[time.Time]repeats) {
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
		in.suspectWholeDays(p)
		return
	}
	slices.SortFunc(months, time.Time.Compare)
	in.Warn("doubled_rows", "%s, %s, repeat another of their file in all mapped columns, in %s (first in %s), where more than %s are unusual: leave out what is there twice",
		counted(found.repeated, "row"), in.money(found.minor), counted(int64(len(months)), "month"), months[0].Format("2006-01"), percent(bound))
}

// suspectWholeDays warns of days of which every row is there twice.
func (in *Intake) suspectWholeDays(p *profile) {
	rows, equal := map[time.Time]int64{}, map[time.Time]repeats{}
	for _, day := range p.days {
		rows[day.OrderDay] += day.OrderRows
	}
	for _, e := range p.equal {
		equal[e.OrderDay] = equal[e.OrderDay].plus(e)
	}
	var days []time.Time
	var found repeats
	for day, repeated := range equal {
		if rows[day] >= fewDayRows && shareOf(repeated.rows, rows[day]) >= wholeShare {
			days = append(days, day)
			found.repeated += repeated.repeated
			found.minor += repeated.minor
		}
	}
	if found.repeated < fewRepeated {
		return
	}
	slices.SortFunc(days, time.Time.Compare)
	in.Warn("doubled_rows", "%s, the first of %s, are there twice with nearly every row, in all mapped columns (%s, %s too much): leave out what is there twice",
		counted(int64(len(days)), "day"), days[0].Format(time.DateOnly), counted(found.repeated, "row"), in.money(found.minor))
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
