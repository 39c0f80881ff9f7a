package platform

import (
	"fmt"
	"slices"
	"testing"
)

// arms places people by the digit their id ends in: 0 is the campaign's holdout,
// odd ones one arm and even ones the other.
func arms(id string, held bool, _ RowKey) (string, Reason, error) {
	switch last := id[len(id)-1] - '0'; {
	case held:
		return "", GlobalHoldout, nil
	case last == 0:
		return "", Holdout, nil
	case last%2 == 1:
		return "cbv_a_0123456789_a", "", nil
	}
	return "cbv_a_0123456789_b", "", nil
}

// One pass writes the full and the entered files of all arms, and no holdout is in
// any of them.
func TestArmsAndChanges(t *testing.T) {
	spec := specOf(t, "klaviyo")
	spec.Place, spec.Changes = arms, true
	var people []Person
	for i := range 8 {
		people = append(people, person(fmt.Sprint(10+i), fmt.Sprintf("p%d@example.com", i)))
	}
	keys := leaving(spec, people...)
	people[1].Was, people[1].WasKeys.Identifiers = "cbv_a_0123456789_a", keys[1].Gone // stays
	people[2].Was, people[2].WasKeys.Identifiers = "cbv_a_0123456789_a", keys[2].Gone // changes its arm
	people[4].Absent = true
	held := people[3]
	people[7].Email = " P3@example.com" // the mailbox of the one held out
	spec.Holdout = NewSuppression(spec.Target)
	spec.Holdout.AddPerson(&held, "GB")
	spec.Holdout.Seal()
	result, files := mustExport(t, spec, people)
	want := map[string][]string{
		"cbv_a_0123456789_a-klaviyo-full-001.csv":    {"p1@example.com", "p5@example.com"},
		"cbv_a_0123456789_b-klaviyo-full-001.csv":    {"p2@example.com", "p6@example.com"},
		"cbv_a_0123456789_a-klaviyo-entered-001.csv": {"p5@example.com"},
		"cbv_a_0123456789_b-klaviyo-entered-001.csv": {"p2@example.com", "p6@example.com"},
	}
	if len(result.Files) != len(want) {
		t.Errorf("%+v", result.Files)
	}
	for _, file := range result.Files {
		header, rows := files.cells(t, Result{Files: []File{file}})
		var emails []string
		for _, row := range rows {
			emails = append(emails, row[0])
		}
		if !slices.Equal(emails, want[file.Name]) || !slices.Contains(header, file.Audience) {
			t.Errorf("%s: %q, header %q", file.Name, emails, header)
		}
	}
	if r := result.Rejected; result.Written != 4 || r[Holdout] != 1 || r[GlobalHoldout] != 1 || r[NotInPeople] != 1 || r[SharedEmail] != 1 {
		t.Errorf("%+v", result)
	}
}

// Braze can distinguish two customers of one mailbox; a campaign treats them as
// one.
func TestOneMailboxOneArm(t *testing.T) {
	spec := specOf(t, "braze")
	spec.Place, spec.UniqueEmail = arms, true
	result, _ := mustExport(t, spec, []Person{person("10", "a@example.com"), person("11", "A@example.com"), person("12", "b@example.com")})
	if result.Written != 1 || result.Rejected[SharedEmail] != 1 || result.Rejected[Holdout] != 1 {
		t.Errorf("%+v", result)
	}
}

// Without consent on record nobody comes in, but out.
func TestUnknownConsentMayLeave(t *testing.T) {
	spec := specOf(t, "meta")
	spec.Kind = Exited
	unknown, refused := person("1", "a@example.com"), person("2", "b@example.com")
	unknown.ConsentAds, refused.ConsentAds = Unknown, Refused
	people := leaving(spec, unknown, refused)
	spec.HandedOut = handed(spec, people)
	result, _ := mustExport(t, spec, people)
	if result.Written != 1 || result.Rejected[NoConsent] != 1 {
		t.Errorf("%+v", result)
	}
}
