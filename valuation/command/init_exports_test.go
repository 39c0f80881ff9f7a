package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shopifyExport is an export of orders without tax: name, subtotal, what is refunded,
// the day of January 2024, the status, and when the order was cancelled.
func shopifyExport(orders ...[]any) string {
	text := shopifyHeader + "\n"
	for _, order := range orders {
		text += fmt.Sprintf("%s,ada@example.com,%s,EUR,%.2f,0.00,0.00,%.2f,0.00,2024-01-%02d 14:03:11 +0100,1,Mug,1.00,%s,shopify_payments,%.2f,\n",
			order[0], order[4], order[1], order[1], order[3], order[5], order[2])
		// a second article, whose line has no money
		text += fmt.Sprintf("%s,ada@example.com,,,,,,,,2024-01-%02d 14:03:11 +0100,1,Cup,1.00,,,,\n", order[0], order[3])
	}
	return text
}

// Of several full exports of a shop the newest says what became of an order: whether it
// was cancelled since, edited to more, refunded or paid.
func TestTheNewestExportOfAnOrderStands(t *testing.T) {
	december := shopifyExport(
		[]any{"#1", 90.0, 0.0, 5, "paid", ""}, []any{"#2", 80.0, 0.0, 6, "paid", ""}, []any{"#3", 50.0, 0.0, 7, "paid", ""},
		[]any{"#4", 40.0, 0.0, 8, "paid", ""}, []any{"#5", 10.0, 0.0, 9, "pending", ""})
	january := shopifyExport(
		[]any{"#1", 90.0, 0.0, 5, "paid", ""}, []any{"#2", 80.0, 0.0, 6, "paid", "2024-01-20 10:00:00 +0100"}, []any{"#3", 70.0, 0.0, 7, "paid", ""},
		[]any{"#4", 40.0, 10.0, 8, "partially_refunded", ""}, []any{"#5", 10.0, 0.0, 9, "paid", ""}, []any{"#6", 25.0, 0.0, 10, "paid", ""})
	sameDay := strings.Replace(january, "#1,ada@example.com,paid,EUR,90.00", "#1,ada@example.com,voided,EUR,90.00", 1)
	hour := func(hour int) time.Time { return time.Date(2024, 2, 1, hour, 0, 0, 0, time.UTC) }
	for i, c := range []struct {
		name    string
		first   map[string]string // that init reads
		written map[string]time.Time
		then    map[string]string // that --refresh reads
		money   string
		rows    map[string]int64
	}{
		// 90 + 70 + (40 - 10) + 10 + 25; of the newer one the lines of second articles and #2 are left out
		{"init of both, the older one later by name", map[string]string{"z.csv": december, "a.csv": january}, nil, nil,
			"225.00", map[string]int64{"used": 5, "excluded filtered": 7, "excluded superseded": 10}},
		// without #1, which is one of the last export alone
		{"one latest order, the later file", map[string]string{"z.csv": january, "a.csv": sameDay}, map[string]time.Time{"z.csv": hour(1), "a.csv": hour(2)}, nil,
			"135.00", map[string]int64{"used": 4, "excluded filtered": 8, "excluded superseded": 12}},
		{"one latest order and hour, the later name", map[string]string{"a.csv": january, "z.csv": sameDay}, map[string]time.Time{"z.csv": hour(1), "a.csv": hour(1)}, nil,
			"135.00", map[string]int64{"used": 4, "excluded filtered": 8, "excluded superseded": 12}},
		{"the newer one with --refresh", map[string]string{"z.csv": december}, nil, map[string]string{"a.csv": january},
			"225.00", map[string]int64{"used": 5, "excluded filtered": 7, "excluded superseded": 10}},
		{"two new ones with --refresh", map[string]string{"m.csv": december}, nil, map[string]string{"a.csv": january, "z.csv": strings.Replace(december, "#1", "#0", 2)},
			"315.00", map[string]int64{"used": 6, "excluded filtered": 8, "excluded superseded": 18}},
		// the file of the older export is written over: it is the newest then
		{"a changed one with --refresh", map[string]string{"z.csv": december, "a.csv": january}, nil, map[string]string{"z.csv": sameDay},
			"135.00", map[string]int64{"used": 4, "excluded filtered": 8, "excluded superseded": 12}},
	} {
		if skipsCase(i) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			config := filepath.Join(folder, "cbv.yaml")
			write := func(files map[string]string) {
				for name, text := range files {
					path := filepath.Join(folder, name)
					if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
					if at, is := c.written[name]; is {
						if err := os.Chtimes(path, at, at); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			write(c.first)
			inFolder(t, "init", "--config", config)
			if len(c.then) > 0 {
				write(c.then)
				inFolder(t, "init", "--refresh", "--config", config)
			}
			check := checked(t, config)
			money, rows := usedOf(check)
			if diff := cmp.Diff(c.rows, rows); money != c.money || diff != "" {
				t.Errorf("%s is used, want %s; rows (-want +got):\n%s", money, c.money, diff)
			}
			for _, column := range check.Profile.Unmapped {
				if column == "cbv_export" {
					t.Error("cbv_export is not mapped")
				}
			}
		})
	}
}

// A table of no platform, whose rows may be lines, has the number of the export too, and
// nothing is made of it: it is no column that somebody forgot.
func TestExportsOfOtherTablesAddUp(t *testing.T) {
	header := "order_id,customer_id,ordered_at,amount\n"
	check, config := initialised(t, map[string]string{"a.csv": header + "1,7,2024-01-01,5.00\n2,8,2024-01-02,6.00\n", "b.csv": header + "2,8,2024-01-02,3.00\n3,8,2024-01-03,4.00\n"}, "--currency", "EUR")
	if money, _ := usedOf(check); money != "18.00" || strings.Contains(config, "cbv_export") || len(check.Profile.Unmapped) > 0 {
		t.Errorf("%s is used, %v is not mapped:\n%s", money, check.Profile.Unmapped, config)
	}
}
