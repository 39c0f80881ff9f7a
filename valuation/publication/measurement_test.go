package publication

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The last measurement by as_of up to a day counts, whichever campaign it is of.
func TestLastMeasuredIsTheLatestUpToADay(t *testing.T) {
	out := t.TempDir()
	for _, m := range []struct{ campaign, id, text string }{
		{"autumn", "2024-10-01-a", `{"campaign": "autumn", "as_of": "2024-10-01", "conclusion": "first"}`},
		{"autumn", "2024-11-01-a", `{"campaign": "autumn", "as_of": "2024-11-01", "conclusion": "last"}`},
		{"spring", "2024-10-15-a", `{"campaign": "spring", "as_of": "2024-10-15", "conclusion": "between"}`},
		{"spring", "2024-10-16-a", `damaged`},
	} {
		folder := filepath.Join(out, MeasuredFolder(m.campaign), m.id)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "measure.json"), []byte(m.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runs, err := Published(out)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2024-09-30": "", "2024-10-01": "first", "2024-10-31": "between", "2024-11-01": "last", "2025-01-01": "last"} {
		asOf, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		found, err := runs.LastMeasured(asOf)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if found != nil {
			got = found.Conclusion
		}
		if got != want {
			t.Errorf("up to %s: %q, want %q", day, got, want)
		}
	}
}
