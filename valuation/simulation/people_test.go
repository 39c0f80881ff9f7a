package simulation

import (
	"path/filepath"
	"strings"
	"testing"

	"cbv/valuation/parquetfile"
)

// No two people have one phone, however it is written.
func TestPhonesAreOfOnePersonEach(t *testing.T) {
	path := filepath.Join(t.TempDir(), peopleFile)
	if err := writePeople(path, Options{Customers: 20_000, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	rows, err := parquetfile.Read[personRow](path)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, p := range rows {
		if p.Phone == "" {
			continue
		}
		number := strings.NewReplacer(" ", "", "+44", "0", "(0)", "").Replace(p.Phone)
		if other, twice := seen[number]; twice {
			t.Fatalf("%s and %s have %s", other, p.CustomerID, number)
		}
		if len(number) != 11 {
			t.Fatalf("%s: %q", p.CustomerID, p.Phone)
		}
		seen[number] = p.CustomerID
	}
	if want := 17_000 * 0.4; float64(len(seen)) < 0.95*want || float64(len(seen)) > 1.05*want { // 6 standard deviations
		t.Errorf("%d phones, want about %g", len(seen), want)
	}
}
