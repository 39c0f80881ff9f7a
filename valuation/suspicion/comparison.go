package suspicion

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/engine"
	"cbv/valuation/intake"
)

// dayChange is what the files hold of a day, and what they held for the earlier run.
type dayChange struct {
	Day                             time.Time
	RowsNow, MinorNow               int64
	UsedRowsNow, UsedMinorNow       int64
	SupersededNow                   int64 // rows beside RowsNow that a newer version stands for
	RowsBefore, MinorBefore         int64
	UsedRowsBefore, UsedMinorBefore int64
	SupersededBefore                int64
	CustomersBefore                 int64
	// What the last run of the month before knew.
	RowsOfMonth, SupersededOfMonth int64
}

// missing is how many rows of the day are lost. Those of a version that a newer one of
// fewer rows stands for are not, as long as the files hold them; nor are they when they
// go, as where files are written anew without the versions of before.
func (d dayChange) missing() int64 {
	fewer := d.RowsBefore - d.RowsNow
	return max(0, min(fewer, fewer+d.SupersededBefore-d.SupersededNow))
}

func (d dayChange) isLost() bool { return d.missing() > 0 }

func (d dayChange) isHalved() bool { return 2*d.missing() >= d.RowsBefore }

func (d dayChange) isGrown() bool {
	return d.RowsNow > d.RowsBefore || d.RowsNow == d.RowsBefore && d.MinorNow > d.MinorBefore
}

// fileChange is what a file holds of the days that lost rows, or of those that grew.
type fileChange struct {
	File                string
	IsLost              bool
	RowsNow, RowsBefore int64
}

// goneCustomers are the customers of the earlier run whom no row names any more.
type goneCustomers struct {
	IsBefore         bool // they were last seen before the days that are compared
	EarlierCustomers int64
	Customers        int64
	Purchases        int64
	RevenueMinor     int64
}

// comparison is what became of the days that the earlier run knew.
type comparison struct {
	from      time.Time   // the first day that is compared
	shortened []dayChange // days before it of which the files have less
	days      []dayChange // the others, up to the earlier run's as-of day
	asOf      time.Time   // of the earlier run, whose last day was not over then
}

// The codes of losses.
const rowsLost, customersVanished = "rows_lost", "customers_vanished"

// What days of an earlier run are held against.
const (
	// startDays is within how many days of a first row the files must have half of
	// what they had: one order of an old date is no start of the files.
	startDays = 7
	// raggedDays is how many days at the start may be cut off, as the first local days
	// of a window of months in UTC are.
	raggedDays = 31
	// A day that had halvedRows and lost half of them is a loss, however long the
	// history.
	halvedRows = 10
	// shownPlaces is how many days or files a message names.
	shownPlaces = 3
	// In a small shop a single order is more than the least share. So many rows or
	// customers are a warning, and so many a failure, at the least.
	leastLostRows, leastLostRowsFail = 3, 20
	leastGone, leastGoneFail         = 2, 5
	// Money that is missing is that of the customers who are gone where it differs by no
	// more than the thousandth part; their rows are then up to so many times as many as
	// those of usual purchases.
	moneyParts      = 1000
	mostRowsOfHeavy = 10
	// estimatedShares is how many least shares of the rows may be missing beyond those
	// of the customers who were erased, whose rows are estimated.
	estimatedShares = 2
)

// compare splits the days of both runs.
func compare(changes []dayChange, asOf time.Time) comparison {
	changes = slices.DeleteFunc(slices.Clone(changes), func(d dayChange) bool { return d.Day.After(asOf) })
	slices.SortFunc(changes, func(a, b dayChange) int { return a.Day.Compare(b.Day) })
	start := firstSound(changes)
	// Days at a start that has moved are cut off; where it has not, those that lost
	// less than half lost it otherwise.
	isCut := func(d dayChange) bool { return d.isLost() && (start > 0 || d.isHalved()) }
	from := start
	for from < len(changes) && from < start+raggedDays && isCut(changes[from]) {
		from++
	}
	if from == len(changes) { // nothing is left of what was known: it is lost
		from = 0
	}
	c := comparison{asOf: asOf, days: changes[from:]}
	if len(c.days) > 0 {
		c.from = c.days[0].Day
	}
	for _, change := range changes[:from] {
		if change.isLost() {
			c.shortened = append(c.shortened, change)
		}
	}
	return c
}

