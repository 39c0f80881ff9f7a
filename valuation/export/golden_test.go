package export

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cbv/valuation/config"
	"cbv/valuation/platform"
)

var update = flag.Bool("update", false, "write the files of fixtures/exports anew")

// town has a customer for each thing that an export distinguishes, and values that
// break naive writers and readers of CSV.
func town(s *shop) (monday, tuesday string) {
	hostile := person("1010", "quotes@example.com")
	hostile["first_name"], hostile["last_name"], hostile["city"] = "=cmd|' /C calc'!a0", "O\"Brien,\nJr.", "@Bath"
	jane := person("1001", " Jane.Doe+promo@GMAIL.com ")
	jane["phone"], jane["first_name"], jane["last_name"] = "+44 (0)7700 900123", "Jane", "O'Doe-Smith"
	jane["country"], jane["zip"], jane["city"] = "gb", "SW1A 1AA", "London"
	zoe := person("1002", "zoe@example.de")
	zoe["phone"], zoe["first_name"], zoe["last_name"], zoe["country"] = "0151 12345678", "Zoe\u0308", "Müller", "DE"
	zoe["zip"], zoe["city"], zoe["state"] = "40213", "Düsseldorf", "N.W."
	unknown := person("1003", "unknown@example.com")
	unknown["consent_email"], unknown["consent_ads"] = nil, nil
	refused := person("1004", "refused@example.com")
	refused["consent_email"], refused["consent_ads"] = false, false
	flagged := person("1005", "flagged@example.com")
	flagged["suppressed"] = true
	invalid := person("1007", "not an address")
	invalid["phone"] = "12"
	phoneOnly := person("1008", "")
	phoneOnly["phone"] = "07700 900456"
	s.people(jane, zoe, unknown, refused, flagged, person("1006", "JANE.DOE+PROMO@gmail.com"), invalid, phoneOnly,
		person("1009", "hashed@example.com"), hostile, person("1011", "left@example.com"), person("1012", "elsewhere@example.com"), row{"email": "noid@example.com"})
	// printf hashed@example.com | sha256sum
	s.objections(row{"hash": "A552F92CEC517D42D66471E033158C672445D078D54A1D4211791471BCB2148F"})
	var customers []row
	for id := 1001; id <= 1011; id++ {
		customers = append(customers, customer(fmt.Sprint(id)))
	}
	customers = append(customers, customer("1013")) // not in people
	monday = s.run("2026-11-23", customers...)
	customers[10]["lifecycle"] = "cooling" // leaves
	customers[9]["segment"] = "Can't Lose Them"
	later := append(customers, customer("1012"))
	tuesday = s.run("2026-11-24", later...)
	return monday, tuesday
}

// Each target's files of a second run, with their counts. Their cells are held
// to the facts of each platform in TestCellsOfEachTarget.
func TestGolden(t *testing.T) {
	s := newShop(t)
	monday, tuesday := town(s)
	for i, target := range platform.Targets {
		if testing.Short() && i%3 > 0 {
			continue
		}
		t.Run(target.Name, func(t *testing.T) {
			s := &shop{t: t, folder: s.folder, config: s.config}
			a := config.Audience{Name: "actives-" + target.Name, Lifecycle: "active", Target: target.Name}
			if target.Channel == "" {
				a.Channel = "email"
			}
			if target.Attributes {
				a.Columns = []string{"segment", "clv", "purchases", "last_purchase_date", "is_repeat"}
			}
			s.mustExport(monday, a)
			result := s.mustExport(tuesday, a)
			s.holdGolden(target.Name, result)
		})
	}
}

// holdGolden holds an export to the golden file of a name.
func (s *shop) holdGolden(name string, result Result) {
	s.t.Helper()
	var got strings.Builder
	s.describe(&got, result)
	path := filepath.Join("../../fixtures/exports", name+".txt")
	if *update {
		s.must(os.WriteFile(path, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	s.must(err)
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		s.t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, diff)
	}
}

// A target of the configuration is exported as the built-in ones are: one that hashes
// phones, and one with semicolons, a fixed cell, a limit of rows and its own columns of
// those who objected.
func TestDeclaredTargets(t *testing.T) {
	s := newShop(t)
	s.config.Targets = []config.Target{
		{
			Name: "phones", Channel: "ads", Needs: []string{"phone"}, MinMembers: 2,
			Columns: []config.TargetColumn{{Header: "phone", Field: "phone", Form: []string{"digits", "sha256"}}},
		},
		{
			Name: "letters", Channel: "email", Key: "email", Delimiter: ";", Attributes: true, Membership: true, MaxRows: 3, Removal: "import the suppressed file as blocked",
			Columns: []config.TargetColumn{
				{Header: "mail", Field: "email", Form: []string{"trim", "lower", "gmail"}},
				{Header: "name", Field: "first_name", Form: []string{"upper", "single_spaces"}},
				{Header: "land", Field: "country", Form: []string{"iso2"}},
				{Header: "source", Fixed: "cbv"}, {Header: "day", Fixed: "{as_of}"},
			},
			RemovalColumns: []config.TargetColumn{{Header: "mail", Field: "email", Form: []string{"trim", "lower", "gmail"}}, {Header: "blocked", Fixed: "yes"}},
		},
	}
	monday, tuesday := town(s)
	for _, target := range []string{"phones", "letters"} {
		a := config.Audience{Name: "actives-" + target, Lifecycle: "active", Target: target}
		if target == "letters" {
			a.Columns = []string{"clv"}
		}
		s.mustExport(monday, a)
		s.holdGolden("declared-"+target, s.mustExport(tuesday, a))
	}
}

// describe writes an export as a reviewer reads it.
func (s *shop) describe(out *strings.Builder, result Result) {
	m := result.Manifest
	folder := result.Folder
	for _, file := range m.Files() {
		fmt.Fprintf(out, "-- %s --\n", file.Name)
		if strings.HasSuffix(file.Name, ".parquet") {
			fmt.Fprintf(out, "%s\n", s.table(filepath.Join(folder, file.Name)))
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, file.Name))
		s.must(err)
		out.Write(text)
	}
	if changes := m.Changes; changes != nil {
		text, err := os.ReadFile(filepath.Join(folder, changes.Name))
		s.must(err)
		fmt.Fprintf(out, "-- %s --\n%s", changes.Name, text)
	}
	text, err := os.ReadFile(filepath.Join(folder, m.Full.Rejects.Name))
	s.must(err)
	fmt.Fprintf(out, "-- %s --\n%s-- counts --\n", m.Full.Rejects.Name, text)
	fmt.Fprintf(out, "%d rows, %d written, rejected %v, blanked %v\n", m.Full.Rows, m.Full.Written, m.Full.Rejected, m.Full.Blanked)
	for _, warning := range m.Warnings {
		fmt.Fprintf(out, "%s: %s\n", warning.Code, warning.Message)
	}
}
