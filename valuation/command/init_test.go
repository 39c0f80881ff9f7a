package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/engine/duckdb"
	"cbv/valuation/pipeline"
	"cbv/valuation/report"
)

// inFolder carries out a command line in the folder of the test and returns its stdout.
func inFolder(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := repository(t)
	code := Main(context.Background(), append([]string{"cbv"}, args...), Env{
		Stdout: &stdout, Stderr: &stderr, Environ: []string{oneThread + "=1"},
		SQL: os.DirFS(filepath.Join(root, "sql")), Pages: os.DirFS(root), Open: duckdb.Open, Clock: time.Now,
		Program: func() (pipeline.Program, error) { return pipeline.Program{Version: Version}, nil },
	})
	if code != 0 {
		t.Fatalf("cbv %s ends with %d: %s%s", strings.Join(args, " "), code, &stdout, &stderr)
	}
	return stdout.String()
}

// initialised lets init write a configuration for files, in a folder of their own, and
// returns what check makes of the orders by it, and the configuration.
func initialised(t *testing.T, files map[string]string, args ...string) (report.Check, string) {
	t.Helper()
	folder := t.TempDir()
	var names []string
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, path)
	}
	config := filepath.Join(folder, "cbv.yaml")
	inFolder(t, append(append([]string{"init", "--config", config}, args...), names...)...)
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	return checked(t, config), string(text)
}

func checked(t *testing.T, config string) report.Check {
	t.Helper()
	var check report.Check
	if err := json.Unmarshal([]byte(inFolder(t, "check", "--config", config, "--json")), &check); err != nil {
		t.Fatal(err)
	}
	return check
}

// skipsCase reports whether a short run leaves a file to convert out: it takes every third.
func skipsCase(i int) bool { return testing.Short() && i%3 > 0 }

// usedOf returns the rows and the money that count, and the rows of each other state.
func usedOf(check report.Check) (money string, rows map[string]int64) {
	rows = map[string]int64{}
	for _, count := range check.Rows {
		if count.State == "used" {
			money = count.Money
		}
		rows[strings.TrimPrefix(count.State+" "+count.Reason, "used ")] = count.Rows
	}
	return money, rows
}

