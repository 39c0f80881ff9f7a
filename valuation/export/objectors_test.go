package export

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/platform"
)

// Whoever objects is suppressed by the address of before too: changed in the same night
// or in one before, given by this audience or by another, night after night.
func TestAddressesOfBeforeAreSuppressed(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"}
	b := config.Audience{Name: "both", Lifecycle: "active", Target: "klaviyo"}
	night := func(day string, people ...row) Result {
		s.people(people...)
		run := s.run(day, customer("a"), customer("b"), customer("c"), customer("d"))
		s.mustExport(run, b)
		return s.mustExport(run, a)
	}
	refuses := func(id, email string) row {
		p := person(id, email)
		p["consent_email"] = false
		return p
	}
	night("2026-11-20", person("a", "a1@x.org"), person("b", "b1@x.org"), person("c", "c1@x.org"), person("d", "d1@x.org"))
	night("2026-11-21", person("a", "a2@x.org"), person("b", "b1@x.org"), person("c", "c1@x.org"), person("d", "d2@x.org"))
	third := night("2026-11-22", refuses("a", "a3@x.org"), refuses("b", "b2@x.org"), person("c", "c1@x.org"), person("d", "d2@x.org"))
	s.wantKept(third, platform.Removal, "a2@x.org", "a1@x.org", "b1@x.org") // d did not object
	if n := third.Manifest.Suppressed.Rejected[platform.AddressUnknown]; n > 0 {
		t.Errorf("%d without an address", n)
	}
	fourth := night("2026-11-23", refuses("a", "a3@x.org"), refuses("b", "b2@x.org"), person("c", "c1@x.org"), person("d", "d2@x.org"))
	s.wantKept(fourth, platform.Removal, "a2@x.org", "a1@x.org", "b1@x.org")
	lines, err := os.ReadFile(filepath.Join(third.Folder, third.Manifest.Changes.Name))
	s.must(err)
	if !strings.Contains(string(lines), `"reason":"no_consent","row":{"Email":"b1@x.org"}`) {
		t.Errorf("%s", lines)
	}
}

// Whoever left and objects later is told of once by the change file too: refused in people,
// or erased and in the suppression files. Who objects as they leave is told of by one line.
func TestObjectionsAfterAnExitAreTold(t *testing.T) {
	for target, header := range map[string]string{"klaviyo": "Email", "braze": "external_id", "parquet": "customer_id"} {
		s := newShop(t)
		a := config.Audience{Name: "all", Lifecycle: "active", Target: target, Channel: map[string]string{"parquet": "email"}[target]}
		known := func(id string) string {
			if target == "klaviyo" {
				return id + "@x.org"
			}
			return id
		}
		refuses := func(id string) row {
			p := person(id, id+"@x.org")
			p["consent_email"] = false
			return p
		}
		left := func(id string) row {
			c := customer(id)
			c["lifecycle"] = "cooling"
			return c
		}
		a1, b1, c1, d1 := person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"), person("d", "d@x.org")
		night := func(day string, want map[string]platform.Reason, people ...row) {
			s.people(people...)
			result := s.mustExport(s.run(day, customer("a"), left("b"), left("c"), customer("d")), a)
			got := s.reasons(result, header)
			if !maps.Equal(got, want) {
				t.Errorf("%s on %s: removed are %v, want %v", target, day, got, want)
			}
			if counted := result.Manifest.ChangeCounts()[platform.Remove]; counted != int64(len(want)) {
				t.Errorf("%s on %s: %d are counted, want %d", target, day, counted, len(want))
			}
		}
		s.people(a1, b1, c1, d1)
		s.mustExport(s.run("2026-11-20", customer("a"), customer("b"), customer("c"), customer("d")), a)
		night("2026-11-21", map[string]platform.Reason{known("b"): "", known("c"): ""}, a1, b1, c1, d1)
		night("2026-11-22", map[string]platform.Reason{known("b"): platform.NoConsent, known("d"): platform.NoConsent}, a1, refuses("b"), c1, refuses("d"))
		s.objections(row{"customer_id": "c"})
		night("2026-11-23", map[string]platform.Reason{known("c"): platform.Suppressed}, a1, refuses("b"), refuses("d"))
		night("2026-11-24", map[string]platform.Reason{}, a1, refuses("b"), refuses("d"))
	}
}

// Two who object and came to share an e-mail leave an ad platform with both their phones.
func TestObjectorsWhoShareAnAddressLeaveWhole(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "meta"}
	of := func(id, email, phone string, agrees bool) row {
		p := person(id, email)
		p["phone"], p["consent_ads"] = phone, agrees
		return p
	}
	stays := of("c", "c@x.org", "07700 900125", true)
	customers := func() []row { return []row{customer("a"), customer("b"), customer("c")} }
	s.people(of("a", "a@x.org", "07700 900123", true), of("b", "b@x.org", "07700 900124", true), stays)
	s.mustExport(s.run("2026-11-20", customers()...), a)
	s.people(of("a", "a@x.org", "07700 900123", false), of("b", "a@x.org", "07700 900124", false), stays)
	second := s.mustExport(s.run("2026-11-21", customers()...), a)
	phones := map[string]bool{}
	for _, file := range second.Manifest.Suppressed.Files {
		for _, cells := range s.records(filepath.Join(second.Folder, file.Name))[1:] {
			phones[cells[1]] = true
		}
	}
	if want := map[string]bool{hashOf("447700900123"): true, hashOf("447700900124"): true}; !maps.Equal(phones, want) {
		t.Errorf("phones %v, want %v", phones, want)
	}
}

