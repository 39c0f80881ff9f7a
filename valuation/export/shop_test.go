package export

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/engine/duckdb"
	"cbv/valuation/parquetfile"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
	"cbv/valuation/source"
)

var sqlFiles = os.DirFS("../../sql")

// A shop is an output folder with published runs, and people beside it.
type shop struct {
	t      testing.TB
	folder string
	config config.Config
	writer engine.Engine // of the files that tests write; each write has a table of its own
	writes int
}

// row is a row of a table by column; what is not there is null.
type row map[string]any

func newShop(t testing.TB) *shop {
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Out = filepath.Join(folder, "out")
	c.Engine.Threads = 1 // more cost more than they bring on a small shop
	c.Export.Region = "GB"
	c.People.Columns = config.PeopleColumns{
		CustomerID: "customer_id", Email: "email", Phone: "phone", FirstName: "first_name", LastName: "last_name", Country: "country",
		Zip: "zip", City: "city", State: "state", ConsentEmail: "consent_email", ConsentAds: "consent_ads", Suppressed: "suppressed",
	}
	return &shop{t: t, folder: folder, config: c}
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// write writes rows to a Parquet file in their order.
func (s *shop) write(path string, columns []engine.Column, rows []row) {
	s.t.Helper()
	ctx := context.Background()
	s.must(os.MkdirAll(filepath.Dir(path), 0o755))
	if s.writer == nil {
		e, err := duckdb.Open(ctx, engine.Options{Threads: 1, MemoryLimit: "500MB", TempDir: s.t.TempDir(), Writable: s.folder, Macros: "select 1"})
		s.must(err)
		s.t.Cleanup(func() { s.must(e.Close()) })
		s.writer = e
	}
	s.writes++
	table := fmt.Sprintf("rows_to_write_%d", s.writes)
	columns = append(slices.Clone(columns), engine.Column{Name: "place", Type: engine.Bigint})
	s.must(s.writer.Insert(ctx, table, columns, func(yield func([]any) bool) {
		for i, row := range rows {
			var cells []any
			for _, column := range columns[:len(columns)-1] {
				cells = append(cells, row[column.Name])
			}
			if !yield(append(cells, int64(i))) {
				return
			}
		}
	}))
	_, err := s.writer.File(ctx, fmt.Sprintf("written_%d", s.writes), "select * from "+table, engine.File{Path: path, Key: []string{"place"}, Metadata: map[string]string{"made_by": "test"}})
	s.must(err)
	s.must(os.Chtimes(path, written, written))
}

// written is when the files of people were, by their own account: after every run.
var written = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

var peopleColumns = []engine.Column{
	{Name: "customer_id", Type: engine.Varchar}, {Name: "email", Type: engine.Varchar}, {Name: "phone", Type: engine.Varchar}, {Name: "first_name", Type: engine.Varchar},
	{Name: "last_name", Type: engine.Varchar}, {Name: "country", Type: engine.Varchar}, {Name: "zip", Type: engine.Varchar}, {Name: "city", Type: engine.Varchar},
	{Name: "state", Type: engine.Varchar}, {Name: "consent_email", Type: engine.Boolean}, {Name: "consent_ads", Type: engine.Boolean}, {Name: "suppressed", Type: engine.Boolean},
}

func (s *shop) people(rows ...row) {
	path := filepath.Join(s.folder, "people.parquet")
	s.write(path, peopleColumns, rows)
	s.config.People.Files = config.Files{path}
}

func (s *shop) objections(rows ...row) {
	path := filepath.Join(s.folder, "objections.parquet")
	s.write(path, []engine.Column{{Name: "customer_id", Type: engine.Varchar}, {Name: "email", Type: engine.Varchar}, {Name: "hash", Type: engine.Varchar}}, rows)
	s.config.Suppression = config.Suppression{Files: config.Files{path}, Columns: config.SuppressionColumns{CustomerID: "customer_id", Email: "email", Hash: "hash"}}
}

// run publishes a run of a day with the given customers.
func (s *shop) run(day string, customers ...row) string {
	s.t.Helper()
	asOf, err := time.Parse(time.DateOnly, day)
	s.must(err)
	store := s.open()
	defer store.Close()
	for _, customer := range customers {
		customer["as_of"] = asOf
	}
	path := filepath.Join(store.Build(), "customers.parquet")
	s.write(path, columnsOf("customers"), customers)
	settings, err := s.config.Identity()
	s.must(err)
	hash, err := source.HashFile(context.Background(), path)
	s.must(err)
	identity := strings.Repeat(hash[:4], 8)
	id := publication.RunID(asOf, identity)
	s.must(store.Runs().Publish(id, publication.Manifest{
		SchemaVersion: publication.SchemaVersion, Identity: identity, AsOf: day, Configuration: json.RawMessage(settings),
		Outputs: []publication.Output{{Name: "customers.parquet", Hash: hash}},
	}))
	s.must(store.Runs().Link(id, asOf))
	return store.Runs().Folder(id)
}

// reseal makes the manifest of a run describe other customers.
func (s *shop) reseal(run string) {
	s.t.Helper()
	manifest, err := publication.ReadManifest(run)
	s.must(err)
	manifest.Outputs[0].Hash, err = source.HashFile(context.Background(), filepath.Join(run, "customers.parquet"))
	s.must(err)
	s.must(publication.WriteJSON(filepath.Join(run, "manifest.json"), manifest))
}

func (s *shop) open() *publication.Store {
	s.t.Helper()
	store, err := publication.Open(context.Background(), s.job())
	s.must(err)
	return store
}

// job is what a command hands over.
func (s *shop) job() pipeline.Job {
	return pipeline.Job{
		Config: s.config, SQL: sqlFiles, Program: pipeline.Program{Version: "test", Identity: "test"},
		Open: duckdb.Open, Clock: time.Now, Progress: func(pipeline.Event) {},
	}
}

// export exports an audience of a run.
func (s *shop) export(run string, a config.Audience) (Result, error) {
	s.t.Helper()
	store := s.open()
	defer store.Close()
	if err := s.config.CheckAudience(a); err != nil {
		return Result{}, err
	}
	return Run(context.Background(), Job{Job: s.job(), Store: store, Run: run, Audience: a, Announce: func(Power) {}})
}

func (s *shop) mustExport(run string, a config.Audience) Result {
	s.t.Helper()
	result, err := s.export(run, a)
	s.must(err)
	return result
}

// records reads a CSV file as importers do.
func (s *shop) records(path string) [][]string {
	s.t.Helper()
	if strings.HasSuffix(path, ".parquet") {
		return s.tableRecords(path)
	}
	file, err := os.Open(path)
	s.must(err)
	defer file.Close()
	reader := csv.NewReader(file)
	if strings.Contains(path, "-brevo-") {
		reader.Comma = ';'
	}
	records, err := reader.ReadAll()
	s.must(err)
	return records
}

// tableRecords are the texts of a Parquet file.
func (s *shop) tableRecords(path string) [][]string {
	s.t.Helper()
	footer, err := parquetfile.ReadFooter(path)
	s.must(err)
	rows, err := parquetfile.ReadRecords(path, func(parquetfile.Record) bool { return true })
	s.must(err)
	records := make([][]string, len(rows)+1)
	for _, column := range footer.Columns {
		records[0] = append(records[0], column.Name)
		for i, row := range rows {
			text, _ := row[column.Name].(string)
			records[i+1] = append(records[i+1], text)
		}
	}
	return records
}

// customer is a row of customers with what the tests need.
func customer(id string) row {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	r := row{"customer_id": id, "last_purchase_date": day, "purchases": int64(3), "lifecycle": "active", "mark": "retain", "mark_reason": "worth_more",
		"segment": "Champions", "seed": false, "is_repeat": true, "clv": 12.5, "p_purchase_30d": 0.1, "p_purchase_90d": 0.25, "p_purchase_365d": 0.5}
	for _, column := range schema.ColumnsOf("customers") {
		if _, there := r[column.Name]; !there && column.Type == "DOUBLE" {
			r[column.Name] = 1.25
		}
	}
	return r
}

// person is a row of people who agreed to everything.
func person(id, email string) row {
	return row{"customer_id": id, "email": email, "consent_email": true, "consent_ads": true, "suppressed": false}
}

// table is the rows of a Parquet file as text.
func (s *shop) table(path string) string {
	s.t.Helper()
	ctx := context.Background()
	resolved, err := filepath.EvalSymlinks(path)
	s.must(err)
	e, err := duckdb.Open(ctx, engine.Options{Threads: 1, MemoryLimit: "500MB", TempDir: s.t.TempDir(), Readable: []string{resolved}, Macros: "select 1"})
	s.must(err)
	defer e.Close()
	s.must(e.View(ctx, "file", "select * from read_parquet("+engine.Quote(resolved)+")"))
	columns, err := e.Describe(ctx, "file")
	s.must(err)
	var names []string
	var text strings.Builder
	for _, column := range columns {
		names = append(names, engine.Identifier(column.Name))
		fmt.Fprintf(&text, "%s %s, ", column.Name, column.Spelling)
	}
	for values, err := range e.Rows(ctx, "file", names) {
		s.must(err)
		for i, value := range values {
			fmt.Fprintf(&text, "%s%v", map[bool]string{true: "\n", false: " | "}[i == 0], value)
		}
	}
	return text.String()
}