// The exports of the platforms, a few orders of each, whose revenue was worked out by
// hand: goods after discounts, without tax and shipping, less refunds.
func TestInitKnowsTheExportsOfPlatforms(t *testing.T) {
	for i, export := range []struct {
		name, file, text string
		args             []string
		shape, currency  string
		money            string
		rows             map[string]int64
	}{
		{
			// 90 + (80 - 59.50 of 95.20 with tax, which are 50 of goods) + (50, all of which
			// came back); then a cancelled, an unpaid and a test order, and one of nobody
			name: "shopify", file: "orders_export.csv", shape: "Shopify orders", currency: "EUR", money: "120.00",
			rows: map[string]int64{"used": 3, "excluded filtered": 4, "quarantined null_customer": 1},
			text: shopifyHeader + `
#1,Ada@Example.com,paid,EUR,90.00,5.00,18.05,113.05,10.00,2024-01-05 14:03:11 +0100,2,"Mug, blue",40.00,,shopify_payments,0.00,"two
lines, and a ""quote"""
#1,Ada@Example.com,,,,,,,,2024-01-05 14:03:11 +0100,1,Plate,20.00,,,,
#2,bob@example.com,partially_refunded,EUR,80.00,0.00,15.20,95.20,0.00,2024-07-02 23:30:00 +0200,1,Pan,80.00,,shopify_payments,59.50,
#3, ada@example.com,refunded,EUR,50.00,5.00,10.45,65.45,0.00,2024-03-02 09:00:00 +0100,1,Pot,50.00,,shopify_payments,65.45,
#4,cy@example.com,paid,EUR,10.00,5.00,2.85,17.85,0.00,2024-03-03 09:00:00 +0100,1,Cup,10.00,2024-03-04 09:00:00 +0100,shopify_payments,0.00,
#5,cy@example.com,pending,EUR,10.00,5.00,2.85,17.85,0.00,2024-03-03 09:00:00 +0100,1,Cup,10.00,,Bank Deposit,0.00,
#6,test@example.com,paid,EUR,11.00,5.00,2.85,18.85,0.00,2024-03-03 09:00:00 +0100,1,Cup,10.00,,bogus,0.00,
#7,,paid,EUR,30.00,5.00,6.65,41.65,0.00,2024-03-06 09:00:00 +0100,3,Cup,10.00,,shopify_payments,0.00,
`,
		},
		{
			// prices with the tax of 19 % in them: 119 - 19, and (59.50 - 9.50) of which 29.75 of
			// 59.50 came back
			name: "shopify with tax included", file: "orders.csv", shape: "Shopify orders", currency: "EUR", money: "125.00",
			rows: map[string]int64{"used": 2},
			text: shopifyHeader + `
#1,ada@example.com,paid,EUR,119.00,4.90,19.00,123.90,0.00,2024-01-05 14:03:11 +0100,1,Mug,119.00,,shopify_payments,0.00,
#2,bob@example.com,partially_refunded,EUR,59.50,0.00,9.50,59.50,0.00,2024-01-06 14:03:11 +0100,1,Mug,59.50,,shopify_payments,29.75,
`,
		},
		{
			// (50 - 5) + (30 - 0) - half of it; a refunded order without a word of how much stays
			// out by its refunded money; then cancelled, on hold, and a line of an order again
			name: "woocommerce", file: "orders.csv", shape: "WooCommerce orders", currency: "GBP", money: "60.00",
			rows: map[string]int64{"used": 3, "excluded filtered": 2},
			text: `order_id,order_number,order_date,status,shipping_total,shipping_tax_total,fee_total,tax_total,discount_total,order_total,order_subtotal,order_currency,customer_id,billing_email,refunded_total
11,11,2024-01-05 10:00:00,completed,4.00,0.80,0.00,9.80,5.00,58.80,50.00,GBP,0,Ada@example.com,0.00
12,12,2024-01-06 10:00:00,processing,0.00,0.00,0.00,6.00,0.00,36.00,30.00,GBP,7,bob@example.com,18.00
13,13,2024-01-07 10:00:00,refunded,4.00,0.80,0.00,8.80,0.00,52.80,40.00,GBP,7,bob@example.com,52.80
14,14,2024-01-08 10:00:00,cancelled,4.00,0.80,0.00,8.80,0.00,52.80,40.00,GBP,7,bob@example.com,0.00
15,15,2024-01-08 10:00:00,on-hold,4.00,0.80,0.00,8.80,0.00,52.80,40.00,GBP,8,cy@example.com,0.00
`,
		},
		{
			name: "woocommerce statistics", file: "wc_order_stats.csv", shape: "WooCommerce order statistics", currency: "EUR", args: []string{"--currency", "EUR"}, money: "45.00",
			rows: map[string]int64{"used": 3, "excluded filtered": 1},
			text: `order_id,parent_id,date_created,date_created_gmt,num_items_sold,total_sales,tax_total,shipping_total,net_total,returning_customer,status,customer_id
21,0,2024-01-05 10:00:00,2024-01-05 09:00:00,2,53.55,8.55,5.00,40.00,0,wc-completed,1
22,21,2024-01-08 10:00:00,2024-01-08 09:00:00,-1,-17.85,-2.85,0.00,-15.00,,wc-completed,1
23,0,2024-01-06 10:00:00,2024-01-06 09:00:00,1,23.80,3.80,0.00,20.00,0,wc-processing,2
24,0,2024-01-06 10:00:00,2024-01-06 09:00:00,1,23.80,3.80,0.00,20.00,0,wc-failed,2
`,
		},
		{
			// cents: 20.00 - 5.00 + 9.99; failed, uncaptured and test payments do not count
			name: "stripe", file: "charges.csv", shape: "Stripe payments", currency: "USD", money: "24.99",
			rows: map[string]int64{"used": 2, "excluded filtered": 3},
			text: `id,object,amount,amount_captured,amount_refunded,captured,created,currency,customer,livemode,paid,receipt_email,refunded,status
ch_1,charge,2000,2000,500,true,1704463391,usd,cus_A,true,true,ada@example.com,false,succeeded
ch_2,charge,999,999,0,true,1706463391,usd,,true,true,Bob@example.com,false,succeeded
ch_3,charge,5000,0,0,true,1706463392,usd,cus_A,true,false,ada@example.com,false,failed
ch_4,charge,5000,0,0,false,1706463393,usd,cus_A,true,true,ada@example.com,false,succeeded
ch_5,charge,5000,5000,0,true,1706463394,usd,cus_A,false,true,ada@example.com,false,succeeded
`,
		},
		{
			// the dashboard writes units: 3125.00 - 125.00 + 10.50
			name: "stripe dashboard", file: "unified_payments.csv", shape: "Stripe payments", currency: "EUR", money: "3010.50",
			rows: map[string]int64{"used": 2, "excluded filtered": 1},
			text: `id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Fee,Status,Description,Customer ID,Customer Email,Mode
py_1,2024-06-05 20:38:34,3125.00,125.00,eur,true,90.93,Paid,,cus_1,a@example.com,Live
py_2,2024-06-06 20:38:34,10.50,0.00,eur,true,0.50,Paid,,,b@example.com,Live
py_3,2024-06-06 20:38:34,7.00,0.00,eur,true,0.50,Failed,,,b@example.com,Live
`,
		},
		{
			// yen have no cents: 2,000 - 500
			name: "stripe yen", file: "charges.csv", shape: "Stripe payments", currency: "JPY", money: "1500",
			rows: map[string]int64{"used": 1},
			text: `id,amount,amount_refunded,created,currency,customer,status
ch_1,2000,500,1704463391,jpy,cus_A,succeeded
`,
		},
		{
			// 100 - 10 - (45 - 5) = 50; closed ones net to nothing; a pending one is unpaid
			name: "magento", file: "sales_order.csv", shape: "Magento orders (sales_order)", currency: "USD", money: "50.00",
			rows: map[string]int64{"used": 2, "excluded filtered": 1},
			text: `entity_id,increment_id,state,status,customer_id,customer_email,base_subtotal,base_discount_amount,base_shipping_amount,base_tax_amount,base_grand_total,base_subtotal_refunded,base_discount_refunded,base_total_refunded,base_currency_code,created_at
1,000000001,complete,complete,,Ada@example.com,100.0000,-10.0000,5.0000,7.6000,102.6000,45.0000,-5.0000,43.4000,USD,2024-01-05 10:00:00
2,000000002,closed,closed,4,bob@example.com,30.0000,0.0000,5.0000,2.4000,37.4000,30.0000,0.0000,37.4000,USD,2024-01-06 10:00:00
3,000000003,new,pending,4,bob@example.com,30.0000,0.0000,5.0000,2.4000,37.4000,,,,USD,2024-01-06 10:00:00
`,
		},
		{
			// 100 with tax on top, 90 after a discount of 10, 50 of which 25 came back
			name: "magento grid", file: "export.csv", shape: "Magento orders (grid of the admin)", currency: "USD", args: []string{"--currency", "USD"}, money: "215.00",
			rows: map[string]int64{"used": 3, "excluded filtered": 1},
			text: `ID,"Purchase Point","Purchase Date","Bill-to Name","Grand Total (Base)","Grand Total (Purchased)",Status,"Customer Email",Subtotal,"Shipping and Handling","Customer Name","Total Refunded"
000000001,"Main","Jan 5, 2024 3:04:05 PM","Ada L","$1,113.00","$1,113.00",Complete,ada@example.com,$100.00,$5.00,"Ada L",$0.00
000000002,"Main","Jan 16, 2024 9:04:05 AM","Bob B",$95.00,$95.00,Complete,bob@example.com,$100.00,$5.00,"Bob B",
000000003,"Main","Jan 17, 2024 9:04:05 AM","Bob B",$50.00,$50.00,Complete,bob@example.com,$50.00,$0.00,"Bob B",$25.00
000000004,"Main","Jan 17, 2024 9:04:05 AM","Bob B",$50.00,$50.00,Canceled,bob@example.com,$50.00,$0.00,"Bob B",
`,
		},
		{
			// 27 + 1,012 - 12 for people who are known
			name: "square", file: "transactions.csv", shape: "Square transactions", currency: "USD", args: []string{"--currency", "USD"}, money: "1027.00",
			rows: map[string]int64{"used": 3, "quarantined null_customer": 1, "excluded filtered": 1},
			text: `Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,Partial Refunds,Total Collected,Transaction ID,Payment ID,Event Type,Customer ID,Customer Name,Transaction Status
2024-01-13,10:02:11,Eastern Time (US & Canada),$30.00,-$3.00,$0.00,$27.00,$0.00,$2.16,$2.00,$0.00,$31.16,T1,P1,Payment,C1,Dee,Complete
2024-01-14,11:40:00,Eastern Time (US & Canada),"$1,012.00",$0.00,$0.00,"$1,012.00",$0.00,$0.96,$0.00,$0.00,"$1,012.96",T2,P2,Payment,C2,Eli,Complete
2024-01-20,09:00:00,Eastern Time (US & Canada),($12.00),$0.00,$0.00,($12.00),$0.00,($0.96),$0.00,$0.00,($12.96),T3,P3,Refund,C2,Eli,Complete
2024-01-21,09:00:00,Eastern Time (US & Canada),$5.00,$0.00,$0.00,$5.00,$0.00,$0.00,$0.00,$0.00,$5.00,T4,P4,Payment,,,Complete
2024-01-21,09:00:00,Eastern Time (US & Canada),$5.00,$0.00,$0.00,$5.00,$0.00,$0.00,$0.00,$0.00,$5.00,T5,P5,Payment,C1,Dee,Failed
`,
		},
	} {
		if skipsCase(i) {
			continue
		}
		t.Run(export.name, func(t *testing.T) {
			check, config := initialised(t, map[string]string{export.file: export.text}, export.args...)
			money, rows := usedOf(check)
			if money != export.money || check.Currency != export.currency || fmt.Sprint(rows) != fmt.Sprint(export.rows) {
				t.Errorf("check finds %s %s in %v, want %s %s in %v:\n%s", money, check.Currency, rows, export.money, export.currency, export.rows, config)
			}
			if !strings.Contains(strings.ReplaceAll(config, "\n# ", " "), export.shape) {
				t.Errorf("the configuration does not say that it is %s:\n%s", export.shape, config)
			}
		})
	}
}

