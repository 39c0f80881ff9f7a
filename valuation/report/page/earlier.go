package page

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/publication"
)

// mostEarlier is how many months before its own a page shows.
const mostEarlier = 12

// LastOfMonths returns the last run of each of the months before a run's, the earliest
// first: those that read the orders and count value as it does, by its settings as the
// manifest has them. One that is damaged, or that another program wrote, is not among
// them.
func LastOfMonths(ctx context.Context, runs publication.Catalog, asOf time.Time, settings json.RawMessage) ([]publication.EarlierRun, error) {
	ids, err := runs.Earlier(asOf)
	if err != nil {
		return nil, err
	}
	var now config.Config
	if err := json.Unmarshal(settings, &now); err != nil {
		return nil, err
	}
	const monthLength = len("2006-01")
	month := asOf.Format("2006-01")
	from := asOf.AddDate(0, 0, 1-asOf.Day()).AddDate(0, -mostEarlier, 0).Format("2006-01")
	var found []publication.EarlierRun
	for _, id := range ids { // the latest first
		if id[:monthLength] >= month {
			continue
		}
		if id[:monthLength] < from {
			break
		}
		run, err := runs.ReadEarlier(id)
		if err != nil || !countsAlike(run.Configuration, now) || !run.Has(ctx, "kpis.parquet") {
			continue
		}
		month = id[:monthLength]
		found = append(found, run)
	}
	slices.Reverse(found)
	return found, ctx.Err()
}

// countsAlike reports whether a run's customers and value can stand beside those of
// another one.
func countsAlike(configuration json.RawMessage, now config.Config) bool {
	var then config.Config
	if json.Unmarshal(configuration, &then) != nil {
		return false
	}
	return reflect.DeepEqual(then.Orders, now.Orders) && then.Value.Currency == now.Value.Currency &&
		reflect.DeepEqual(then.Value.MarginRate, now.Value.MarginRate) && then.Value.HorizonDays == now.Value.HorizonDays
}

// ReadRun reads what a page says of a published run: its folder, and what the catalog has
// of the months before it.
func ReadRun(ctx context.Context, folder string, runs publication.Catalog) (Data, error) {
	manifest, err := publication.ReadManifest(folder)
	if err != nil {
		return Data{}, err
	}
	asOf, err := time.Parse(time.DateOnly, manifest.AsOf)
	if err != nil {
		return Data{}, err
	}
	earlier, err := LastOfMonths(ctx, runs, asOf, manifest.Configuration)
	if err != nil {
		return Data{}, err
	}
	return Read(folder, manifest, earlier)
}
