package export

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/platform"
)

// merge writes the file of merged customers: pairs of the id of before and that of now.
func (s *shop) merge(pairs ...[2]string) {
	path := filepath.Join(s.folder, "identities.parquet")
	var rows []row
	for _, pair := range pairs {
		rows = append(rows, row{"from": pair[0], "to": pair[1]})
	}
	s.write(path, []engine.Column{{Name: "from", Type: engine.Varchar}, {Name: "to", Type: engine.Varchar}}, rows)
	s.config.Identities.Files = config.Files{path}
}

// A row of people under an id of before is the merged customer's: the row of the own id
// has the address, and an objection under any id stands, whichever list it is in.
func TestPeopleOfMergedCustomers(t *testing.T) {
	s := newShop(t)
	refuses := person("refuses_old", "refuses.old@x.org")
	refuses["consent_email"] = false
	s.people(
		person("own_old", "own.old@x.org"), person("own", "own@x.org"), person("moved_old", "moved@x.org"),
		refuses, person("refuses", "refuses@x.org"), person("listed", "listed@x.org"),
		person("address_old", "address.old@x.org"), person("address", "address@x.org"),
		person("hash_old", "hashed@example.com"), person("hash", "hash@x.org"), person("other", "other@x.org"),
	)
	s.objections(row{"customer_id": "listed_old"}, row{"email": "Address.Old@x.org"},
		row{"hash": "A552F92CEC517D42D66471E033158C672445D078D54A1D4211791471BCB2148F"})
	run := s.run("2026-11-23", customer("own"), customer("moved"), customer("refuses"), customer("listed"), customer("address"), customer("hash"), customer("other"))
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"}
	apart := s.mustExport(run, a)
	s.wantKept(apart, platform.Full, "address@x.org", "hash@x.org", "listed@x.org", "other@x.org", "own@x.org", "refuses@x.org")

	s.merge([2]string{"own_old", "own"}, [2]string{"moved_old", "moved"}, [2]string{"refuses_old", "refuses"}, [2]string{"listed_old", "listed"},
		[2]string{"address_old", "address"}, [2]string{"hash_old", "hash"})
	one := s.mustExport(run, a)
	s.wantKept(one, platform.Full, "moved@x.org", "other@x.org", "own@x.org")
	suppressed := s.kept(one)[platform.Removal]
	for _, address := range []string{"refuses@x.org", "listed@x.org", "address@x.org", "hash@x.org"} {
		if !slices.Contains(suppressed, address) {
			t.Errorf("the target is not told of %s: %q", address, suppressed)
		}
	}
	// of the first ones it was given none
	for _, address := range []string{"refuses.old@x.org", "address.old@x.org", "hashed@example.com", "own.old@x.org", "moved@x.org", "other@x.org"} {
		if slices.Contains(suppressed, address) {
			t.Errorf("the target is told that %s objects", address)
		}
	}
	if people := one.Manifest.People; people["used"] != 7 || people["customer_merged"] != 4 || len(people) != 2 {
		t.Errorf("%v", people)
	}
	if one.Manifest.SuppressionUnmatched != 0 {
		t.Errorf("%d keys match nobody", one.Manifest.SuppressionUnmatched)
	}
}

// The export after a merge takes the id of before out by the address of before.
func TestTheIDOfBeforeLeaves(t *testing.T) {
	s := newShop(t)
	s.people(person("new", "new@x.org"), person("old", "old@x.org"), person("other", "other@x.org"))
	a := config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"}
	s.mustExport(s.run("2026-11-23", customer("new"), customer("old"), customer("other")), a)
	s.merge([2]string{"old", "new"})
	result := s.mustExport(s.run("2026-11-24", customer("new"), customer("other")), a)
	s.wantKept(result, platform.Full, "new@x.org", "other@x.org")
	s.wantKept(result, platform.Entered)
	s.wantKept(result, platform.Exited, "old@x.org")
}

// A customer who came into a campaign under the id of before keeps that arm, whatever
// their own id would draw, and is not assigned once more.
func TestTheArmOfBeforeStands(t *testing.T) {
	s := newShop(t)
	a := winback()
	design := s.config.Export.Design(*a.Campaign)
	of := func(arm experiment.Arm, prefix string) string {
		for i := range 1000 {
			if id := prefix + string(rune('a'+i%26)) + strings.Repeat("z", i/26); design.Arm(id) == arm {
				return id
			}
		}
		t.Fatalf("no id of arm %s", arm)
		return ""
	}
	held, heldNow := of(experiment.None, "old"), of(experiment.Champion, "new")
	sent, sentNow := of(experiment.Champion, "was"), of(experiment.None, "now")
	fill := of(experiment.Champion, "fill")
	s.people(person(held, "held@x.org"), person(sent, "sent@x.org"), person(fill, "fill@x.org"))
	s.mustExport(s.run("2026-11-23", customer(held), customer(sent), customer(fill)), a)

	s.merge([2]string{held, heldNow}, [2]string{sent, sentNow})
	result := s.mustExport(s.run("2026-11-24", customer(heldNow), customer(sentNow), customer(fill)), a)
	s.wantKept(result, platform.Full, "fill@x.org", "sent@x.org")
	if arms := result.Manifest.Arms; arms[experiment.None] != 1 || arms[experiment.Champion] != 2 {
		t.Errorf("%v", arms)
	}
	c, err := campaign.Open(s.config.Out, a.Campaign.Name)
	if err != nil || len(c.Parts) != 1 {
		t.Errorf("%d parts, %v", len(c.Parts), err)
	}
}

// Nothing is exported while it is not known whose an objection is.
func TestUnsoundIdentitiesStopAnExport(t *testing.T) {
	s := newShop(t)
	s.people(person("a", "a@x.org"))
	s.merge([2]string{"b", "a"}, [2]string{"b", "c"})
	_, err := s.export(s.run("2026-11-23", customer("a")), config.Audience{Name: "all", Lifecycle: "active", Target: "klaviyo"})
	if failure.KindOf(err) != failure.Input || !strings.Contains(err.Error(), "identities.parquet row 1 (rows like it: 2): the customer of identities.columns.from is merged into another one") {
		t.Error(err)
	}
}