const shopifyHeader = "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Cancelled at,Payment Method,Refunded Amount,Notes"

// plainRows are 40 orders of 8 customers: their ids, days and amounts.
func plainRows(write func(order, customer, day int, amount float64)) {
	for i := range 40 {
		write(i, i*i%8, i*9, float64(1000+i*37)/100)
	}
}

// 40 x 10.00 + (0 + 1 + ... + 39) x 0.37 = 400 + 288.60
const plainMoney = "688.60"

func TestInitReadsHoweverATableIsWritten(t *testing.T) {
	start := time.Date(2023, 1, 2, 0, 0, 0, 0, time.UTC)
	day := func(days int, layout string) string { return start.AddDate(0, 0, days).Format(layout) }
	table := func(header, row string, cells func(order, customer, day int, amount float64) []any) string {
		var b strings.Builder
		b.WriteString(header)
		plainRows(func(order, customer, day int, amount float64) {
			fmt.Fprintf(&b, row, cells(order, customer, day, amount)...)
		})
		return b.String()
	}
	comma := func(amount float64) string { return strings.ReplaceAll(fmt.Sprintf("%.2f", amount), ".", ",") }
	latin := func(text string) string {
		return strings.NewReplacer("ü", "\xfc", "ä", "\xe4", "€", "\x80").Replace(text)
	}
	german := table("Bestellnummer;Käufer;Bestelldatum;Betrag\r\n", "%d;Müller-%d;%s;%s €\r\n", func(order, customer, d int, amount float64) []any {
		return []any{order, customer, day(d, "02.01.2006"), comma(amount)}
	})
	texts := map[string]string{
		"semicolons, decimal commas, points in days": german,
		"windows-1252":           latin(german),
		"byte order mark":        "\ufeff" + german,
		"line ends of two kinds": strings.Replace(german, "\r\n", "\n", 3),
		"utf-16":                 utf16Text(german),
		"sep= of spreadsheets":   "sep=;\r\n" + german,
		"tabs, month first": table("order id\tclient\twhen placed\tgrand total\n", "A%d\tc%d\t%s\t%.2f\n", func(order, customer, d int, amount float64) []any {
			return []any{order, customer, day(d, "01/02/2006 3:04 PM"), amount}
		}),
		"line breaks in quotes": table("order_id,note,customer_id,created_at,total\n", "%d,\"a\nb, \"\"c\"\"\",%d,%s,%.2f\n", func(order, customer, d int, amount float64) []any {
			return []any{order, customer, day(d, "2006-01-02T15:04:05Z"), amount}
		}),
		"names that say nothing": table("a,b,c,d\n", "%d,u%d,%s,%.2f\n", func(order, customer, d int, amount float64) []any {
			return []any{70000 + order, customer, day(d, "2006-01-02"), amount}
		}),
		"total with tax and shipping": table("order_id,user_id,order_date,subtotal,shipping,tax,total\n", "%d,%d,%s,%.2f,4.00,%.2f,%.2f\n", func(order, customer, d int, amount float64) []any {
			return []any{order, customer, day(d, "2006-01-02"), amount, amount / 5, amount + 4 + amount/5}
		}),
		"seconds since 1970": table("order_id,user_id,created,amount\n", "%d,%d,%d,%.2f\n", func(order, customer, d int, amount float64) []any {
			return []any{order, customer, start.AddDate(0, 0, d).Unix(), amount}
		}),
		"cents": table("order_id,user_id,created_at,amount_cents\n", "%d,%d,%s,%.0f\n", func(order, customer, d int, amount float64) []any {
			return []any{order, customer, day(d, "2006-01-02"), amount * 100}
		}),
		"quantity and price": table("invoice,customer,invoice date,qty,unit price\n", "%d,%d,%s,2,%.3f\n", func(order, customer, d int, amount float64) []any {
			return []any{order, customer, day(d, "2006-01-02"), amount / 2}
		}),
		"cancelled and test orders": table("order_id,user_id,created_at,status,is_test,amount\n", "%d,%d,%s,paid,false,%.2f\n", func(order, customer, d int, amount float64) []any {
			return []any{order, customer, day(d, "2006-01-02"), amount}
		}) + "900,1,2023-02-01,Cancelled,false,5.00\n901,1,2023-02-01,paid,true,5.00\n",
		"a letter cancels an order": table("InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n", "%d,x,1,%s,%.2f,%d\n", func(order, customer, d int, amount float64) []any {
			return []any{500 + order, day(d, "1/2/2006 15:04"), amount, 17000 + customer}
		}) + "900,x,3,2/1/2023 10:00,5.00,17001\nC900,x,-3,2/2/2023 10:00,5.00,17001\n",
		"names that a query of ours has": table("client,txn_id,when,kind,value_rows,value\n", "c%d,%d,%s,sale,%d,%.2f\n", func(order, customer, d int, amount float64) []any {
			return []any{customer, order, day(d, "2006-01-02"), order % 3, amount}
		}) + "c1,900,2023-02-01,refund,0,5.00\nc1,901,2023-02-01,sale,0,5.00\n",
		"totals on each row, and an order_id without a value": table("order_id,order_rows,least,most,invoice_no,client,when,total\n", ",1,2,3,%[1]d,%[2]d,%[3]s,%.2[4]f\n,1,2,3,%[1]d,%[2]d,%[3]s,%.2[4]f\n", func(order, customer, d int, amount float64) []any {
			return []any{order, customer, day(d, "2006-01-02"), amount}
		}),
		"returns with a type": table("id,user_id,created_at,type,amount\n", "%d,%d,%s,sale,%.2f\n", func(order, customer, d int, amount float64) []any {
			return []any{order, customer, day(d, "2006-01-02"), amount}
		}) + "900,1,2023-02-01,refund,5.00\n901,1,2023-02-01,sale,5.00\n",
	}
	for i, name := range slices.Sorted(maps.Keys(texts)) {
		if skipsCase(i) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			check, config := initialised(t, map[string]string{"table.csv": texts[name]}, "--currency", "EUR")
			if money, rows := usedOf(check); money != plainMoney || rows["used"] < 40 || check.AsOf != day(39*9, time.DateOnly) {
				t.Errorf("check finds %s in %v as of %s, want %s of 40 rows as of %s:\n%s", money, rows, check.AsOf, plainMoney, day(39*9, time.DateOnly), config)
			}
		})
	}
}

// utf16Text is a text in UTF-16, little end first, with its mark.
func utf16Text(text string) string {
	var b strings.Builder
	for _, r := range "\ufeff" + text {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

// Converted files name people: nobody else may read them.
func TestConvertedFilesArePrivate(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "o.csv"), []byte("order_id,email,date,total\n1,a@b.c,2024-01-01,5.00\n2,d@e.f,2024-01-02,6.00\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	inFolder(t, "init", "--config", filepath.Join(folder, "cbv.yaml"), filepath.Join(folder, "o.csv"))
	for path, want := range map[string]os.FileMode{"cbv-orders": 0o700, "cbv-orders/o.parquet": 0o600} {
		info, err := os.Stat(filepath.Join(folder, path))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s is %v, want %v", path, info.Mode().Perm(), want)
		}
	}
	left, err := filepath.Glob(filepath.Join(folder, ".cbv-init-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v was left behind, %v", left, err)
	}
}