// firstSound returns the first day with rows from which on the files have half of
// what they had.
func firstSound(changes []dayChange) int {
	for i, first := range changes {
		if first.RowsNow == 0 {
			continue
		}
		var now, before int64
		for _, change := range changes[i:] {
			if change.Day.Before(first.Day.AddDate(0, 0, startDays)) {
				now += change.RowsNow
				before += change.RowsBefore
			}
		}
		if 2*now >= before {
			return i
		}
	}
	return len(changes)
}

// compareDays finds what changed, and makes the tables of changed days and of the span.
func (s *Suspicion) compareDays(ctx context.Context) error {
	changes, err := engine.All[dayChange](ctx, s.Engine, "day_changes")
	if err != nil {
		return err
	}
	if s.Earlier.ID == "" {
		changes = nil
	}
	ofMonth := changesOfMonth(changes)
	changes = slices.DeleteFunc(changes, func(d dayChange) bool { return d.RowsNow == 0 && d.RowsBefore == 0 })
	s.compared = compare(changes, s.Earlier.AsOf)
	if s.Earlier.month.id != "" {
		s.comparedMonth = compare(ofMonth, s.Earlier.month.asOf)
	}
	type changedDay struct {
		Day    time.Time
		IsLost bool
	}
	var changed []changedDay
	for _, day := range s.compared.days {
		if day.isLost() || s.compared.isLate(day) {
			changed = append(changed, changedDay{day.Day, day.isLost()})
		}
	}
	if err := engine.Insert(ctx, s.Engine, "changed_days", changed); err != nil {
		return err
	}
	return engine.Insert(ctx, s.Engine, "compared_span", []struct{ ComparedFrom time.Time }{{s.compared.from}})
}

// isLate reports whether a day has more than it had. The earlier run's last day was
// not over, and is expected to have.
func (c comparison) isLate(day dayChange) bool { return day.isGrown() && day.Day.Before(c.asOf) }

// compareRuns warns of what the earlier run had and the files have not, or have now.
func (s *Suspicion) compareRuns(ctx context.Context) error {
	if s.Earlier.ID == "" {
		return nil
	}
	files, err := engine.All[fileChange](ctx, s.Engine, "file_changes")
	if err != nil {
		return err
	}
	groups, err := engine.All[goneCustomers](ctx, s.Engine, "gone_customers")
	if err != nil {
		return err
	}
	var before, gone goneCustomers
	for _, group := range groups {
		if group.IsBefore {
			before = group
		} else {
			gone = group
		}
	}
	l := s.losses(gone)
	s.noteErased(l)
	s.warnOfRates()
	s.warnOfShortening(before, l)
	s.warnOfLosses(l, gone, files)
	s.failSlowLoss()
	s.warnOfLateRows(files)
	s.noteAccepted()
	return nil
}

// warnOfRates says that money is not compared, where other rates have changed it.
func (s *Suspicion) warnOfRates() {
	isRestated := func(d dayChange) bool { return d.RowsNow == d.RowsBefore && d.MinorNow != d.MinorBefore }
	if s.Earlier.HasOtherRates && slices.ContainsFunc(s.compared.days, isRestated) {
		s.Warn("not_compared", "the money of past days is not compared with run %s, for other files of rates have changed it; rows and customers are", s.Earlier.ID)
	}
}

// warnOfLosses says which rows and customers are missing.
func (s *Suspicion) warnOfLosses(l losses, gone goneCustomers, files []fileChange) {
	if l.erased {
		s.Warn("customers_erased", "%s of run %s (%s) are gone with all their rows, and nothing else is missing: they were erased, or their ids were",
			intake.CountOf(gone.Customers, "customer"), s.Earlier.ID, percent(share(gone.Customers, gone.EarlierCustomers)))
		return
	}
	bounds := s.Config.Suspicions
	lost := max(share(l.rows, l.pastRows), share(l.minor, l.pastMinor))
	if restated := share(l.restatedMinor, l.pastMinor); restated >= bounds.RestatedShare {
		s.level(restated >= bounds.RestatedShareFails)(rowsLost, "the money of past days fell by %s (%s) since run %s, and no row is missing: on %s; see whether amounts were restated",
			s.money(l.restatedMinor), percent(restated), s.Earlier.ID, daysText(l.restated))
	}
	if l.rows >= leastLostRows && lost >= bounds.LostShare || len(l.halved) > 0 {
		days := l.days
		if len(l.halved) > 0 && lost < bounds.LostShare {
			days = l.halved
		}
		s.level(l.rows >= leastLostRowsFail && lost >= bounds.LostShareFails)(rowsLost, "%s (%s) with %s (%s) that run %s had are missing: of %s%s; see whether order files are missing, or cut off",
			intake.CountOf(l.rows, "row"), percent(share(l.rows, l.pastRows)), s.money(l.minor), percent(share(l.minor, l.pastMinor)), s.Earlier.ID, daysText(days), filesText(files, true))
	}
	if vanished := share(gone.Customers, gone.EarlierCustomers); gone.Customers >= leastGone && vanished >= bounds.VanishedShare {
		s.level(gone.Customers >= leastGoneFail && vanished >= bounds.VanishedShareFails)(customersVanished, "%s of the %s of run %s (%s) are in no row any more: see whether order files are missing, or their ids are written otherwise",
			intake.CountOf(gone.Customers, "customer"), humanize.Comma(gone.EarlierCustomers), s.Earlier.ID, percent(vanished))
	}
}

