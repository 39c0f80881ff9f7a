package platform

import (
	"io"
	"strings"
	"testing"
	"time"
)

// daily is a target with the day of the run in every row.
func daily(t *testing.T, table bool) Spec {
	spec := specOf(t, "csv")
	spec.Target.Table = table
	spec.Target.Columns = append([]Column{{Header: "day", Fixed: AsOfDay}}, spec.Target.Columns...)
	spec.Target.Columns = append(spec.Target.Columns, Column{Header: "also", Fixed: AsOfDay}, Column{Header: "from", Fixed: "cbv"})
	return spec
}

// The day of the run changes no row: what is the same but for it is no update.
func TestTheDayOfTheRunIsNoChange(t *testing.T) {
	for _, table := range []bool{false, true} {
		digest := func(day int, change func(*Spec, *Person)) int64 {
			spec, p := daily(t, table), person("1", "a@example.com")
			spec.AsOf = time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)
			change(&spec, &p)
			e := newEncoder(&spec)
			b := &batch{people: []Person{p}}
			e.encode(b)
			return b.outcomes[0].keys.Row
		}
		same := func(*Spec, *Person) {}
		if digest(21, same) != digest(22, same) {
			t.Errorf("table %v: another day is another row", table)
		}
		for name, change := range map[string]func(*Spec, *Person){
			"city":  func(_ *Spec, p *Person) { p.City = "Bath" },
			"email": func(_ *Spec, p *Person) { p.Email = "b@example.com" },
			"fixed": func(s *Spec, _ *Person) { s.Target.Columns[len(s.Target.Columns)-1].Fixed = "else" },
		} {
			if digest(21, same) == digest(21, change) {
				t.Errorf("table %v: another %s is the same row", table, name)
			}
		}
	}
}

// The apostrophe before a formula is for spreadsheets, and not for those who apply the
// lines of the change file; one of a person's own stays.
func TestChangesAreWithoutTheApostrophe(t *testing.T) {
	spec := specOf(t, "klaviyo")
	spec.Changes = true
	spec.Attributes = []Attribute{{"segment", Text}, {"note", Text}}
	p := person("=1011", "a@example.com")
	p.FirstName, p.LastName, p.City = "=SUM(A1)", "'t Hooft", "@Bath \"x\""
	p.Attributes = []Cell{TextCell("-risk"), TextCell("'-own")}
	files, lines := newMemory(), &memoryFile{}
	opener := files.opener()
	opener.Lines = func() (io.WriteCloser, error) { return lines, nil }
	result, err := Export(t.Context(), spec, each([]Person{p}), opener)
	if err != nil {
		t.Fatal(err)
	}
	_, rows := files.cells(t, Result{Files: result.Files[:1]})
	for _, cell := range []string{"'=SUM(A1)", "'t Hooft", "'@Bath \"x\"", "'=1011", "'-risk", "'-own"} {
		if !strings.Contains(strings.Join(rows[0], "\n"), cell) {
			t.Errorf("no cell %q in %q", cell, rows[0])
		}
	}
	for _, value := range []string{`"=SUM(A1)"`, `"'t Hooft"`, `"@Bath \"x\""`, `"=1011"`, `"-risk"`, `"'-own"`} {
		if !strings.Contains(lines.String(), value) {
			t.Errorf("no %s in %s", value, lines.String())
		}
	}
}