// Somebody erased from people, and suppressed by id or by the hash of the address, is
// suppressed by the address that the export gave.
func TestErasedPeopleWhoObjectAreSuppressed(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"}
	s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"), person("d", "d@x.org"))
	first := s.mustExport(s.run("2026-11-20", customer("a"), customer("b"), customer("c"), customer("d")), a)
	s.people(person("a", "a@x.org"))
	s.objections(row{"customer_id": "b"}, row{"hash": hashOf("c@x.org")})
	tuesday := s.run("2026-11-21", customer("a"), customer("b"), customer("c"), customer("d"))
	second := s.mustExport(tuesday, a)
	s.wantKept(second, platform.Removal, "b@x.org", "c@x.org")
	s.must(os.RemoveAll(second.Folder))
	s.must(os.Remove(filepath.Join(first.Folder, first.Manifest.Full.Files[0].Name)))
	again := s.mustExport(tuesday, a)
	s.wantKept(again, platform.Removal)
	if n := again.Manifest.Suppressed.Rejected[platform.AddressUnknown]; n != 1 {
		t.Errorf("%d objectors without an address, want 1", n)
	}
}

// What an audience gave a tool before it went to another is suppressed there by the other
// audiences of the tool, and by itself when it comes back.
func TestAnAudienceThatChangesItsTargetForgetsNothing(t *testing.T) {
	s := newShop(t)
	alpha := config.Audience{Name: "alpha", Lifecycle: "active", Target: "klaviyo"}
	beta := config.Audience{Name: "beta", Lifecycle: "cooling", Target: "klaviyo"}
	customers := func() []row {
		c := customer("c")
		c["lifecycle"] = "cooling"
		return []row{customer("a"), customer("b"), c}
	}
	s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"))
	s.mustExport(s.run("2026-11-20", customers()...), alpha)
	alpha.Target = "brevo"
	s.mustExport(s.run("2026-11-21", customers()...), alpha)
	p := person("a", "a@x.org")
	p["consent_email"] = false
	s.people(p, person("b", "b@x.org"), person("c", "c@x.org"))
	run := s.run("2026-11-22", customers()...)
	s.wantKept(s.mustExport(run, beta), platform.Removal, "a@x.org")
	alpha.Target = "klaviyo"
	back := s.mustExport(run, alpha)
	s.wantKept(back, platform.Removal, "a@x.org")
	if back.Manifest.Earlier == nil || len(back.Warnings) > 0 {
		t.Errorf("%+v, %+v", back.Manifest.Earlier, back.Warnings)
	}
}

// A target that is declared anew in another form does not hold the rows in that form, and
// its files are read as they were written.
func TestAChangedDeclarationIsAnotherTarget(t *testing.T) {
	s := newShop(t)
	tool := config.Target{Name: "post_tool", Channel: "email", Key: "email", Columns: []config.TargetColumn{{Header: "mail", Field: "email"}, {Header: "town", Field: "city"}}}
	s.config.Targets = []config.Target{tool}
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "post_tool"}
	s.people(person("a", "a@x.org"), person("b", "b@x.org"))
	customers := func() []row { return []row{customer("a"), customer("b")} }
	s.mustExport(s.run("2026-11-20", customers()...), a)

	tool.Delimiter, tool.Columns = ";", []config.TargetColumn{{Header: "town", Field: "city"}, {Header: "address", Field: "email"}}
	s.config.Targets = []config.Target{tool}
	s.people(person("a", "a@x.org"))
	same := s.mustExport(s.run("2026-11-21", customers()...), a)
	if n := same.Manifest.Rows(platform.Exited); n != 1 || len(same.Warnings) > 0 {
		t.Errorf("%d left, want 1 by the address in the old file: %+v", n, same.Warnings)
	}

	tool.Columns = []config.TargetColumn{{Header: "town", Field: "city"}, {Header: "address", Field: "email", Form: []string{"trim", "lower", "sha256"}}}
	s.config.Targets = []config.Target{tool}
	p := person("a", "new@x.org")
	p["consent_email"] = false
	s.people(p, person("b", "b@x.org"))
	other := s.mustExport(s.run("2026-11-22", customers()...), a)
	if m := other.Manifest; m.Earlier != nil || m.Rows(platform.Entered) != 1 || m.ChangeCounts()[platform.Add] != 1 {
		t.Errorf("%+v", m)
	}
	s.wantKept(other, platform.Removal, hashOf("a@x.org")) // which the old file has in clear
	if n := other.Manifest.Suppressed.Rejected[platform.AddressUnknown]; n != 0 || other.Warnings[0].Code != "other_target" {
		t.Errorf("%d objectors by the old form alone, want none: %+v", n, other.Warnings)
	}
}