// level returns what raises a warning, or a failure.
func (s *Suspicion) level(fails bool) func(code, format string, args ...any) {
	if fails {
		return s.Fail
	}
	return s.Warn
}

// warnOfLateRows says which past days have more than they had.
func (s *Suspicion) warnOfLateRows(files []fileChange) {
	var late []dayChange
	var rows, minor, doubled int64
	for _, day := range s.compared.days {
		if !s.compared.isLate(day) || s.Earlier.HasOtherRates && day.RowsNow == day.RowsBefore {
			continue
		}
		late = append(late, day)
		rows += day.RowsNow - day.RowsBefore
		minor += day.MinorNow - day.MinorBefore
		if day.RowsBefore > 0 && day.RowsNow == 2*day.RowsBefore && day.MinorNow == 2*day.MinorBefore {
			doubled += day.RowsBefore
		}
	}
	if len(late) == 0 {
		return
	}
	text := ""
	if 2*doubled >= rows && doubled >= halvedRows {
		text = "; days have exactly twice the rows and the money, as if a file were there twice"
	}
	s.Warn("late_rows", "past days have %s and %s more than for run %s: %s%s%s",
		intake.CountOf(rows, "row"), s.money(minor), s.Earlier.ID, daysText(late), filesText(files, false), text)
}

func percent(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }

// daysText names a day, or the first and the last of several.
func daysText(days []dayChange) string {
	first, last := days[0].Day.Format(time.DateOnly), days[len(days)-1].Day.Format(time.DateOnly)
	if len(days) == 1 {
		return first
	}
	return fmt.Sprintf("%s from %s to %s", calendar.DaysText(len(days)), first, last)
}

// filesText names the files that lost most, or that have most more.
func filesText(files []fileChange, lost bool) string {
	sign := int64(1)
	if lost {
		sign = -1
	}
	changed := slices.DeleteFunc(joinMoved(files), func(f fileChange) bool { return f.IsLost != lost || sign*(f.RowsNow-f.RowsBefore) <= 0 })
	slices.SortFunc(changed, func(a, b fileChange) int {
		return cmp.Or(cmp.Compare(sign*(b.RowsNow-b.RowsBefore), sign*(a.RowsNow-a.RowsBefore)), strings.Compare(a.File, b.File))
	})
	var texts []string
	for _, f := range changed[:min(shownPlaces, len(changed))] {
		texts = append(texts, fmt.Sprintf("%s has %s of them and had %s", f.File, humanize.Comma(f.RowsNow), humanize.Comma(f.RowsBefore)))
	}
	if more := len(changed) - shownPlaces; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more files likewise", more))
	}
	if len(texts) == 0 {
		return ""
	}
	return "; " + strings.Join(texts, ", ")
}

// joinMoved takes a file whose path has more folders, or fewer, for the same one: the
// folder that all files share moves when a file comes in beside them. Of several it is
// the one that has most nearly as many rows.
func joinMoved(files []fileChange) []fileChange {
	joined := slices.Clone(files)
	for i := range joined {
		gone, nearest := joined[i], -1
		if gone.RowsNow > 0 || gone.RowsBefore == 0 {
			continue
		}
		for j, come := range joined {
			isMoved := strings.HasSuffix(come.File, "/"+gone.File) || strings.HasSuffix(gone.File, "/"+come.File)
			if !isMoved || come.RowsBefore > 0 || come.IsLost != gone.IsLost {
				continue
			}
			if nearest < 0 || distance(come.RowsNow, gone.RowsBefore) < distance(joined[nearest].RowsNow, gone.RowsBefore) {
				nearest = j
			}
		}
		if nearest >= 0 {
			joined[nearest].RowsBefore, joined[i].RowsBefore = gone.RowsBefore, 0
		}
	}
	return joined
}

func distance(a, b int64) int64 { return max(a-b, b-a) }
