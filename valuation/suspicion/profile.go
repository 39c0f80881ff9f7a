package suspicion

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/intake"
	"cbv/valuation/money"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// The rows of the tables of a profile; the SQL files say what they are.
type (
	fileChannel struct {
		FileNumber                                               int64
		Channel                                                  string
		OrderRows, AmountMinor                                   int64
		OrderIDRows, PositiveIDRows, SameIDRows                  int64
		FirstDay, LastDay                                        time.Time
		NegativeRows, NegativeMinor, PositiveRows, LogMillionths int64
		WholeRows, UnevenRows, TimedRows                         int64
	}
	fileDay struct {
		OrderDay              time.Time
		FileNumber, OrderRows int64
	}
	severalRowSums struct {
		OrderIDs                                       int64 `col:"order_ids"`
		Orders, OrderRows, PositiveRows, LogMillionths int64
	}
	lineCount struct {
		OrderRows, Orders, ConstantOrders, LogMillionths, RepeatedMinor int64
	}
	filePair struct {
		FirstFile, LastFile, Orders, NetMinor int64
	}
	leftOutPair struct {
		UsedFile, LeftOutFile, Orders, NetMinor int64
	}
	laterAmounts struct {
		TwoDayOrders, ManyDayOrders, RefundOrders, RefundMinor int64
	}
	strayReturns struct{ OrderRows, NetMinor int64 }
	equalRows    struct {
		OrderDay                                         time.Time
		FirstFile, LastFile                              int64
		OrderRows, DifferentRows, EvenRows               int64
		AcrossRows, AcrossMinor, WithinRows, WithinMinor int64
	}
	alikeIDs struct {
		IsCaseAlone                                                bool
		Customers, People, RegularPeople, NetMinor, PlainCustomers int64
	}
	suspectID struct {
		CustomerID             string
		IDKey                  string
		IsNamed                bool
		PurchaseDays, NetMinor int64
	}
	suspectPlace struct {
		CustomerID            string
		OrderRows, FirstPlace int64
	}
	baseProfile struct {
		IDs                                                                        int64 `col:"ids"`
		Customers, RepeatCustomers, Purchases, NetMinor, LargestMinor, MedianMinor int64
	}
	roundingOf struct {
		MovedHundredths, RoundedMinor, MovedRows int64
	}
	unmappedValue struct {
		Sign                                             string
		IsCancelled, IsTest                              bool
		Currency, Country                                string
		OrderRows, AmountMinor, PositiveRows             int64
		PositiveMinor, LogMillionths, WholeRows          int64
		QuantityRows, TimesQuantityMinor, MultipliedRows int64
		OneRows, OneLogMillionths                        int64
		SeveralRows, SeveralLogMillionths                int64
		QuantityLogMillionths                            int64
		TaxMinor, TaxRows, TaxInsideRows                 int64
		TaxOverSubtotalRows, TaxUnderTotalRows           int64
		ShippingMinor, ShippingRows                      int64
		ShippingOverSubtotalRows                         int64
		RefundMinor, RefundRows                          int64
	}
	unusedVersions struct {
		Orders, EqualOrders, ApartOrders, SingleOrders int64
		TimedOrders                                    int64
		EarlierMinor, EqualPairs, SteadyOrders         int64
	}
)

// profile is what the orders look like.
type profile struct {
	channels []fileChannel
	days     []fileDay
	several  severalRowSums
	lines    []lineCount
	pairs    []filePair
	leftOut  []leftOutPair
	later    laterAmounts
	stray    strayReturns
	equal    []equalRows
	alike    []alikeIDs
	suspects []suspectID
	places   map[string]suspectPlace // of suspects, by id, where one may be shared
	base     baseProfile
	rounding roundingOf
	unmapped []unmappedValue
	versions unusedVersions

	all fileChannel // the sums of channels
}

// mapUnmapped makes the view of the unused columns whose names promise something.
func (s *Suspicion) mapUnmapped(ctx context.Context) error {
	var err error
	s.roles, err = s.intake.Orders.MapUnmapped(ctx, s.Engine, s.intake.Inputs.Orders)
	s.amountText = s.intake.Orders.Value(ctx, s.Engine, "orders.columns.amount")
	s.customerText = s.intake.Orders.Value(ctx, s.Engine, "orders.columns.customer_id")
	return err
}

