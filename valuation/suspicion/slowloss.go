package suspicion

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"time"

	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
)

// monthRun is the last run of an earlier month, of which the days are compared as well:
// a loss that goes on night after night is less than the least share on each of them.
type monthRun struct {
	id       string // "" where none is compared
	identity string
	asOf     time.Time
	past     publication.Past

	days string // path
}

// mostMonths is how many months back the last run of a month is looked for.
const mostMonths = 24

// findMonth finds the last run of the months before this one, among the ids of earlier
// runs. One that is the earlier run itself, or cannot be compared, is not compared: a
// night without it says nothing.
func (s *Suspicion) findMonth(ctx context.Context, runs publication.Catalog, ids []string) error {
	starts := s.Days.AsOf.AddDate(0, 0, 1-s.Days.AsOf.Day())
	from, before := starts.AddDate(0, -mostMonths, 0).Format(time.DateOnly), starts.Format(time.DateOnly)
	at := slices.IndexFunc(ids, func(id string) bool { return id[:len(time.DateOnly)] < before })
	if at <= slices.Index(ids, s.Earlier.ID) || ids[at] < from {
		return nil
	}
	run, err := runs.ReadEarlier(ids[at])
	if err != nil {
		return nil // it was damaged, or another program wrote it
	}
	why, asOf, err := s.compares(ctx, run, daysFile)
	if err != nil || why != "" {
		return nil
	}
	month := monthRun{id: run.ID, identity: run.Identity, asOf: asOf, past: run.Past}
	if month.days, err = filepath.EvalSymlinks(filepath.Join(run.Folder, daysFile)); err == nil {
		s.Earlier.month = month
	}
	return err
}

// changesOfMonth are the days of the files beside those that the last run of the month
// before knew, of which the rows alone are compared: money that refunds in place lower
// adds up to much in a month.
func changesOfMonth(changes []dayChange) (ofMonth []dayChange) {
	for _, change := range changes {
		if change.RowsNow > 0 || change.RowsOfMonth > 0 {
			ofMonth = append(ofMonth, dayChange{Day: change.Day, RowsNow: change.RowsNow, SupersededNow: change.SupersededNow, RowsBefore: change.RowsOfMonth, SupersededBefore: change.SupersededOfMonth})
		}
	}
	return ofMonth
}

// failSlowLoss stops a run whose files have lost so much since the last run of the month
// before that it would stop one that lost it in a night. The rows of customers who were
// erased are known, and after a loss that was accepted since then nothing is said.
func (s *Suspicion) failSlowLoss() {
	month := s.Earlier.month
	if month.id == "" || s.past.AcceptedLoss > month.asOf.Format(time.DateOnly) {
		return
	}
	isSaid := func(w pipeline.Warning) bool { return w.Code == rowsLost && w.Fails }
	if slices.ContainsFunc(s.Warnings, isSaid) {
		return
	}
	days := s.comparedMonth.beyondWindow(s.Days.AsOf)
	lost := rowsMissing(days)
	before := lost
	for _, day := range s.comparedMonth.days {
		before += day.RowsBefore
		if day.isLost() {
			lost += day.missing()
			days = append(days, day)
		}
	}
	lost -= max(0, s.past.ErasedRows-month.past.ErasedRows)
	if lost >= leastLostRowsFail && share(lost, before) >= s.Config.Suspicions.LostShareFails {
		s.Fail(rowsLost, "%s (%s) that run %s, the last of the month before, had are missing, though no night since lost so much: of %s; see whether order files lose rows night after night",
			intake.CountOf(lost, "row"), percent(share(lost, before)), month.id, daysText(days))
	}
}

// Past says what became of past days over all runs up to this one.
func (s *Suspicion) Past() publication.Past { return s.past }

// noteErased adds the rows of the customers who were erased, as far as rows are missing:
// how many a customer had is not known, but their purchases and money are.
func (s *Suspicion) noteErased(l losses) {
	s.past = s.Earlier.Past
	if l.erased {
		s.past.ErasedRows += min(l.rows, int64(math.Ceil(l.theirRows)))
	}
}

// noteAccepted notes a loss that the flag --accept lets pass.
func (s *Suspicion) noteAccepted() {
	isAccepted := func(w pipeline.Warning) bool {
		return (w.Code == rowsLost || w.Code == customersVanished) && slices.Contains(s.Config.Run.AcceptOnce, w.Code)
	}
	if slices.ContainsFunc(s.Warnings, isAccepted) {
		s.past.AcceptedLoss = s.Days.AsOf.Format(time.DateOnly)
	}
}
