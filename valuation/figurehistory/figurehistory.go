// Package figurehistory reads what became of figures over the runs of an output folder.
package figurehistory

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"cbv/valuation/config"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
	"cbv/valuation/publication"
	"cbv/valuation/schema"
)

// History is a figure of the base on the day of each run that has it.
type History struct {
	Metric  string  `json:"metric"`
	Unit    string  `json:"unit"`
	Meaning string  `json:"meaning"`
	Points  []Point `json:"points"`
}

// Point is a figure on a day; nil is unknown.
type Point struct {
	AsOf     string   `json:"as_of"`
	Run      string   `json:"run"`
	Currency string   `json:"currency"`
	Value    *float64 `json:"value"`
	Low      *float64 `json:"low"`
	High     *float64 `json:"high"`
	N        *int64   `json:"n"`
}

// Of reads the histories of figures: of each day the run that its link names. A run that is
// gone or damaged is none.
func Of(out string, metrics []string) ([]History, error) {
	histories := make([]History, len(metrics))
	for i, metric := range metrics {
		at := slices.IndexFunc(schema.Figures, func(f schema.Figure) bool { return f.Name == metric })
		if at < 0 {
			return nil, unknown(metric)
		}
		histories[i] = History{Metric: metric, Unit: schema.Figures[at].Unit, Meaning: schema.Figures[at].Meaning, Points: []Point{}}
	}
	runs, err := publication.Published(out)
	if err != nil {
		return nil, err
	}
	days, err := runs.DayLinks()
	if err != nil {
		return nil, err
	}
	if len(days) == 0 {
		return nil, failure.Usagef("%s: there is no run yet: cbv run publishes one", out)
	}
	for _, day := range days {
		if err := addDay(histories, day); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return histories, nil
}

func unknown(metric string) error {
	var names []string
	for _, figure := range schema.Figures {
		names = append(names, figure.Name)
	}
	hint := "cbv help figures lists them"
	if nearest := config.Nearest(metric, names); nearest != "" {
		hint = "did you mean " + nearest + "?"
	}
	return failure.Usagef("there is no figure %q: %s", metric, hint)
}

// addDay adds what the run of a day says of each figure.
func addDay(histories []History, link string) error {
	folder, err := filepath.EvalSymlinks(link)
	if err != nil {
		return err
	}
	manifest, err := publication.ReadManifest(folder)
	if err != nil {
		return err
	}
	rows, err := parquetfile.ReadRecords(filepath.Join(folder, "kpis.parquet"), func(r parquetfile.Record) bool {
		return r["month"] == nil && r["channel"] == nil
	})
	if err != nil {
		return err
	}
	for i := range histories {
		for _, row := range rows {
			if row["metric"] != histories[i].Metric {
				continue
			}
			point := Point{AsOf: manifest.AsOf, Run: filepath.Base(folder), Currency: manifest.Currency, Value: number(row["value"]), Low: number(row["low"]), High: number(row["high"])}
			if n, known := row["n"].(int64); known {
				point.N = &n
			}
			histories[i].Points = append(histories[i].Points, point)
		}
	}
	return nil
}

func number(value any) *float64 {
	if number, known := value.(float64); known {
		return &number
	}
	return nil
}