// readProfile reads the tables of the profile.
func (s *Suspicion) readProfile(ctx context.Context) (*profile, error) {
	var p profile
	err := errors.Join(
		readAll(ctx, s.Engine, "file_channels", &p.channels), readAll(ctx, s.Engine, "file_days", &p.days),
		readOne(ctx, s.Engine, "several_row_sums", &p.several), readAll(ctx, s.Engine, "line_counts", &p.lines), readAll(ctx, s.Engine, "orders_in_two_files", &p.pairs),
		readAll(ctx, s.Engine, "orders_left_out_elsewhere", &p.leftOut),
		readOne(ctx, s.Engine, "later_amounts", &p.later), readOne(ctx, s.Engine, "stray_returns", &p.stray),
		readAll(ctx, s.Engine, "equal_rows", &p.equal),
		readAll(ctx, s.Engine, "alike_ids", &p.alike), readAll(ctx, s.Engine, "suspect_ids", &p.suspects),
		readOne(ctx, s.Engine, "base_profile", &p.base), readOne(ctx, s.Engine, "rounding", &p.rounding),
		readAll(ctx, s.Engine, "unmapped_values", &p.unmapped), readOne(ctx, s.Engine, "unused_versions", &p.versions),
	)
	p.days = slices.DeleteFunc(p.days, func(day fileDay) bool { return day.OrderRows == 0 }) // nothing of it is used
	for _, c := range p.channels {
		p.all = p.all.with(c)
	}
	slices.SortFunc(p.suspects, func(a, b suspectID) int {
		return cmp.Or(cmp.Compare(b.PurchaseDays, a.PurchaseDays), cmp.Compare(a.CustomerID, b.CustomerID))
	})
	slices.SortFunc(p.pairs, func(a, b filePair) int {
		return cmp.Or(cmp.Compare(b.Orders, a.Orders), cmp.Compare(a.FirstFile, b.FirstFile), cmp.Compare(a.LastFile, b.LastFile))
	})
	slices.SortFunc(p.leftOut, func(a, b leftOutPair) int {
		return cmp.Or(cmp.Compare(b.Orders, a.Orders), cmp.Compare(a.UsedFile, b.UsedFile), cmp.Compare(a.LeftOutFile, b.LeftOutFile))
	})
	return &p, err
}

func readAll[T any](ctx context.Context, e engine.Engine, table string, to *[]T) (err error) {
	*to, err = engine.All[T](ctx, e, table)
	return err
}

func readOne[T any](ctx context.Context, e engine.Engine, table string, to *T) (err error) {
	*to, err = engine.One[T](ctx, e, table)
	return err
}

// orderIDs returns the number of order ids.
func (p *profile) orderIDs() int64 {
	return p.all.OrderIDRows - p.several.OrderRows + p.several.OrderIDs
}

// orders returns the number of order ids with a positive row: a return may have an id of
// its own, and is no order.
func (p *profile) orders() int64 {
	return p.all.PositiveIDRows - p.several.PositiveRows + p.several.Orders
}

// orderDays returns the days on which there are used rows, sorted.
func (p *profile) orderDays() []time.Time {
	var days []time.Time
	for _, day := range p.days {
		days = append(days, day.OrderDay)
	}
	slices.SortFunc(days, time.Time.Compare)
	return slices.CompactFunc(days, time.Time.Equal)
}

// shownChannels is how many channels a profile lists.
const shownChannels = 100

