package suspicion

import (
	"slices"
	"testing"
	"time"

	"cbv/valuation/pipeline/pipelinetest"
)

// ofEqual has equal rows, without an order's id and the time of day where it is said.
func ofEqual(hasIdentity bool, equal ...equalRows) pipelinetest.Input {
	return of(func(s *Suspicion, p *profile) {
		p.equal = equal
		if !hasIdentity {
			s.Config.Orders.Columns.OrderID, p.all.TimedRows = "", 0
		}
	})
}

// within are equal rows of one file on a day.
func within(after int, rows, different, paired, repeated int64) equalRows {
	return equalRows{day(after), 0, 0, rows, different, paired, 0, 0, repeated, repeated * 2001}
}

// across are rows of the first file that stand in the second one too.
func across(after int, repeated int64) equalRows {
	return equalRows{day(after), 0, 1, 2 * repeated, repeated, 2 * repeated, repeated, repeated * 2001, 0, 0}
}

// ofSwapped has orders on the first so many days of each of so many months, over both
// files or in the second one alone.
func ofSwapped(daysOfMonth, months int, isSecond bool) pipelinetest.Input {
	return of(func(_ *Suspicion, p *profile) {
		if isSecond {
			p.days = slices.DeleteFunc(p.days, func(d fileDay) bool { return d.FileNumber == 1 })
		} else {
			p.days = nil
		}
		for month := range months {
			for n := range daysOfMonth {
				p.days = append(p.days, fileDay{time.Date(2025, time.Month(1+month), 1+n, 0, 0, 0, 0, time.UTC), 1, 27})
			}
		}
	})
}

func TestWarningsOfRows(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // 10 of 10,000 rows; file b has 182 days of 27 rows
			Code:   "doubled_rows",
			Raises: ofEqual(true, across(3, 49)),
			Says:   "49 rows of b.parquet (1.0 % of its 4,914; 980.49 EUR) are, in all mapped columns, in a.parquet too: leave one of the files out of orders.files",
			Silent: ofEqual(true, across(3, 9)),
		},
		{ // January has 837 rows, and 2 % of them are 16.7
			Code:   "doubled_rows",
			Raises: ofEqual(true, within(3, 25, 4, 0, 21)),
			Says:   "21 rows, 420.21 EUR, repeat another of their file in all mapped columns, in 1 month (first 2025-01), where more than 2.0 % are unusual: leave out what is there twice",
			Silent: ofEqual(true, within(3, 20, 1, 0, 19)), // too few
		},
		{ // a whole day, which nothing else distinguishes
			Code:   "doubled_rows",
			Raises: ofEqual(false, within(3, 26, 13, 26, 13)),
			Says:   "nearly every row of 1 day, the first 2025-01-04, is there twice, in all mapped columns (13 rows, 260.13 EUR too much): leave out what is there twice",
			Silent: ofEqual(false, within(3, 26, 13, 25, 13)),
		},
		{
			Code:   "doubled_rows",
			Raises: ofEqual(false, within(3, 26, 10, 26, 16)),
			Says:   "nearly every row of 1 day, the first 2025-01-04, is there twice, in all mapped columns (16 rows, 320.16 EUR too much): leave out what is there twice",
			Silent: ofEqual(false, within(3, 26, 9, 26, 17)),
		},
		{
			Code:   "doubled_rows",
			Raises: ofEqual(true, across(3, 49), across(4, 1)),
			Says:   "50 rows of b.parquet (1.0 % of its 4,914; 1,000.50 EUR) are, in all mapped columns, in a.parquet too: leave one of the files out of orders.files",
			Silent: of(func(s *Suspicion, p *profile) { // said by copied_file
				s.intake.Inputs.Orders[1].Fingerprint = s.intake.Inputs.Orders[0].Fingerprint
				p.equal = []equalRows{across(3, 13)}
			}),
		},
		{ // .1 % of 10,000 orders
			Code:   "order_in_two_files",
			Raises: of(func(_ *Suspicion, p *profile) { p.pairs = []filePair{{0, 1, 10, 40_020}} }),
			Says:   "10 orders (0.1 % of all) stand in two files with the same money, 200.10 EUR too much, 10 of them in a.parquet and b.parquet: leave one of the files out of orders.files; where they hold versions of one order, map orders.columns.version",
			Silent: of(func(_ *Suspicion, p *profile) { p.pairs = []filePair{{0, 1, 9, 36_018}} }),
		},
		{ // five of a small shop
			Code: "order_in_two_files",
			Raises: of(func(_ *Suspicion, p *profile) {
				p.pairs, p.all.OrderIDRows = []filePair{{0, 1, 5, 20_010}}, 100
			}),
			Says: "5 orders (5.0 % of all) stand in two files with the same money, 100.05 EUR too much, 5 of them in a.parquet and b.parquet: leave one of the files out of orders.files; where they hold versions of one order, map orders.columns.version",
			Silent: of(func(_ *Suspicion, p *profile) {
				p.pairs, p.all.OrderIDRows = []filePair{{0, 1, 4, 16_008}}, 100
			}),
		},
		{ // .1 % of 10,000 orders
			Code:   "order_in_two_files",
			Raises: of(func(_ *Suspicion, p *profile) { p.leftOut = []leftOutPair{{1, 0, 7, 14_007}, {0, 1, 3, 6003}} }),
			Says:   "10 orders (0.1 % of all), 200.10 EUR, count from one file and are left out by orders.keep in another, 7 of them in b.parquet and a.parquet: if they were cancelled since the older file was made, that one still counts; map orders.columns.version, or leave the older file out of orders.files",
			Silent: of(func(_ *Suspicion, p *profile) { p.leftOut = []leftOutPair{{1, 0, 7, 14_007}, {0, 1, 2, 4002}} }),
		},
		{ // five of a small shop
			Code: "order_in_two_files",
			Raises: of(func(_ *Suspicion, p *profile) {
				p.leftOut, p.all.OrderIDRows = []leftOutPair{{1, 0, 5, 10_005}}, 100
			}),
			Says: "5 orders (5.0 % of all), 100.05 EUR, count from one file and are left out by orders.keep in another, 5 of them in b.parquet and a.parquet: if they were cancelled since the older file was made, that one still counts; map orders.columns.version, or leave the older file out of orders.files",
			Silent: of(func(_ *Suspicion, p *profile) {
				p.leftOut, p.all.OrderIDRows = []leftOutPair{{1, 0, 4, 8004}}, 100
			}),
		},
		{ // from 1 January to 12 April
			Code:   "day_and_month_swapped",
			Raises: ofSwapped(8, 4, false),
			Says:   "no order is of a day above the 12th: day and month are probably swapped, and where they could not be the time may be lost (null_time: 0 rows); read the text with try_strptime and the format in which it is written in orders.columns.ordered_at",
			Silent: ofSwapped(7, 5, false), // a shop of the first week
		},
		{
			Code:   "day_and_month_swapped",
			Raises: ofSwapped(12, 4, true),
			Says:   "no order in 1 file, the first b.parquet, is of a day above the 12th: day and month are probably swapped, and where they could not be the time may be lost (null_time: 0 rows); read the text with try_strptime and the format in which it is written in orders.columns.ordered_at",
			Silent: ofSwapped(12, 3, true), // 70 days
		},
		{
			Code:   "day_and_month_swapped",
			Raises: ofSwapped(12, 12, false),
			Says:   "no order is of a day above the 12th: day and month are probably swapped, and where they could not be the time may be lost (null_time: 0 rows); read the text with try_strptime and the format in which it is written in orders.columns.ordered_at",
			Silent: ofSwapped(13, 12, false),
		},
	})
}
