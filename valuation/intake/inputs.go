package intake

import (
	"context"
	"time"

	"cbv/valuation/calendar"
	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/rfm"
	"cbv/valuation/source"
)

// repeatWindowDays are the windows in which a second purchase is counted.
var repeatWindowDays = []int64{30, 60, 90, 180, 365}

type orderFile struct {
	FileNumber int64
	File       string
	OrderRows  int64
}

type window struct{ WindowDays int64 }

type rfmCell struct {
	RScore, FScore, MScore int64
	Segment                string
}

// SegmentList is the name of a segment's list.
type SegmentList struct{ Segment, List string }

// SegmentLists returns the lists of the segments of an RFM map.
func SegmentLists(rfmMap string) ([]SegmentList, error) {
	segments, err := rfm.Segments(rfmMap)
	var lists []SegmentList
	for _, segment := range segments {
		lists = append(lists, SegmentList{segment, config.SegmentList(segment)})
	}
	return lists, err
}

// mapInputs makes the views over the files and the small tables that no file
// gives.
func (in *Intake) mapInputs(ctx context.Context) error {
	var err error
	if in.Orders, err = source.MapOrders(ctx, in.Engine, in.Inputs.Orders, in.Config, in.Minor); err != nil {
		return err
	}
	in.WarnOfCopies("orders", "order", source.Copies(in.Inputs.Orders, in.Orders))
	var files []orderFile
	for i, file := range in.Inputs.Orders {
		files = append(files, orderFile{int64(i), file.Name, file.Rows})
	}
	if err := engine.Insert(ctx, in.Engine, "order_files", files); err != nil {
		return err
	}
	for i := range in.Inputs.Auxiliary {
		auxiliary := &in.Inputs.Auxiliary[i]
		if err := auxiliary.Map(ctx, in.Engine); err != nil {
			return err
		}
		if !auxiliary.IsLookup {
			in.WarnOfCopies(auxiliary.Name, "row", auxiliary.Copies())
		}
	}
	if err := source.ListFiles(ctx, in.Engine, "input_files", in.Inputs.Auxiliary); err != nil {
		return err
	}
	if err := in.makeCalendar(ctx); err != nil {
		return err
	}
	if err := in.makeRates(ctx); err != nil {
		return err
	}
	return in.makeConstants(ctx)
}

// WarnOfCopies warns of files of an input that have the same bytes. Of its rows,
// each is a row or something else.
func (in *Intake) WarnOfCopies(input, row string, copies [][2]source.File) {
	for _, pair := range copies {
		in.Warn("copied_file", "%s and %s have the same bytes, so every %s in them counts twice: leave one out of %s.files", pair[0].Path, pair[1].Path, row, input)
	}
}

// makeConstants makes the small tables of what is the same for every base.
func (in *Intake) makeConstants(ctx context.Context) error {
	var windows []window
	for _, days := range repeatWindowDays {
		windows = append(windows, window{days})
	}
	if err := engine.Insert(ctx, in.Engine, "windows", windows); err != nil {
		return err
	}
	cells, err := rfm.Map(in.Config.RFM.Map)
	if err != nil {
		return err
	}
	var rows []rfmCell
	for _, cell := range cells {
		rows = append(rows, rfmCell{int64(cell.R), int64(cell.F), int64(cell.M), cell.Segment})
	}
	if err := engine.Insert(ctx, in.Engine, "rfm_map", rows); err != nil {
		return err
	}
	if err := in.makeAttributes(ctx); err != nil {
		return err
	}
	lists, err := SegmentLists(in.Config.RFM.Map)
	if err != nil {
		return err
	}
	return engine.Insert(ctx, in.Engine, "segment_lists", lists)
}

type localDay struct {
	UTCDay              time.Time
	LocalMidnight       time.Time `col:",timestamp"`
	DayBefore, DayAfter time.Time
}

// makeCalendar makes the table of local days, which is empty for local times.
func (in *Intake) makeCalendar(ctx context.Context) error {
	zone, err := in.Config.Time.Location()
	if err != nil {
		return err
	}
	var days []localDay
	if in.Orders.Zoned && zone != time.UTC {
		for _, day := range calendar.Days(zone, Limits.ReadableFrom, Limits.ReadableBefore) {
			days = append(days, localDay{day.UTC, day.LocalMidnight, day.Before, day.After})
		}
	}
	return engine.Insert(ctx, in.Engine, "calendar", days)
}