// describe writes the profile down.
func (s *Suspicion) describe(p *profile) publication.Profile {
	exact := func(minor int64) string { return money.Exact(minor, s.Minor) }
	described := publication.Profile{
		Customers: p.base.Customers, RepeatShare: intake.ShareOf(p.base.RepeatCustomers, p.base.Customers), Purchases: p.base.Purchases,
		FirstDay: p.all.FirstDay.Format(time.DateOnly), LastDay: p.all.LastDay.Format(time.DateOnly), Days: int64(len(p.orderDays())),
		MedianPurchase: exact(p.base.MedianMinor), Money: exact(p.all.AmountMinor), Currency: s.Config.Value.Currency,
		LargestCustomer: intake.ShareOf(p.base.LargestMinor, p.base.NetMinor),
		Returns:         publication.Amount{Rows: p.all.NegativeRows, Money: exact(p.all.NegativeMinor)},
		StrayReturns:    publication.Amount{Rows: p.stray.OrderRows, Money: exact(p.stray.NetMinor)},
		Files:           []publication.ProfileFile{}, Channels: []publication.ProfileChannel{}, Unmapped: []string{},
	}
	if orders := p.orders(); orders > 0 {
		rows := float64(p.all.PositiveIDRows) / float64(orders)
		described.Orders, described.RowsPerOrder = &orders, &rows
	}
	for _, column := range s.intake.Orders.Unmapped(s.intake.Inputs.Orders) {
		described.Unmapped = append(described.Unmapped, column.Name)
	}
	described.Files = p.byFile(s.intake.Inputs.Orders)
	if s.Config.Orders.Columns.Channel != "" {
		described.Channels = p.byChannel()
	}
	return described
}

// byFile lists the files that have used rows.
func (p *profile) byFile(files []source.File) []publication.ProfileFile {
	sums := map[int64]fileChannel{}
	for _, c := range p.channels {
		sums[c.FileNumber] = sums[c.FileNumber].with(c)
	}
	listed := []publication.ProfileFile{}
	for i, file := range files {
		if sum := sums[int64(i)]; sum.OrderRows > 0 {
			listed = append(listed, publication.ProfileFile{File: file.Name, Rows: sum.OrderRows, LastDay: sum.LastDay.Format(time.DateOnly)})
		}
	}
	return listed
}

// byChannel lists the channels with most rows.
func (p *profile) byChannel() []publication.ProfileChannel {
	listed := []publication.ProfileChannel{}
	for name, sum := range p.sumsByChannel() {
		listed = append(listed, publication.ProfileChannel{Channel: name, Rows: sum.OrderRows, LastDay: sum.LastDay.Format(time.DateOnly)})
	}
	slices.SortFunc(listed, func(a, b publication.ProfileChannel) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Channel, b.Channel))
	})
	return listed[:min(shownChannels, len(listed))]
}

// sumsByChannel adds each channel up over its files.
func (p *profile) sumsByChannel() map[string]fileChannel {
	sums := map[string]fileChannel{}
	for _, c := range p.channels {
		sums[c.Channel] = sums[c.Channel].with(c)
	}
	return sums
}

// with adds the rows of another file or channel.
func (c fileChannel) with(other fileChannel) fileChannel {
	if c.OrderRows == 0 {
		return other
	}
	c.OrderRows += other.OrderRows
	c.AmountMinor += other.AmountMinor
	c.OrderIDRows += other.OrderIDRows
	c.PositiveIDRows += other.PositiveIDRows
	c.SameIDRows += other.SameIDRows
	c.NegativeRows += other.NegativeRows
	c.NegativeMinor += other.NegativeMinor
	c.PositiveRows += other.PositiveRows
	c.LogMillionths += other.LogMillionths
	c.WholeRows += other.WholeRows
	c.UnevenRows += other.UnevenRows
	c.TimedRows += other.TimedRows
	if other.FirstDay.Before(c.FirstDay) {
		c.FirstDay = other.FirstDay
	}
	if other.LastDay.After(c.LastDay) {
		c.LastDay = other.LastDay
	}
	return c
}

// fileName is the name of an order file for messages.
func (s *Suspicion) fileName(number int64) string { return s.intake.Inputs.Orders[number].Path }

// placesPerFile is by what suspect_places multiplies the number of a file.
const placesPerFile = 1_000_000_000_000

// place names the file and row of a first_place.
func (s *Suspicion) place(place int64) (file source.File, row int64) {
	return s.intake.Inputs.Orders[place/placesPerFile], place % placesPerFile
}
