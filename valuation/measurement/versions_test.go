package measurement

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
)

// versionRow is a row of an order with the time at which it was written.
type versionRow struct {
	orderRow
	Status  string `parquet:"status"`
	Updated int64  `parquet:"updated_at,timestamp(microsecond:local)"`
}

// A campaign brought the same whether the shop takes an order back, or a part of it, by a
// row of its own or by a newer version: what is undone within the person's window, of it
// or of before, is, and what is undone later is not.
func TestVersionsAfterTheWindowTakeNothingBack(t *testing.T) {
	const started, window = 19_000, 10
	s := measuredShop{
		asOf: started + 30, zone: time.UTC, percentile: 100, byOrder: true, marginOfRow: 0.4,
		terms: campaign.Terms{
			Audience: "retain", Started: time.Unix(started*86400, 0).UTC().Format(time.DateOnly), WindowDays: window, Nights: 20, Covariate: byPriorSpend,
			Design: experiment.Design{Campaign: "spring", Salt: "s", Shares: experiment.Shares{None: 5000, Champion: 5000}},
		},
	}
	at := func(day int) time.Time { return time.Unix(int64(day)*86400+36_000, 0) }
	// days after the assignment on which the order and the newer version lie, and what that
	// takes from 10.00
	kinds := []struct {
		bought, updated int
		taken           int64
	}{{1, 10, 1000}, {1, 11, 1000}, {10, 10, 1000}, {10, 11, 1000}, {-3, 5, 1000}, {2, 25, 1000}, {-8, -2, 400}, {-3, 5, 400}, {4, 9, 400}, {4, 12, 400}}
	var versions []versionRow
	for i := range 600 {
		id, kind, from := time.Unix(int64(i), 0).UTC().Format("c0405"), kinds[i%len(kinds)], started+i%2*7
		s.people = append(s.people, assigned{id, s.terms.Design.Arm(id), 0, from})
		first, bought, updated := at(from-40), at(from+kind.bought), at(from+kind.updated)
		s.orders = append(s.orders, rawPurchase{id, first, 500, id + " first"},
			rawPurchase{id, bought, 1000, id}, rawPurchase{id, updated, -kind.taken, id})
		status := "paid"
		if kind.taken == 1000 {
			status = "cancelled"
		}
		versions = append(versions, versionRow{orderRow{id, id + " first", first.UnixMicro(), 5}, "paid", first.UnixMicro()},
			versionRow{orderRow{id, id, bought.UnixMicro(), 10}, "paid", bought.UnixMicro()},
			versionRow{orderRow{id, id, bought.UnixMicro(), 10 - float64(kind.taken)/100}, status, updated.UnixMicro() + 1})
	}
	for day := started - 50; day <= s.asOf; day++ {
		s.orders = append(s.orders, rawPurchase{"everyday", at(day), 100, ""})
		versions = append(versions, versionRow{orderRow{"everyday", "", at(day).UnixMicro(), 1}, "paid", at(day).UnixMicro()})
	}
	c := s.write(t)
	returned := measureShop(t, c, "spring")
	s.agree(t, returned)
	c.Orders.Files = config.Files{writeRows(t, "versions.parquet", versions)}
	c.Orders.Columns.Version, c.Orders.Keep = "updated_at", "status <> 'cancelled'"
	versioned := measureShop(t, c, "spring")
	if difference := cmp.Diff(returned.Document.Figures, versioned.Document.Figures); difference != "" {
		t.Errorf("as returns and as versions:\n%s", difference)
	}
	sameFiles(t, returned.Folder, versioned.Folder, "measure.parquet")
}
