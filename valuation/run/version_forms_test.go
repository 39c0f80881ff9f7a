package run

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/config"
)

// A versionedOrder is a row of an order with the time at which it was written.
type versionedOrder struct {
	rawOrder
	Status  string `parquet:"status"`
	Updated int64  `parquet:"updated_at,timestamp(microsecond:local)"`
}

// twoForms writes one truth twice: every fifth order is cancelled after 20 days and every
// seventh loses two fifths of its money after 10, as later rows that take it off, and as
// newer versions.
func twoForms(t *testing.T, c config.Config, rows []rawOrder) (returns, versions config.Config) {
	t.Helper()
	last := int64(0)
	for _, row := range rows {
		last = max(last, *row.At)
	}
	taken, versioned := rows[:len(rows):len(rows)], []versionedOrder{}
	for i, row := range rows {
		*row.Amount = math.Round(100**row.Amount) / 100
		versioned = append(versioned, versionedOrder{row, "paid", *row.At})
		back, left, later, status := -*row.Amount, *row.Amount, *row.At+20*86400e6, "cancelled"
		if i%5 != 0 {
			back = -math.Round(40**row.Amount) / 100
			left, later, status = math.Round(100*(*row.Amount+back))/100, *row.At+10*86400e6, "paid"
		}
		if (i%5 == 0 || i%7 == 0) && later <= last {
			taken = append(taken, rawOrder{OrderID: row.OrderID, Customer: row.Customer, At: &later, Amount: &back, Channel: row.Channel})
			edited := row
			edited.Amount = &left
			versioned = append(versioned, versionedOrder{edited, status, later})
		}
	}
	returns, versions = withRows(t, c, taken), c
	versions.Orders.Files, versions.Out = config.Files{writeRows(t, "orders.parquet", versioned)}, filepath.Join(t.TempDir(), "out")
	versions.Orders.Columns.Version, versions.Orders.Keep = "updated_at", "status <> 'cancelled'"
	return returns, versions
}

// Whether a shop takes an order back by a row of its own or by a newer version of the
// order, its purchases, the backtest and the young purchases are the same, of this day
// and of earlier ones. Money alone stands on other days where it is not followed: on
// those of the orders, net, where versions have it.
func TestReturnsAndVersionsAreOneTruth(t *testing.T) {
	t.Parallel()
	c, rows := shopWithout(t, 1500)
	returns, versions := twoForms(t, c, rows)
	days := []string{"2023-12-31", "2023-09-15"}
	if testing.Short() {
		days = days[:1]
	}
	for _, asOf := range days {
		returns.Time.AsOf, versions.Time.AsOf = parseDay(t, asOf), parseDay(t, asOf)
		returned, versioned := runBatch(t, returns), runBatch(t, versions)
		if versioned.Manifest.Young == nil || versioned.Manifest.Young.VoidShare == 0 {
			t.Fatalf("as of %s, young purchases are %+v", asOf, versioned.Manifest.Young)
		}
		if difference := cmp.Diff(returned.Manifest.Young, versioned.Manifest.Young); difference != "" {
			t.Errorf("as of %s, young purchases as returns and as versions:\n%s", asOf, difference)
		}
		if difference := cmp.Diff(returned.Manifest.Backtest, versioned.Manifest.Backtest); difference != "" {
			t.Errorf("as of %s, the backtest as returns and as versions:\n%s", asOf, difference)
		}
		sameFiles(t, returned.Folder, versioned.Folder, "backtest.parquet", "model.json")
		customers := map[string]customerRow{}
		for _, row := range readCustomers(t, returned.Folder) {
			customers[*row.ID] = row
		}
		for _, row := range readCustomers(t, versioned.Folder) {
			want, known := customers[*row.ID]
			if !known || *row.Purchases != *want.Purchases || *row.First != *want.First || *row.Revenue != *want.Revenue || *row.CLV != *want.CLV {
				t.Errorf("as of %s, %s has %d purchases, %g and a clv of %g", asOf, *row.ID, *row.Purchases, *row.Revenue, *row.CLV)
			}
			delete(customers, *row.ID)
		}
		if len(customers) > 0 {
			t.Errorf("as of %s, %d customers are missing of those with versions", asOf, len(customers))
		}
	}
}
