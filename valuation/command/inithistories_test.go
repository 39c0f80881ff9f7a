package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/engine/duckdb"
)

// Real order histories are mapped right, and by names that say the same otherwise.
func TestInitMapsRealHistories(t *testing.T) {
	for name, want := range map[string]struct {
		money string
		rows  int64
	}{
		"cdnow_master": {"2500315.63", 69_659}, "cdnow_sample": {"244091.94", 6919}, "debruyn": {"3194344.90", 51_243}, "git_ansible": {"54660.00", 54_660},
	} {
		if testing.Short() && name != "cdnow_sample" {
			continue
		}
		path, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", "data", name+".parquet"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err != nil {
			if os.Getenv("CI") == "true" {
				t.Errorf("%s is missing", path)
			}
			t.Skipf("%s is not there", name)
		}
		config := filepath.Join(t.TempDir(), "cbv.yaml")
		inFolder(t, "init", "--config", config, "--currency", "USD", path)
		check := checked(t, config)
		if money, rows := usedOf(check); money != want.money || rows["used"] != want.rows {
			t.Errorf("%s: check finds %s in %v, want %s in %d", name, money, rows, want.money, want.rows)
		}
	}
}

// Three shops whose truth is known, their columns called otherwise: a run of what init
// writes has the revenue of the simulation to the cent.
func TestInitMapsRenamedShops(t *testing.T) {
	for i, shop := range []struct {
		name, columns string
		want          []string // of the configuration
	}{
		{"english", `customer_id as "Client Ref", order_id as "Receipt No", ordered_at as "Sold At", amount as "Net Amount", channel as "utm_source"`,
			[]string{"customer_id: Client Ref", "order_id: Receipt No", "ordered_at: Sold At", "amount: Net Amount", "channel: utm_source"}},
		{"german", `ordered_at as Bestelldatum, amount as Umsatz, customer_id as Kundennr, channel as Kanal, order_id as Belegnummer`,
			[]string{"customer_id: Kundennr", "order_id: Belegnummer", "ordered_at: Bestelldatum", "amount: Umsatz", "channel: Kanal"}},
		{"letters", `amount as v1, order_id as v2, ordered_at as v3, channel as v4, customer_id as v5`,
			[]string{"customer_id: v5", "order_id: v2", "ordered_at: v3", "amount: v1"}},
	} {
		if skipsCase(i) {
			continue
		}
		t.Run(shop.name, func(t *testing.T) {
			folder := t.TempDir()
			inFolder(t, "simulate", "--out", filepath.Join(folder, "demo"), "--customers", "400", "--channels", "search=.6,social=.4")
			ctx := context.Background()
			files, err := filepath.Glob(filepath.Join(folder, "demo", "orders", "*.parquet"))
			if err != nil {
				t.Fatal(err)
			}
			e, err := duckdb.Open(ctx, engine.Options{MemoryLimit: "500MB", TempDir: t.TempDir(), Readable: files, Writable: folder, Macros: "select 1"})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			for i, file := range files {
				_, err := e.File(ctx, "renamed", "select "+shop.columns+" from read_parquet("+engine.Quote(file)+")", engine.File{Path: filepath.Join(folder, fmt.Sprintf("orders-%02d.parquet", i)), Key: []string{"all"}})
				if err != nil {
					t.Fatal(err)
				}
			}
			config := filepath.Join(folder, "cbv.yaml")
			inFolder(t, "init", "--config", config, "--currency", "EUR", folder+"/orders-*.parquet")
			text, err := os.ReadFile(config)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range append(shop.want, "files: orders-*.parquet") {
				if !strings.Contains(string(text), line+"\n") && line != "files: orders-*.parquet" {
					t.Errorf("%q is not in\n%s", line, text)
				}
			}
			want, _ := usedOf(checked(t, filepath.Join(folder, "demo", "cbv.yaml")))
			if got, _ := usedOf(checked(t, config)); got != want {
				t.Errorf("check finds %s, and %s of the shop itself", got, want)
			}
		})
	}
}
