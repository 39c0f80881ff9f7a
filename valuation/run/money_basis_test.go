package run

import (
	"path/filepath"
	"reflect"
	"testing"

	"cbv/valuation/simulation"
)

// Where no margin is configured all money is revenue, and each figure is what it would
// be if all revenue were margin, by a rate as by a column.
func TestRevenueIsAMarginOfAll(t *testing.T) {
	if testing.Short() {
		t.Skip("three runs")
	}
	options := simulation.Default()
	options.Customers, options.Seed = 3_000, 5
	c, _ := simulated(t, options)
	c.Value.MarginRate = nil
	ofRevenue := runBatch(t, c)
	rate := 1.0
	byRate, byColumn := c, c
	byRate.Value.MarginRate, byRate.Out = &rate, filepath.Join(t.TempDir(), "out")
	byColumn.Orders.Columns.Margin, byColumn.Out = c.Orders.Columns.Amount, filepath.Join(t.TempDir(), "out")
	if retained := ofRevenue.Figures.Base["retain_share"].Value; !(*retained > 0.05 && *retained < 0.3) {
		t.Errorf("%.3f of the customers are retained", *retained)
	}
	want := readCustomers(t, ofRevenue.Folder)
	for what, other := range map[string]Result{"a rate of 1": runBatch(t, byRate), "a column of amounts": runBatch(t, byColumn)} {
		got, differing := readCustomers(t, other.Folder), 0
		for i := range want {
			got[i].Margin = want[i].Margin // unknown where none is configured
			if !reflect.DeepEqual(got[i], want[i]) {
				if differing++; differing <= 3 {
					t.Errorf("%s: %+v, of revenue %+v", what, got[i], want[i])
				}
			}
		}
		for metric, figure := range ofRevenue.Figures.Base {
			if figure.Value != nil && !reflect.DeepEqual(other.Figures.Base[metric], figure) {
				t.Errorf("%s: %s is %+v, of revenue %+v", what, metric, other.Figures.Base[metric], figure)
			}
		}
	}
}
