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

// The flag names codes: what clears a list by file or variable accepts nothing for once,
// and is no way to say so.
func TestAcceptingNoCodeIsRefused(t *testing.T) {
	file := writeFile(t, "orders: {files: /a.parquet}\nvalue: {currency: EUR}\n")
	for _, standing := range []string{"", "late_rows"} {
		from := Sources{File: file, Accepted: "null"}
		if standing != "" {
			from.Flags = map[string]string{"run.accept": standing}
		}
		_, err := Load(from)
		const want = `--accept: "null" is no code of a warning: cbv help warnings lists them`
		if err == nil || err.Error() != want {
			t.Errorf("beside %q: %v, want %s", standing, err, want)
		}
	}
	if _, err := Load(Sources{File: file, Flags: map[string]string{"run.accept": "null"}}); err != nil {
		t.Errorf("a list that is cleared: %v", err)
	}
}
