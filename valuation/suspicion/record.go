package suspicion

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/parquetfile"
	"cbv/valuation/publication"
)

const (
	// recordDays are the days ahead that an earlier run is held to.
	recordDays = 90
	// mostRecords is how many of them are, recordDays or more apart from each other, so
	// that a purchase counts for one.
	mostRecords = 4

	kpisFile       = "kpis.parquet"
	publishedShare = "sale_chance_all_90d"
)

// published is an earlier run with what it said of the recordDays after it.
type published struct {
	id, identity string
	asOf         time.Time
	customers    int64
	chance       float64 // mean chance of a purchase
}

// findPublished finds the runs whose forecasts have come to an end, the latest first, among
// the last ones of months.
func (s *Suspicion) findPublished(ctx context.Context, runs publication.Catalog, ids []string) {
	starts := s.Days.AsOf.AddDate(0, 0, 1-s.Days.AsOf.Day())
	from := starts.AddDate(0, -mostMonths, 0).Format(time.DateOnly)
	latest := s.Days.AsOf.AddDate(0, 0, -recordDays)
	month := starts.Format("2006-01") // of the run before
	for _, id := range ids {
		day := id[:len(time.DateOnly)]
		if day[:len(month)] == month || day < from {
			continue
		}
		month = day[:len(month)]
		if day > latest.Format(time.DateOnly) || len(s.Earlier.published) == mostRecords {
			continue
		}
		if one, ok := s.readPublished(ctx, runs, id); ok {
			s.Earlier.published = append(s.Earlier.published, one)
			latest = one.asOf.AddDate(0, 0, -recordDays)
		}
	}
}

// readPublished reads what a run said, false where it cannot be compared, was damaged, or
// has said nothing.
func (s *Suspicion) readPublished(ctx context.Context, runs publication.Catalog, id string) (published, bool) {
	run, err := runs.ReadEarlier(id)
	if err != nil {
		return published{}, false
	}
	why, asOf, err := s.compares(ctx, run, kpisFile)
	if err != nil || why != "" {
		return published{}, false
	}
	rows, err := parquetfile.Read[struct {
		Metric *string  `parquet:"metric"`
		Value  *float64 `parquet:"value"`
		N      *int64   `parquet:"n"`
	}](filepath.Join(run.Folder, kpisFile))
	if err != nil {
		return published{}, false
	}
	for _, row := range rows {
		if row.Metric != nil && *row.Metric == publishedShare && row.Value != nil && row.N != nil {
			return published{id: run.ID, identity: run.Identity, asOf: asOf, customers: *row.N, chance: *row.Value}, true
		}
	}
	return published{}, false
}

// publishedChance is a row of published_chances.
type publishedChance struct {
	PublishedOn time.Time
	Days        int64
}

// publishedBuyers is a row of published_buyers.
type publishedBuyers struct {
	PublishedOn time.Time
	Customers   int64
	Buyers      int64
}

// mapPublished makes published_chances.
func (s *Suspicion) mapPublished(ctx context.Context) error {
	var rows []publishedChance
	for _, one := range s.Earlier.published {
		rows = append(rows, publishedChance{one.asOf, recordDays})
	}
	return engine.Insert(ctx, s.Engine, "published_chances", rows)
}

// readRecord reads what came of what earlier runs published.
func (s *Suspicion) readRecord(ctx context.Context) error {
	came := map[string]publishedBuyers{}
	for row, err := range engine.Select[publishedBuyers](ctx, s.Engine, "published_buyers") {
		if err != nil {
			return err
		}
		came[row.PublishedOn.Format(time.DateOnly)] = row
	}
	for _, one := range s.Earlier.published {
		row := came[one.asOf.Format(time.DateOnly)]
		if row.Customers == 0 {
			continue // the files no longer reach back to it
		}
		s.record = append(s.record, publication.Record{
			Run: one.id, AsOf: one.asOf.Format(time.DateOnly), Days: recordDays, Customers: one.customers,
			Expected: one.chance, Actual: float64(row.Buyers) / float64(row.Customers), Known: row.Customers,
		})
	}
	return nil
}

// Record is what earlier runs published against what came, the latest first.
func (s *Suspicion) Record() []publication.Record { return s.record }

// writeRecord writes which runs the record is of.
func (e Earlier) writeRecord(to io.Writer) {
	for _, one := range e.published {
		fmt.Fprintf(to, "record %q %q\n", one.id, one.identity)
	}
}
