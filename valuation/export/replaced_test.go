package export

import (
	"path/filepath"
	"slices"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
)

// kept is what the e-mails of each kind of file are.
func (s *shop) kept(result Result) map[platform.Kind][]string {
	s.t.Helper()
	all := map[platform.Kind][]string{}
	for _, file := range result.Manifest.Files() {
		for _, record := range s.records(filepath.Join(result.Folder, file.Name))[1:] {
			all[file.Kind] = append(all[file.Kind], record[0])
		}
	}
	return all
}

func (s *shop) wantKept(result Result, kind platform.Kind, want ...string) {
	s.t.Helper()
	if got := s.kept(result)[kind]; !slices.Equal(got, want) {
		s.t.Errorf("%s of %s: %q, want %q", kind, filepath.Base(result.Folder), got, want)
	}
}

// Whoever any export of a day put into a file is reported as gone by those after
// it that do not, on the same day and on the next; nobody knows which were sent.
func TestReplacedExportsAreTakenBack(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "daily", Lifecycle: "active", Target: "klaviyo"}
	everybody := []row{person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org")}
	customers := func() []row { return []row{customer("a"), customer("b"), customer("c")} }
	monday := s.run("2026-11-23", customers()...)
	s.people(everybody...)
	first := s.mustExport(monday, a)
	s.wantKept(first, platform.Entered, "a@x.org", "b@x.org", "c@x.org")

	s.people(everybody[:2]...)
	second := s.mustExport(monday, a)
	s.wantKept(second, platform.Exited) // c is in people no more, and reported by hand
	if n := second.Manifest.Exited[platform.NeutralName(a.Name)].Rejected[platform.NotInPeople]; n != 1 {
		t.Errorf("%d left without an address, want 1", n)
	}
	gone := person("c", "c@x.org")
	gone["consent_email"] = nil
	s.people(everybody[0], everybody[1], gone)
	third := s.mustExport(monday, a)
	s.wantKept(third, platform.Exited, "c@x.org")
	s.wantKept(third, platform.Entered) // a and b are in both before
	if again := s.mustExport(monday, a); !again.Already || again.Folder != third.Folder {
		t.Errorf("the same again is %+v", again)
	}

	// back to what the first was made of: it is no repetition, for the third is out
	s.people(everybody...)
	fourth := s.mustExport(monday, a)
	s.wantKept(fourth, platform.Entered, "c@x.org")
	if len(fourth.Manifest.Replaced) != 3 || fourth.Folder == first.Folder {
		t.Errorf("%+v", fourth)
	}
	if again := s.mustExport(monday, a); !again.Already || again.Folder != fourth.Folder {
		t.Errorf("the same again is %+v", again)
	}

	// the next day knows of all four
	s.people(everybody[0], everybody[1], gone)
	tuesday := s.mustExport(s.run("2026-11-24", customers()...), a)
	s.wantKept(tuesday, platform.Exited, "c@x.org")
	if m := tuesday.Manifest; m.Earlier == nil || m.Earlier.ID != filepath.Base(fourth.Folder) || len(m.Replaced) != 3 {
		t.Errorf("%+v, %+v", m.Earlier, m.Replaced)
	}
}

// An export that empties an audience of the same day takes its people back.
func TestAnEmptiedAudienceIsTakenBackOnTheSameDay(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "daily", Lifecycle: "active", Target: "meta"}
	run := s.run("2026-11-23", customer("a"))
	s.people(person("a", "a@x.org"))
	s.mustExport(run, a)
	objecting := person("a", "a@x.org")
	objecting["consent_ads"] = false
	s.people(objecting)
	result := s.mustExport(run, a)
	s.wantKept(result, platform.Full)
	s.wantKept(result, platform.Removal, hashOf("a@x.org")) // the platform has it
}

// An e-mail tool hears of every address that somebody objected with: of a later
// row of the same customer, of a row without an id, and of suppression files.
func TestEveryObjectingAddressIsSuppressed(t *testing.T) {
	for target, want := range map[string][]string{
		"klaviyo": {"first@x.org", "elsewhere@x.org", "noid@x.org", "second@x.org"},
		"braze":   {"a"}, // which knows ids
	} {
		s := newShop(t)
		later, nobody := person("a", "Second@x.org"), row{"email": " noid@x.org", "suppressed": true}
		later["consent_email"] = false
		s.people(person("a", "first@x.org"), later, nobody, person("b", "b@x.org"))
		s.objections(row{"email": "Elsewhere@X.org"}, row{"email": "FIRST@x.org"}, row{"email": "elsewhere@x.org "})
		result := s.mustExport(s.run("2026-11-23", customer("a"), customer("b")), config.Audience{Name: "all", Lifecycle: "active", Target: target})
		s.wantKept(result, platform.Removal, want...)
		if result.Manifest.Suppressed.Rejected[platform.SharedEmail] > 0 {
			t.Errorf("%s: %v", target, result.Manifest.Suppressed.Rejected)
		}
	}
}

// Somebody erased from people cannot be reported by any address: strictness does
// not keep the audience back for that, today or ever.
func TestStrictLetsErasedPeoplePass(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"}
	s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"))
	s.mustExport(s.run("2026-11-23", customer("a"), customer("b"), customer("c")), a)
	s.config.Run.Strict = true
	s.people(person("a", "a@x.org"), person("b", "b@x.org"))
	result := s.mustExport(s.run("2026-11-24", customer("a"), customer("b"), customer("c")), a)
	if !slices.ContainsFunc(result.Warnings, func(w pipeline.Warning) bool { return w.Code == "left_people" }) {
		t.Errorf("%+v", result.Warnings)
	}
}

// What another program wrote may be something else, so it is written anew.
func TestAnotherProgramExportsAnew(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"}
	s.people(person("a", "a@x.org"))
	run := s.run("2026-11-23", customer("a"))
	first := s.mustExport(run, a)
	store := s.open()
	defer store.Close()
	job := s.job()
	job.Program.Identity = "another"
	result, err := Run(t.Context(), Job{Job: job, Store: store, Run: run, Audience: a, Announce: func(Power) {}})
	s.must(err)
	if result.Already || result.Folder == first.Folder {
		t.Errorf("%+v", result)
	}
}
