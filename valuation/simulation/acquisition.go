package simulation

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"

	"cbv/valuation/parquetfile"
)

// spendFile is the file of what the customers cost.
const spendFile = "spend.parquet"

// Arrival is the day and the channel of a customer's acquisition.
type Arrival struct {
	Day     int64 // since the epoch
	Channel uint8 // its place in Options.Channels
}

// spendRow is a row of the spend file.
type spendRow struct {
	Date    int32   `parquet:"date,date"`
	Channel string  `parquet:"channel,dict"`
	Amount  float64 `parquet:"amount"`
}

// cost returns what a customer of the channel cost, in cents.
func (c Channel) cost() int64 { return int64(math.Round(c.CAC * 100)) }

// writeSpend writes what the customers cost: a row per day and channel on which
// someone was acquired, so that in every period the cost per new customer of a channel is
// what its option says. Without any cost there is no file.
func writeSpend(path string, truth Truth, opts Options) (err error) {
	if !opts.HasSpend() {
		return nil
	}
	var rows []spendRow
	days := slices.SortedFunc(maps.Keys(truth.Arrivals), func(x, y Arrival) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Channel, y.Channel))
	})
	for _, arrival := range days {
		channel := opts.Channels[arrival.Channel]
		if channel.CAC > 0 {
			cents := channel.cost() * truth.Arrivals[arrival]
			rows = append(rows, spendRow{Date: int32(arrival.Day), Channel: channel.Name, Amount: float64(cents) / 100})
		}
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	writer := parquetfile.NewWriter[spendRow](file, nil)
	if err := writer.Write(rows); err != nil {
		return err
	}
	return writer.Close()
}

// acquisition returns what truth.json says of each channel. The margin that a
// new customer brings follows from the parameters with these factors.
func (t Truth) acquisition(opts Options) map[string]any {
	channels := map[string]any{}
	for _, channel := range opts.Channels {
		cents := channel.cost()
		channels[channel.Name] = map[string]any{
			"cac_cents":          strconv.FormatInt(cents, 10),
			"new_customers":      t.Channels[channel.Name],
			"spend_cents":        strconv.FormatInt(cents*t.Channels[channel.Name], 10),
			"rate_factor":        factor(channel.Rate),
			"order_value_factor": factor(channel.OrderValue),
		}
	}
	return channels
}

// spendSection is the part of the configuration that reads the spend file.
func spendSection(opts Options) string {
	if !opts.HasSpend() {
		return ""
	}
	return "spend:\n  files: " + spendFile + "\n"
}
