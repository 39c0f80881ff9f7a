package export

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
)

// ids are the first cells of the rows of a kind.
func (s *shop) ids(result Result, kind platform.Kind) (ids []string) {
	s.t.Helper()
	for _, file := range result.Manifest.Files() {
		if file.Kind == kind {
			for _, cells := range s.records(filepath.Join(result.Folder, file.Name))[1:] {
				ids = append(ids, cells[0])
			}
		}
	}
	return ids
}

// reasons are the reasons of the lines of a change file that take somebody out, by the
// first cell of the header.
func (s *shop) reasons(result Result, header string) map[string]platform.Reason {
	reasons := map[string]platform.Reason{}
	for _, l := range s.lines(result) {
		if l.Op == platform.Remove {
			reasons[l.record()[header]] = l.Reason
		}
	}
	return reasons
}

// A tool that knows people by an id is told of an erased customer whose address is
// suppressed, night after night; where no file has the address any more it is asked for.
func TestErasedPeopleAreSuppressedByID(t *testing.T) {
	for target, header := range map[string]string{"braze": "external_id", "parquet": "customer_id"} {
		t.Run(target, func(t *testing.T) { suppressErasedByID(t, target, header) })
	}
}

func suppressErasedByID(t *testing.T, target, header string) {
	s := newShop(t)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: target, Channel: map[string]string{"parquet": "email"}[target]}
	customers := func() []row { return []row{customer("a"), customer("b"), customer("c"), customer("d")} }
	s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"), person("d", "d@x.org"))
	first := s.mustExport(s.run("2026-11-20", customers()...), a)
	s.people(person("a", "a@x.org"))
	s.objections(row{"email": "B@x.org"}, row{"hash": hashOf("c@x.org")})
	second := s.mustExport(s.run("2026-11-21", customers()...), a)
	wednesday := s.run("2026-11-22", customers()...)
	third := s.mustExport(wednesday, a)
	isLeft := func(w pipeline.Warning) bool { return w.Code == "left_people" }
	for _, result := range []Result{second, third} {
		if got := s.ids(result, platform.Removal); !slices.Equal(got, []string{"b", "c"}) || slices.ContainsFunc(result.Warnings, isLeft) {
			t.Errorf("%v are suppressed, want b and c: %+v", got, result.Warnings)
		}
	}
	if got := s.reasons(second, header); got["b"] != platform.Suppressed || got["c"] != platform.Suppressed || got["d"] != "" || len(got) != 3 {
		t.Errorf("%v", got)
	}
	s.must(os.RemoveAll(third.Folder))
	s.must(os.Remove(filepath.Join(first.Folder, first.Manifest.Full.Files[0].Name)))
	again := s.mustExport(wednesday, a)
	if got := s.ids(again, platform.Removal); !slices.Equal(got, []string{"b", "c"}) { // as the last suppressed file had them
		t.Errorf("%v are suppressed, want b and c", got)
	}
	if n := again.Manifest.Suppressed.Rejected[platform.ObjectionUnknown]; n != 1 || !slices.ContainsFunc(again.Warnings, isLeft) {
		t.Errorf("%d of whom nobody knows, want d: %+v", n, again.Warnings)
	}
}

// The change file says of erased people whose address is suppressed why they leave, and
// nothing is wrong with those whom the suppressed file has: their keys match somebody.
func TestErasedPeopleLeaveForAReason(t *testing.T) {
	for _, target := range []string{"klaviyo", "meta"} {
		s := newShop(t)
		a := config.Audience{Name: "all", Lifecycle: "active", Target: target}
		header, cell := "Email", func(email string) string { return email }
		if target == "meta" {
			header, cell = "email", hashOf
		}
		customers := func() []row { return []row{customer("a"), customer("b"), customer("c"), customer("d")} }
		s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"), person("d", "d@x.org"))
		s.mustExport(s.run("2026-11-20", customers()...), a)
		s.people(person("a", "a@x.org"))
		s.objections(row{"email": "b@x.org"}, row{"hash": hashOf("c@x.org")}, row{"email": "nobody@x.org"})
		second := s.mustExport(s.run("2026-11-21", customers()...), a)
		got := s.reasons(second, header)
		if got[cell("b@x.org")] != platform.Suppressed || got[cell("c@x.org")] != platform.Suppressed || got[cell("d@x.org")] != "" || len(got) != 3 {
			t.Errorf("%s: %v", target, got)
		}
		m := second.Manifest
		if m.SuppressionFileKeys != 3 || m.SuppressionUnmatched != 1 {
			t.Errorf("%s: %d of %d keys match nobody, want 1 of 3", target, m.SuppressionUnmatched, m.SuppressionFileKeys)
		}
		if target == "klaviyo" {
			s.wantKept(second, platform.Removal, "b@x.org", "c@x.org")
		}
		if m.Suppressed.Rejects != nil {
			t.Errorf("%s: %+v", target, s.records(filepath.Join(second.Folder, m.Suppressed.Rejects.Name)))
		}
	}
}

// An address of somebody who objects is suppressed when another gives it up who came to
// have it.
func TestAnAddressThatAnotherHadIsSuppressed(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"}
	customers := func() []row { return []row{customer("a"), customer("b"), customer("c")} }
	objecting := person("a", "new@x.org")
	objecting["consent_email"] = false
	s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"))
	s.mustExport(s.run("2026-11-20", customers()...), a)
	s.people(objecting, person("b", "a@x.org"), person("c", "c@x.org"))
	s.wantKept(s.mustExport(s.run("2026-11-21", customers()...), a), platform.Removal)
	for _, day := range []string{"2026-11-22", "2026-11-23"} {
		s.people(objecting, person("b", "b2@x.org"), person("c", "c@x.org"))
		s.wantKept(s.mustExport(s.run(day, customers()...), a), platform.Removal, "a@x.org")
	}
}

// After a target was declared in another form the addresses that are the same in both are
// named, and what the file has is not asked for.
func TestAddressesInAFormOfBefore(t *testing.T) {
	s := newShop(t)
	columns := func(form ...string) []config.Target {
		return []config.Target{{Name: "post_tool", Channel: "email", Key: "email", Columns: []config.TargetColumn{{Header: "mail", Field: "email", Form: form}}}}
	}
	s.config.Targets = columns("trim", "lower")
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "post_tool"}
	customers := func() []row { return []row{customer("a"), customer("b"), customer("c"), customer("d"), customer("e")} }
	s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "b+c@x.org"), person("d", "d+d@x.org"), person("e", "e@x.org"))
	s.mustExport(s.run("2026-11-20", customers()...), a)
	s.config.Targets = columns("trim", "lower", "no_tag")
	s.people(person("e", "e@x.org"))
	s.objections(row{"customer_id": "a"}, row{"customer_id": "b"}, row{"customer_id": "c"}, row{"customer_id": "d"})
	result := s.mustExport(s.run("2026-11-21", customers()...), a)
	s.wantKept(result, platform.Removal, "a@x.org", "b@x.org")
	if n := result.Manifest.Suppressed.Rejected[platform.AddressUnknown]; n != 1 { // nobody was given d@x.org
		t.Errorf("%d have to be suppressed by hand, want 1", n)
	}
	if !slices.ContainsFunc(result.Manifest.Warnings, func(w pipeline.Warning) bool { return strings.Contains(w.Message, "none in the form of today: 1:") }) {
		t.Errorf("%+v", result.Manifest.Warnings)
	}
}
