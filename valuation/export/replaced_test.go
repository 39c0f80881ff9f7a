package export

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/audiencename"
	"cbv/valuation/config"
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
	s.wantKept(second, platform.Exited, "c@x.org") // who is in people no more, and is named as the first export did
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

// An e-mail tool hears of every address that somebody objected with and that an export
// gave it: of a row of people, of a row without an id, and of suppression files. Of the
// others it hears nothing: they would be disclosed.
func TestObjectingAddressesThatWereGivenOutAreSuppressed(t *testing.T) {
	for target, want := range map[string][]string{
		"klaviyo": {"first@x.org", "elsewhere@x.org", "noid@x.org"},
		"braze":   {"a", "c", "d"}, // which knows ids; c and d are in people no more, and the file of Monday has their addresses
	} {
		s := newShop(t)
		a := config.Audience{Name: "all", Lifecycle: "active", Target: target}
		everybody := func() []row { return []row{customer("a"), customer("b"), customer("c"), customer("d")} }
		s.people(person("a", "first@x.org"), person("b", "b@x.org"), person("c", "elsewhere@x.org"), person("d", "noid@x.org"))
		s.mustExport(s.run("2026-11-23", everybody()...), a)
		later, nobody := person("a", "Second@x.org"), row{"email": " noid@x.org", "suppressed": true}
		later["consent_email"] = false
		s.people(person("a", "first@x.org"), later, nobody, person("b", "b@x.org"))
		s.objections(row{"email": "Elsewhere@X.org"}, row{"email": "FIRST@x.org"}, row{"email": "stranger@x.org "})
		result := s.mustExport(s.run("2026-11-24", everybody()...), a)
		s.wantKept(result, platform.Removal, want...)
		if result.Manifest.Suppressed.Rejected[platform.SharedEmail] > 0 {
			t.Errorf("%s: %v", target, result.Manifest.Suppressed.Rejected)
		}
	}
}

// What another audience gave the tool, or this one long ago, it has too: an objection
// is told to it by every audience.
func TestObjectionsAreToldByEveryAudienceOfTheTarget(t *testing.T) {
	s := newShop(t)
	actives := config.Audience{Name: "actives", Lifecycle: "active", Target: "klaviyo"}
	cooling := config.Audience{Name: "cooling", Lifecycle: "cooling", Target: "klaviyo"}
	elsewhere := config.Audience{Name: "elsewhere", Lifecycle: "cooling", Target: "mailchimp"}
	of := func(id, lifecycle string) row {
		c := customer(id)
		c["lifecycle"] = lifecycle
		return c
	}
	s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"), person("d", "d@x.org"))
	monday := s.run("2026-11-23", of("a", "active"), of("b", "active"), of("c", "cooling"), of("d", "cooling"))
	s.mustExport(monday, actives)
	s.mustExport(monday, cooling)
	tuesday := s.run("2026-11-24", of("a", "active"), of("b", "cooling"), of("c", "cooling"), of("d", "cooling"))
	s.mustExport(tuesday, actives) // b left
	s.mustExport(tuesday, elsewhere)
	objecting := []row{person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"), person("d", "d@x.org"), person("e", "e@x.org")}
	for _, i := range []int{1, 2, 4} {
		objecting[i]["consent_email"] = false
	}
	s.people(objecting...)
	wednesday := s.run("2026-11-25", of("a", "active"), of("b", "cooling"), of("c", "cooling"), of("d", "cooling"), of("e", "cooling"))
	s.wantKept(s.mustExport(wednesday, actives), platform.Removal, "b@x.org", "c@x.org") // e was given to nobody
	s.wantKept(s.mustExport(wednesday, elsewhere), platform.Removal, "b@x.org", "c@x.org")
}

// Somebody erased from people leaves by the address that the earlier export gave out.
// Where that export's files are gone too nobody knows it, which strictness stops at
// unless it is accepted.
func TestErasedPeopleLeave(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"}
	everybody := func() []row { return []row{customer("a"), customer("b"), customer("c")} }
	s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"))
	first := s.mustExport(s.run("2026-11-23", everybody()...), a)
	s.config.Run.Strict = true
	s.people(person("a", "a@x.org"), person("b", "b@x.org"))
	tuesday := s.run("2026-11-24", everybody()...)
	second := s.mustExport(tuesday, a)
	s.wantKept(second, platform.Exited, "c@x.org")
	if len(second.Warnings) > 0 {
		t.Errorf("%+v", second.Warnings)
	}
	s.must(os.RemoveAll(second.Folder))
	s.must(os.Remove(filepath.Join(first.Folder, first.Manifest.Full.Files[0].Name)))
	if _, err := s.export(tuesday, a); err == nil || !strings.Contains(err.Error(), "warning left_people") {
		t.Errorf("%v", err)
	}
	s.config.Run.Accept = []string{"left_people"}
	again := s.mustExport(tuesday, a)
	s.wantKept(again, platform.Exited)
	if n := again.Manifest.Exited[audiencename.Neutral(a.Name)].Rejected[platform.NotInPeople]; n != 1 {
		t.Errorf("%d left without an address, want 1", n)
	}
}

// A changed address leaves and the new one enters; the change file says both.
func TestChangedAddressesLeaveAndEnter(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "meta"}
	of := func(email, phone string) row {
		p := person("a", email)
		p["phone"] = phone
		return p
	}
	s.people(of("old@x.org", "07700 900123"), person("b", "b@x.org"))
	s.mustExport(s.run("2026-11-23", customer("a"), customer("b")), a)
	s.people(of("new@x.org", "07700 900123"), person("b", "b@x.org"))
	result := s.mustExport(s.run("2026-11-24", customer("a"), customer("b")), a)
	s.wantKept(result, platform.Exited, hashOf("old@x.org"))
	s.wantKept(result, platform.Entered, hashOf("new@x.org"))
	lines, err := os.ReadFile(filepath.Join(result.Folder, result.Manifest.Changes.Name))
	s.must(err)
	name := audiencename.Neutral(a.Name)
	want := `{"op":"remove","audience":"` + name + `","row":{"email":"` + hashOf("old@x.org") + `"}}
{"op":"update","audience":"` + name + `","row":{"email":"` + hashOf("new@x.org") + `","phone":"` + hashOf("447700900123") +
		`","fn":null,"ln":null,"zip":null,"ct":null,"st":null,"country":null,"uid":null,"value":null}}
`
	if string(lines) != want {
		t.Errorf("%s\nwant\n%s", lines, want)
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
