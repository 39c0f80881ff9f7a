package suspicion

import (
	"testing"

	"cbv/valuation/pipeline/pipelinetest"
)

// ofChannels has two channels, of which the second has so many rows, whole or not, at so
// many times the usual amount.
func ofChannels(rows int64, times float64, isWhole bool) pipelinetest.Input {
	return of(func(_ *Suspicion, p *profile) {
		second := fileChannel{FileNumber: 1, Channel: "jp", OrderRows: rows, PositiveRows: rows, LogMillionths: logs(rows, 2001*times)}
		if isWhole {
			second.WholeRows = rows
		}
		p.channels = []fileChannel{{Channel: "web", OrderRows: 4950, PositiveRows: 4950, LogMillionths: logs(4950, 2001)}, second}
	})
}

// ofCurrencies has a column of currencies.
func ofCurrencies(currencies ...string) pipelinetest.Input { return ofCodes("Currency", currencies...) }

// ofCodes has a column of a name.
func ofCodes(name string, currencies ...string) pipelinetest.Input {
	return of(func(s *Suspicion, p *profile) {
		s.roles = map[string]string{"currency": name}
		for i, currency := range currencies {
			p.unmapped = append(p.unmapped, unmappedValue{Currency: currency, OrderRows: int64(10 * (i + 1))})
		}
	})
}

func TestWarningsOfCurrencies(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "several_currencies",
			Raises: ofCurrencies("EUR", "SEK", ""),
			Says:   "column Currency names 2 currencies (20 rows SEK, 10 rows EUR), and all amounts are counted as EUR: map orders.columns.currency to it and give rates, or leave the others out with orders.keep",
			Silent: ofCurrencies("EUR", ""),
		},
		{
			Code:   "several_currencies",
			Raises: ofCurrencies("USD"),
			Says:   "column Currency says USD on 10 rows, and all amounts are counted as EUR: set value.currency to it",
			Silent: ofCurrencies(""),
		},
		{
			Code:   "several_currencies",
			Raises: ofCurrencies("EUR", "JOE@X.ORG", "ANN@X.ORG"),
			Says:   "column Currency names 2 currencies (50 rows something that is no code of three letters, 10 rows EUR), and all amounts are counted as EUR: map orders.columns.currency to it and give rates, or leave the others out with orders.keep",
			Silent: ofCurrencies("EUR"),
		},
		{ // a name that may mean something else
			Code:   "several_currencies",
			Raises: ofCodes("ccy", "EUR", "SEK", "SKU"),
			Says:   "column ccy names 3 currencies (30 rows SKU, 20 rows SEK, 10 rows EUR), and all amounts are counted as EUR: map orders.columns.currency to it and give rates, or leave the others out with orders.keep",
			Silent: ofCodes("cur", "EUR", "SKU", "ABC"),
		},
		{
			Code:   "several_currencies",
			Raises: ofCodes(`"Währung"`, "USD"),
			Says:   `column "Währung" says USD on 10 rows, and all amounts are counted as EUR: set value.currency to it`,
			Silent: ofCodes("cur", "USD"),
		},
		{
			Code:   "several_currencies",
			Raises: ofChannels(50, 81, false),
			Says:   `the amounts of channel "jp" (50 rows) are usually 81 times those of the others: they may be in another currency or in minor units; convert them in orders.columns.amount, or leave them out with orders.keep`,
			Silent: ofChannels(50, 79, false),
		},
		{
			Code:   "several_currencies",
			Raises: ofChannels(50, 21, true),
			Says:   `the amounts of channel "jp" (50 rows) are usually 21 times those of the others: they may be in another currency or in minor units; convert them in orders.columns.amount, or leave them out with orders.keep`,
			Silent: ofChannels(50, 40, false), // wholesale
		},
		{
			Code:   "several_currencies",
			Raises: ofChannels(4949, 0.01, false),
			Says:   `the amounts of channel "jp" (4,949 rows) are usually 0.01 times those of the others: they may be in another currency or in minor units; convert them in orders.columns.amount, or leave them out with orders.keep`,
			Silent: ofChannels(49, 0.01, false),
		},
	})
}
