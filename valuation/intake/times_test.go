package intake

import (
	"testing"
	"time"

	"cbv/valuation/orderdays"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
)

// on is a day with so many rows that can be used.
func on(year int, month time.Month, day int, rows int64) orderdays.Day {
	return onDay(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), rows)
}

// ofZones has so many of 60 times whose zone is dropped, and what reads them.
func ofZones(dropped int64, way string) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		c.Config.Time.Zone = "Pacific/Auckland"
		New(c, Inputs{}).warnOfZones(dropped, 60, way)
		return nil
	}
}

// ofVersions has versions that are mapped as numbers, and what reads them as times.
func ofVersions(way string) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		New(c, Inputs{}).warnOfVersions(way)
		return nil
	}
}

func TestWarningsOfDays(t *testing.T) {
	// 5,000 rows in all, of days from January 2025 on
	since := func(blank ...orderdays.Day) pipelinetest.Input {
		rows := int64(5000)
		for _, day := range blank {
			rows -= day.OrderRows
		}
		return ofDays(nil, append(blank, onDay(january(1), rows-1), onDay(january(2), 1))...)
	}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "zone_dropped",
			Raises: ofZones(20, "map try_cast(paid_at as timestamptz)"),
			Says:   "20 of the first 60 times in orders.columns.ordered_at are written in UTC and read as local ones, which are of another day in Pacific/Auckland: map try_cast(paid_at as timestamptz)",
			Silent: ofZones(0, "map try_cast(paid_at as timestamptz)"),
		},
		{
			Code:   "zone_dropped",
			Raises: ofZones(1, "map try_cast(paid_at as timestamptz)"),
			Says:   "1 of the first 60 times in orders.columns.ordered_at are written in UTC and read as local ones, which are of another day in Pacific/Auckland: map try_cast(paid_at as timestamptz)",
			Silent: ofZones(1, ""),
		},
		{
			Code:   "version_without_day",
			Raises: ofVersions("map to_timestamp(updated_at)"),
			Says:   "orders.columns.version is a number that is a time: a number has no day, so that a version counts as known from the day of its row, and the backtest sees what only came later: map to_timestamp(updated_at)",
			Silent: ofVersions(""),
		},
		{
			Code:   "implausible_days",
			Raises: ofDays(nil, on(1989, 12, 30, 3), on(1989, 12, 31, 3)),
			Says:   "all orders are of days before 1990, the first of 1989-12-30 and the last of 1989-12-31: their times are probably counts in another unit: map orders.columns.ordered_at to the time of the order",
			Silent: ofDays(nil, on(1989, 12, 31, 3), on(1990, 1, 1, 3)),
		},
		{ // .1 % of 5,000 rows
			Code:   "implausible_days",
			Raises: since(on(1970, 1, 1, 5)),
			Says:   "5 rows (0.1 % of all) are of 1970-01-01, and all others of 2025-01-01 or later: that day probably stands for a missing time; leave them out with orders.keep",
			Silent: since(on(1970, 1, 1, 4)),
		},
		{ // days of zones to the west and to the east
			Code:   "implausible_days",
			Raises: since(on(1899, 12, 31, 3), on(1900, 1, 1, 2), on(1900, 1, 2, 2)),
			Says:   "7 rows (0.1 % of all) are of 1900-01-01, and all others of 2025-01-01 or later: that day probably stands for a missing time; leave them out with orders.keep",
			Silent: since(on(1899, 12, 31, 3), on(1900, 1, 1, 1)),
		},
		{ // 5 of 5,001 are too few
			Code:   "implausible_days",
			Raises: since(on(1970, 1, 1, 6)),
			Says:   "6 rows (0.1 % of all) are of 1970-01-01, and all others of 2025-01-01 or later: that day probably stands for a missing time; leave them out with orders.keep",
			Silent: ofDays(nil, on(1970, 1, 1, 5), onDay(january(1), 4996)),
		},
		{ // a history that goes on from there
			Code:   "implausible_days",
			Raises: ofDays(nil, on(1970, 1, 1, 5), on(1980, 1, 1, 5), on(1985, 1, 1, 5), on(1995, 1, 2, 5)),
			Says:   "5 rows (25 % of all) are of 1970-01-01, and all others of 1980-01-01 or later: that day probably stands for a missing time; leave them out with orders.keep",
			Silent: ofDays(nil, on(1970, 1, 1, 5), on(1979, 12, 31, 5), on(1985, 1, 1, 5), on(1995, 1, 2, 5)),
		},
		{ // any other day that stands alone, in one zone or in two
			Code:   "implausible_days",
			Raises: since(on(2000, 1, 1, 5)),
			Says:   "5 rows (0.1 % of all) are of 2000-01-01, and all others of 2025-01-01 or later: that day probably stands for a missing time; leave them out with orders.keep",
			Silent: since(on(2000, 1, 1, 4)),
		},
		{
			Code:   "implausible_days",
			Raises: since(on(1980, 1, 1, 4), on(1980, 1, 2, 2)),
			Says:   "6 rows (0.1 % of all) are of 1980-01-01, and all others of 2025-01-01 or later: that day probably stands for a missing time; leave them out with orders.keep",
			Silent: since(on(1980, 1, 1, 4), on(1980, 1, 3, 2)),
		},
		{ // a few behind it do not hide it
			Code:   "implausible_days",
			Raises: since(on(1970, 1, 1, 1), on(1985, 5, 1, 2), on(2015, 1, 1, 7)),
			Says:   "7 rows (0.1 % of all) are of 2015-01-01, and all others of 2025-01-01 or later: that day probably stands for a missing time; leave them out with orders.keep",
			Silent: since(on(1970, 1, 1, 1), on(1985, 5, 1, 2), on(2015, 1, 2, 7)),
		},
		{
			Code:   "implausible_days",
			Raises: ofRows(ReasonCount{Reason: Used, Rows: 4995}, ReasonCount{Reason: "unreadable_time", Rows: 5}),
			Says:   "5 rows (0.1 % of all) are of a time outside 1900 to 2199 and in quarantine (unreadable_time), as 0001-01-01 and 1899-12-30 are, which stand for a missing time: cbv check shows where they are",
			Silent: ofRows(ReasonCount{Reason: Used, Rows: 4996}, ReasonCount{Reason: "unreadable_time", Rows: 4}),
		},
		{
			Code:   "implausible_days",
			Raises: ofRows(ReasonCount{Reason: Used, Rows: 994}, ReasonCount{Reason: "unreadable_time", Rows: 6}),
			Says:   "6 rows (0.6 % of all) are of a time outside 1900 to 2199 and in quarantine (unreadable_time), as 0001-01-01 and 1899-12-30 are, which stand for a missing time: cbv check shows where they are",
			Silent: ofRows(ReasonCount{Reason: Used, Rows: 4996}, ReasonCount{Reason: "unreadable_time", Rows: 5}),
		},
	})
}
