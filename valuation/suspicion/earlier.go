package suspicion

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/parquetfile"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
)

// Earlier is the run that the files are compared with: the latest one of an earlier
// day that read the orders as this one does.
type Earlier struct {
	ID       string // "" where none is compared
	Identity string
	AsOf     time.Time
	// WhyNone says why the latest earlier run is not compared; "" where one is, or
	// there is none.
	WhyNone string
	// HasOtherRates says that exchange rates have been revised since, by which past
	// money changes: only rows and customers are compared.
	HasOtherRates bool
	Past          publication.Past

	days, customers string // paths

	month     monthRun
	published []published // what came of their forecasts is held against them
}

// Tables of a run that the next one reads.
const (
	daysFile      = "days.parquet"
	customersFile = "customers.parquet"
)

// supersededRows is a column of days.parquet that the runs of older programs have not.
const supersededRows = "superseded_rows"

// EarlierTables are the names of the tables that are read of earlier runs.
var EarlierTables = []string{daysFile, customersFile}

// FindEarlier finds the run to compare with, once the as-of day is known.
func (s *Suspicion) FindEarlier(ctx context.Context, runs publication.Catalog) error {
	ids, err := runs.Earlier(s.Days.AsOf)
	if err != nil {
		return err
	}
	defer s.findPublished(ctx, runs, ids) // whichever is compared, or none
	for _, id := range ids {
		why := ""
		run, err := runs.ReadEarlier(id)
		if err == nil {
			if why, err = s.openEarlier(ctx, run); err == nil && why == "" {
				return s.findMonth(ctx, runs, ids)
			}
		}
		if err != nil { // it was damaged, or another program wrote it
			why = "it cannot be read"
		}
		if s.Earlier.WhyNone == "" {
			s.Earlier.WhyNone = fmt.Sprintf("%s: %s", id, why)
		}
	}
	return nil
}

// compares says why a run whose tables are needed cannot be compared, "" where it can
// be, and returns its as-of day.
func (s *Suspicion) compares(ctx context.Context, run publication.EarlierRun, tables ...string) (why string, asOf time.Time, err error) {
	var then config.Config
	if err := json.Unmarshal(run.Configuration, &then); err != nil {
		return "", asOf, err
	}
	if why := orderDifference(then, s.Config); why != "" {
		return why, asOf, nil
	}
	for _, name := range tables {
		if !run.Has(ctx, name) {
			return fmt.Sprintf("its %s is not there, or damaged", name), asOf, nil
		}
	}
	if s.Config.Orders.Columns.Version != "" {
		footer, err := parquetfile.ReadFooter(filepath.Join(run.Folder, daysFile))
		if err != nil {
			return "", asOf, err
		}
		if !slices.ContainsFunc(footer.Columns, func(c parquetfile.Column) bool { return c.Name == supersededRows }) {
			return fmt.Sprintf("its %s does not say how many rows newer versions stood for", daysFile), asOf, nil
		}
	}
	asOf, err = time.Parse(time.DateOnly, run.AsOf)
	return "", asOf, err
}

// openEarlier takes a run to compare with, and says why where it cannot be.
func (s *Suspicion) openEarlier(ctx context.Context, run publication.EarlierRun) (why string, err error) {
	why, asOf, err := s.compares(ctx, run, EarlierTables...)
	if err != nil || why != "" {
		return why, err
	}
	s.Earlier = Earlier{
		ID: run.ID, Identity: run.Identity, AsOf: asOf, Past: run.Past,
		HasOtherRates: !slices.Equal(rates(run.Inputs), rates(s.intake.Inputs.PublishedInputs())),
	}
	for name, path := range map[string]*string{daysFile: &s.Earlier.days, customersFile: &s.Earlier.customers} {
		if *path, err = filepath.EvalSymlinks(filepath.Join(run.Folder, name)); err != nil {
			return "", err
		}
	}
	return "", nil
}

// orderDifference names the first setting by which two runs read the orders
// differently, "" where there is none.
func orderDifference(then, now config.Config) string {
	for _, setting := range []struct {
		key       string
		then, now any
	}{
		{"orders.columns.customer_id", then.Orders.Columns.CustomerID, now.Orders.Columns.CustomerID},
		{"orders.columns.ordered_at", then.Orders.Columns.OrderedAt, now.Orders.Columns.OrderedAt},
		{"orders.columns.amount", then.Orders.Columns.Amount, now.Orders.Columns.Amount},
		{"orders.columns.currency", then.Orders.Columns.Currency, now.Orders.Columns.Currency},
		{"orders.columns.version", then.Orders.Columns.Version, now.Orders.Columns.Version},
		{"orders.keep", then.Orders.Keep, now.Orders.Keep},
		{"orders.grain", then.Orders.Grain, now.Orders.Grain},
		{"orders.hive_partitions", then.Orders.HivePartitions, now.Orders.HivePartitions},
		{"value.currency", then.Value.Currency, now.Value.Currency},
		{"time.zone", then.Time.Zone, now.Time.Zone},
	} {
		if setting.then != setting.now {
			return fmt.Sprintf("%s was %#v then, and is %#v", setting.key, setting.then, setting.now)
		}
	}
	return ""
}

// rates are the hashes of the files of exchange rates.
func rates(inputs []publication.Input) (hashes []string) {
	for _, input := range inputs {
		if input.Input == "rates" {
			hashes = append(hashes, input.Hash)
		}
	}
	return hashes
}

// WriteIdentity writes which runs are compared, or why none is.
func (e Earlier) WriteIdentity(to io.Writer) {
	fmt.Fprintf(to, "compared %q %q %q\n", e.ID, e.Identity, e.WhyNone)
	fmt.Fprintf(to, "compared %q %q\n", e.month.id, e.month.identity)
	e.writeRecord(to)
}

// mapEarlier makes the tables of the runs that are compared, which are empty without
// one.
func (s *Suspicion) mapEarlier(ctx context.Context) error {
	if s.Earlier.WhyNone != "" && s.Earlier.ID == "" {
		s.Warn("not_compared", "the files are not compared with the run before, %s", s.Earlier.WhyNone)
	}
	for _, table := range []struct {
		name, path string
		columns    []schema.Column
	}{
		{"earlier_days", s.Earlier.days, schema.ColumnsOf("days")},
		{"month_days", s.Earlier.month.days, schema.ColumnsOf("days")},
		{"earlier_base", s.Earlier.customers, slices.DeleteFunc(slices.Clone(schema.ColumnsOf("customers")), func(c schema.Column) bool {
			return !slices.Contains([]string{"customer_id", "last_purchase_date", "purchases", "revenue"}, c.Name)
		})},
	} {
		var err error
		if table.path == "" {
			var columns []engine.Column
			for _, c := range table.columns {
				columns = append(columns, engine.Column{Name: c.Name, Type: engine.TypeOf(c.Type)})
			}
			columns = append(columns, engine.Column{Name: "file_number", Type: engine.Bigint}, engine.Column{Name: "file_row", Type: engine.Bigint})
			err = s.Engine.Insert(ctx, table.name, columns, func(func([]any) bool) {})
		} else {
			var columns []engine.InputColumn
			for _, c := range table.columns {
				expression := engine.Identifier(c.Name)
				if c.Name == supersededRows && s.Config.Orders.Columns.Version == "" {
					expression = "0"
				}
				columns = append(columns, engine.InputColumn{Name: c.Name, Expression: expression})
			}
			err = s.Engine.Input(ctx, engine.Input{Name: table.name, Files: []string{table.path}, Columns: columns})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
