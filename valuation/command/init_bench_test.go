package command

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cbv/valuation/engine/duckdb"
	"cbv/valuation/pipeline"
)

// shopifyColumns are the columns of Shopify's order export, as of 2024.
const shopifyColumns = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References"

// writeShopify writes an export of so many orders, each of one to three lines.
func writeShopify(b *testing.B, path string, orders int) {
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, shopifyColumns)
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2022, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600))
	for i := range orders {
		at := start.Add(time.Duration(i) * 24 * 3 * 365 * time.Hour / time.Duration(orders)).Format("2006-01-02 15:04:05 -0700")
		customer := int(random.ExpFloat64() * float64(orders) / 8)
		subtotal := 500 + random.IntN(20_000)
		tax, lines := subtotal/5, 1+random.IntN(3)
		mail := fmt.Sprintf("customer%d@example.com", customer)
		place := fmt.Sprintf("Name %d,12 Long Street,12 Long Street,,,Some Town,%05d,BE,DE,+49 30 %d", customer, customer%99999, customer)
		fmt.Fprintf(out, "#%d,%s,paid,%s,fulfilled,%s,no,EUR,%d.%02d,4.90,%d.%02d,%d.%02d,,0.00,Standard,%s,1,A mug,%d.%02d,,SKU-%d,true,true,fulfilled,%s,%s,,,,shopify_payments,c%d.1,0.00,A vendor,0.00,,,,%d,,Low,web,0.00,VAT 20%%,%d.%02d,,,,,,,,,,,,Berlin,Berlin,p%d,,,c%d.1\n",
			i, mail, at, at, subtotal/100, subtotal%100, tax/100, tax%100, (subtotal+tax+490)/100, (subtotal+tax+490)%100, at, subtotal/100, subtotal%100, i%400, place, place, i, 5_000_000_000+i, tax/100, tax%100, i, i)
		for range lines - 1 {
			fmt.Fprintf(out, "#%d,%s,,,,,,,,,,,,,,%s,1,\"A plate, blue\",0.00,,SKU-%d,true,true,fulfilled,,,,,,,,,,,,,,,,,,,,,,,,,,,A vendor,,,,,,,,,0.00,,,,,,,,,,,,,,,,,,,\n", i, mail, at, i%400)
		}
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
}

// From a CSV file of 100,000 orders to the first valued base: both commands together
// have to end within a minute.
func BenchmarkShopifyExport(b *testing.B) {
	const orders, most = 100_000, time.Minute
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		folder := b.TempDir()
		csv, config := filepath.Join(folder, "orders_export.csv"), filepath.Join(folder, "cbv.yaml")
		writeShopify(b, csv, orders)
		started := time.Now()
		for _, args := range [][]string{{"cbv", "init", "--config", config, csv}, {"cbv", "run", "--config", config, "--out", filepath.Join(folder, "out")}} {
			var stdout, stderr bytes.Buffer
			code := Main(context.Background(), args, Env{
				Stdout: &stdout, Stderr: &stderr, SQL: os.DirFS(filepath.Join(root, "sql")), Pages: os.DirFS(root), Open: duckdb.Open, Clock: time.Now,
				Program: func() (pipeline.Program, error) { return pipeline.Program{Version: Version}, nil },
			})
			if code != 0 {
				b.Fatalf("%v ends with %d: %s", args, code, &stderr)
			}
			b.ReportMetric(time.Since(started).Seconds(), args[1]+"-s")
		}
		if took := time.Since(started); took > most {
			b.Errorf("both commands took %s, more than %s", took, most)
		}
	}
}
