package run

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cbv/valuation/parquetfile"
)

// rawSpend is a row of a spend file.
type rawSpend struct {
	Date     *int32   `parquet:"date,date"`
	Channel  *string  `parquet:"channel"`
	Amount   *float64 `parquet:"amount"`
	Currency *string  `parquet:"currency"`
}

// spent is a row of spend in EUR, its day as text; "" for a missing day or
// channel.
func spent(day, channel string, amount float64) rawSpend {
	currency := "EUR"
	row := rawSpend{Amount: &amount, Currency: &currency}
	if channel != "" {
		row.Channel = &channel
	}
	if day != "" {
		number := int32(dayNumber(day))
		row.Date = &number
	}
	return row
}

// rawAnswer is a row of a survey file.
type rawAnswer struct {
	Customer *string  `parquet:"customer_id"`
	At       *int64   `parquet:"answered_at,timestamp(microsecond:local)"`
	Score    *float64 `parquet:"score"`
}

func answered(customer, day string, score float64) rawAnswer {
	row := rawAnswer{Score: &score}
	if customer != "" {
		row.Customer = &customer
	}
	if day != "" {
		at := int64(dayNumber(day)) * 86400e6
		row.At = &at
	}
	return row
}

func readSpend(t *testing.T, path string) []rawSpend {
	t.Helper()
	rows, err := parquetfile.Read[rawSpend](path)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func writeSpend(t *testing.T, rows []rawSpend) string { return writeRows(t, "spend.parquet", rows) }

func writeAnswers(t *testing.T, rows []rawAnswer) string {
	return writeRows(t, "answers.parquet", rows)
}

func writeRows[Row any](t *testing.T, name string, rows []Row) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	writer := parquetfile.NewWriter[Row](file, nil)
	if err := writer.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// oddSpend takes every branch of the classification, and of the reasons why
// there is no cost.
var oddSpend = oddSpendRows()

func oddSpendRows() []rawSpend {
	rows := []rawSpend{
		spent("2021-11-05", "search", 100), // before any customer
		spent("2022-05-05", "social", -40), // a credit beyond the spend
		spent("2023-06-01", "billboard", 500),
		spent("2023-06-02", "", 77.77),
		spent("2023-12-25", "search", 10), // after as_of
		spent("", "search", 10),
		spent("1850-01-01", "search", 10),
		spent("2023-01-01", "search", math.NaN()),
		spent("2023-01-01", "search", math.Inf(1)),
		spent("2023-01-01", "search", 1e13),
		{Date: spent("2023-01-01", "", 0).Date},
	}
	for month := range 24 {
		day := time.Date(2022, time.January+time.Month(month), 9, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		rows = append(rows, spent(day, "search", 311.11), spent(day, "email", 1900))
		if month != 4 {
			rows = append(rows, spent(day, "social", 205.5))
		}
	}
	return rows
}

// oddAnswers takes every branch of the survey rows.
func oddAnswers(t *testing.T) []rawAnswer {
	t.Helper()
	rows := []rawAnswer{
		answered("", "2023-01-01", 5), answered("x", "", 5), answered("x", "1850-01-01", 5), answered("x", "2023-12-31", 5),
		answered("x", "2023-01-01", 11), answered("x", "2023-01-01", 7.5), answered("x", "2023-01-01", math.NaN()),
		answered("nobody", "2023-01-01", 10), {Customer: answered("x", "", 0).Customer, At: answered("", "2023-01-01", 0).At},
	}
	for i := range 300 {
		id := fmt.Sprintf("C%08d", 1+i*7)
		rows = append(rows, answered(id, "2023-05-05", float64(i%11)), answered(id, "2023-05-05", float64(i%7)))
		if i%2 == 0 {
			rows = append(rows, answered(id, "2023-06-05", 10))
		}
	}
	return rows
}
