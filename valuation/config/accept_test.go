package config

import (
	"slices"
	"testing"
)

// The setting means the same from wherever it comes; the flag --accept adds to it.
func TestWhatIsAcceptedOnceIsOfItsFlagAlone(t *testing.T) {
	file := writeFile(t, "orders: {files: /a.parquet}\nvalue: {currency: EUR}\nrun: {accept: [late_rows]}\n")
	for name, c := range map[string]struct {
		from           Sources
		accepted, once []string
	}{
		"file":     {Sources{File: file}, []string{"late_rows"}, nil},
		"variable": {Sources{File: file, Environ: []string{"CBV_RUN_ACCEPT=rows_lost"}}, []string{"rows_lost"}, nil},
		"flag":     {Sources{File: file, Flags: map[string]string{"run.accept": "[rows_lost, short_day]"}}, []string{"rows_lost", "short_day"}, nil},
		"--accept": {Sources{File: file, Accepted: "rows_lost,short_day"}, []string{"late_rows", "rows_lost", "short_day"}, []string{"rows_lost", "short_day"}},
		"both":     {Sources{File: file, Flags: map[string]string{"run.accept": "short_day"}, Accepted: "rows_lost"}, []string{"short_day", "rows_lost"}, []string{"rows_lost"}},
	} {
		got, err := Load(c.from)
		if err != nil || !slices.Equal(got.Run.Accept, c.accepted) || !slices.Equal(got.Run.AcceptOnce, c.once) {
			t.Errorf("%s: accepts %v, once %v, %v", name, got.Run.Accept, got.Run.AcceptOnce, err)
		}
	}
}
