package export

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
)

func winback() config.Audience {
	return config.Audience{Name: "winback", Lifecycle: "active", Target: "klaviyo", Campaign: &config.Campaign{
		Name: "spring", Salt: "s1", Holdout: 0.1, Challenger: 0.2, WindowDays: 30, Nights: 1, Covariate: "clv",
	}}
}

// grown publishes a run of so many customers who all agreed.
func grown(s *shop, day string, count int) string {
	var customers, people []row
	for i := range count {
		id := fmt.Sprintf("c%05d", i)
		customers = append(customers, customer(id))
		people = append(people, person(id, id+"@example.com"))
	}
	s.people(people...)
	return s.run(day, customers...)
}

// The arms have the sizes that the design gives them, within chance.
func TestArmsAreBalanced(t *testing.T) {
	s := newShop(t)
	s.config.Export.GlobalHoldout, s.config.Export.GlobalSalt = 0.05, "g"
	const people = 20_000
	result := s.mustExport(grown(s, "2026-11-23", people), winback())
	design := s.config.Export.Design(*winback().Campaign)
	for _, arm := range []experiment.Arm{experiment.None, experiment.Champion, experiment.Challenger, experiment.GlobalHoldout} {
		p := design.Probability(arm)
		got, want, sd := float64(result.Manifest.Arms[arm]), people*p, math.Sqrt(people*p*(1-p))
		if !(math.Abs(got-want) <= 4*sd) { // 1 in 4,000 over four arms
			t.Errorf("%s: %g of %g expected, standard deviation %.1f", arm, got, want, sd)
		}
	}
}

// What a campaign can show is reported before there is an assignment or a file, and
// the assignment is there before any file.
func TestPowerThenAssignmentThenFiles(t *testing.T) {
	s := newShop(t)
	run, next := grown(s, "2026-11-23", 1000), grown(s, "2026-11-24", 1000)
	store := s.open()
	defer store.Close()
	announced := false
	_, err := Run(t.Context(), Job{
		Job: s.job(), Store: store, Run: run, Audience: winback(),
		Announce: func(p Power) {
			announced = true
			if names, err := campaign.Names(s.config.Out); err != nil || len(names) > 0 {
				t.Errorf("campaigns %v, %v", names, err)
			}
			// 100 in the holdout, 700 champions, 10 % expected to buy: base 0.1,
			// (1.96+0.8416)^2 (0.09/100 + (0.1+g)(0.9-g)/700) = g^2 gives g = 0.0939.
			if c := p.Comparisons[0]; p.Customers != 1000 || c.Treated != experiment.Champion || !(math.Abs(*c.Lift-0.939) <= 0.001) {
				t.Errorf("%+v, lift %g", p, *p.Comparisons[0].Lift)
			}
		},
	})
	s.must(err)
	if !announced {
		t.Error("nothing was announced")
	}
	_, err = Run(t.Context(), Job{
		Job: s.job(), Store: store, Run: next, Audience: winback(),
		Announce: func(p Power) { t.Error("it is announced again once the campaign has begun") },
	})
	s.must(err)
	// A file in the way of the link is the last that can go wrong.
	s = newShop(t)
	run = grown(s, "2026-11-23", 100)
	folder := filepath.Join(s.config.Out, "exports", "winback")
	s.must(os.MkdirAll(folder, 0o700))
	s.must(os.WriteFile(filepath.Join(folder, "2026-11-23"), nil, 0o600))
	if _, err := s.export(run, winback()); err == nil {
		t.Error("a file in the way of the link is no error")
	}
	c, err := campaign.Open(s.config.Out, "spring")
	if err != nil || len(c.Parts) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	s.must(os.Remove(filepath.Join(folder, "2026-11-23")))
	if again := s.mustExport(run, winback()); !again.Already { // the folder was whole
		t.Error("it is written again")
	}
	if c, err := campaign.Open(s.config.Out, "spring"); err != nil || len(c.Parts) != 1 {
		t.Errorf("parts %v, %v", c.Parts, err)
	}
}

func TestTermsOfACampaignStand(t *testing.T) {
	s := newShop(t)
	run := grown(s, "2026-11-23", 100)
	s.mustExport(run, winback())
	changed := winback()
	changed.Campaign.Holdout = 0.2
	_, err := s.export(run, changed)
	if failure.KindOf(err) != failure.Usage || !strings.Contains(err.Error(), "began on 2026-11-23") {
		t.Errorf("other shares: %v", err)
	}
	s.config.Audiences = []config.Audience{changed}
	if err := Check(t.Context(), s.job()); err == nil || !strings.Contains(err.Error(), "began on 2026-11-23") {
		t.Errorf("before a run: %v", err)
	}
	_, err = s.export(grown(s, "2026-11-20", 100), winback())
	if failure.KindOf(err) != failure.Usage || !strings.Contains(err.Error(), "export a later run") {
		t.Errorf("a day before it began: %v", err)
	}
}

// Under run.strict nobody is assigned by an export that its warnings stop.
func TestStrictAssignsNobody(t *testing.T) {
	s := newShop(t)
	run := grown(s, "2026-11-23", 50)
	s.config.Run.Strict = true
	a := winback()
	a.Target = "meta" // wants 100
	if _, err := s.export(run, a); failure.KindOf(err) != failure.Input || !strings.Contains(err.Error(), "audience_too_small") {
		t.Errorf("%v", err)
	}
	if names, err := campaign.Names(s.config.Out); err != nil || len(names) > 0 {
		t.Errorf("campaigns %v, %v", names, err)
	}
	if _, err := os.Stat(filepath.Join(s.config.Out, "exports")); err == nil {
		t.Error("an export is left behind")
	}
}

// An audience that everybody leaves is reported so once; who was never in one is not.
func TestEverybodyLeaves(t *testing.T) {
	s := newShop(t)
	a := winback()
	a.Campaign = nil
	s.mustExport(grown(s, "2026-11-23", 10), a)
	gone := customer("c99999")
	gone["lifecycle"] = "lapsed"
	result := s.mustExport(s.run("2026-11-24", gone), a)
	if m := result.Manifest; m.Rows(platform.Exited) != 10 || m.Rows(platform.Full) != 0 ||
		!slices.ContainsFunc(result.Warnings, func(w pipeline.Warning) bool { return w.Code == "empty_audience" }) {
		t.Errorf("%+v", result)
	}
}

// The same inputs give the same bytes, whatever the number of threads.
func TestSameInputsSameBytes(t *testing.T) {
	customers := 30_000
	if testing.Short() {
		customers = 3_000
	}
	var before map[string]string
	for _, threads := range []int{1, 2} {
		s := newShop(t)
		s.config.Engine.Threads = threads
		result := s.mustExport(grown(s, "2026-11-23", customers), winback())
		files := map[string]string{}
		for _, file := range result.Manifest.Outputs {
			files[file.Name] = file.Hash
		}
		if before != nil && fmt.Sprint(files) != fmt.Sprint(before) {
			t.Errorf("%v\n%v", files, before)
		}
		before = files
	}
}

// An ad platform gets those who object only where it holds them; whose
// consent is not known any more leaves.
func TestAnAdPlatformHearsOfItsOwnOnly(t *testing.T) {
	s := newShop(t)
	a := config.Audience{Name: "ads", Lifecycle: "active", Target: "tiktok"}
	var customers, people []row
	for _, id := range []string{"stays", "refuses", "forgets", "never"} {
		customers = append(customers, customer(id))
		people = append(people, person(id, id+"@example.com"))
	}
	people[3]["consent_ads"] = false
	s.people(people...)
	s.mustExport(s.run("2026-11-23", customers...), a)
	people[1]["consent_ads"], people[2]["consent_ads"] = false, nil
	s.people(people...)
	result := s.mustExport(s.run("2026-11-24", customers...), a)
	got := map[platform.Kind][]string{}
	for _, file := range result.Manifest.Files() {
		for _, record := range s.records(filepath.Join(result.Folder, file.Name))[1:] {
			got[file.Kind] = append(got[file.Kind], record[0])
		}
	}
	want := map[platform.Kind][]string{
		platform.Full: {hashOf("stays@example.com")}, platform.Exited: {hashOf("forgets@example.com")}, platform.Removal: {hashOf("refuses@example.com")},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want\n%v", got, want)
	}
}

// What a platform holds is another platform's affair.
func TestAnotherTargetStartsAnew(t *testing.T) {
	s := newShop(t)
	a := winback()
	a.Campaign = nil
	s.mustExport(grown(s, "2026-11-23", 10), a)
	a.Target = "mailchimp"
	result := s.mustExport(grown(s, "2026-11-24", 12), a)
	if m := result.Manifest; m.Earlier != nil || m.Rows(platform.Entered) != 12 || result.Warnings[0].Code != "other_target" {
		t.Errorf("%+v, %+v", m.Earlier, result.Warnings)
	}
}

// Strictness stops at every warning of an export; what would stay for good, such as
// customers who share an e-mail, is accepted once and for all.
func TestStrictStopsAtSharedEmailsUnlessTheyAreAccepted(t *testing.T) {
	s := newShop(t)
	s.config.Run.Strict = true
	s.people(person("a", "x@example.com"), person("b", "X@example.com"))
	a := winback()
	a.Campaign = nil
	run := s.run("2026-11-23", customer("a"), customer("b"))
	if _, err := s.export(run, a); failure.KindOf(err) != failure.Input || !strings.Contains(err.Error(), "warning shared_email") {
		t.Errorf("%v", err)
	}
	s.config.Run.Accept = []string{"shared_email"}
	result := s.mustExport(run, a)
	if len(result.Warnings) != 1 || result.Warnings[0].Code != "shared_email" {
		t.Errorf("%+v", result.Warnings)
	}
}

// byArm returns ids of the campaign's arms.
func byArm(s *shop, a config.Audience, wanted experiment.Arm, count int) []string {
	design := s.config.Export.Design(*a.Campaign)
	var ids []string
	for i := 0; len(ids) < count; i++ {
		if id := fmt.Sprintf("c%05d", i); design.Arm(id) == wanted {
			ids = append(ids, id)
		}
	}
	return ids
}

// Whoever has an arm owns their mailbox, and for ads their phone: somebody who
// agrees later and comes before them in the order gets nothing sent to it.
func TestAHeldOutMailboxStaysHeldOut(t *testing.T) {
	for _, target := range []string{"klaviyo", "braze", "tiktok"} {
		s := newShop(t)
		a := winback()
		a.Target = target
		champions, held := byArm(s, a, experiment.Champion, 3), byArm(s, a, experiment.None, 1)[0]
		if champions[0] > held || champions[1] > held {
			t.Fatalf("%q have to come before %s", champions, held)
		}
		later, caller, other := person(champions[0], "Family@x.org"), person(champions[1], "caller@x.org"), person(champions[2], "other@x.org")
		owner := person(held, "family@x.org")
		caller["phone"], owner["phone"] = "07700 900123", "+44 7700 900123"
		for _, p := range []row{later, caller} {
			p["consent_email"], p["consent_ads"] = nil, nil
		}
		s.people(later, caller, other, owner)
		var customers []row
		for _, p := range []row{later, caller, other, owner} {
			customers = append(customers, customer(p["customer_id"].(string)))
		}
		s.mustExport(s.run("2026-11-23", customers...), a)
		for _, p := range []row{later, caller} {
			p["consent_email"], p["consent_ads"] = true, true
		}
		s.people(later, caller, other, owner)
		result := s.mustExport(s.run("2026-11-24", customers...), a)
		members := s.table(filepath.Join(result.Folder, membersFile))
		if strings.Contains(members, champions[0]) || result.Manifest.Full.Rejected[platform.SharedEmail] != 1 {
			t.Errorf("%s: %v, members %s", target, result.Manifest.Full.Rejected, members)
		}
		if ads := target == "tiktok"; strings.Contains(members, champions[1]) == ads || result.Manifest.Full.Rejected[platform.SharedPhone] > 0 != ads {
			t.Errorf("%s: a phone: %v, members %s", target, result.Manifest.Full.Rejected, members)
		}
	}
}

// Who shares a mailbox with somebody in the global holdout is distinguished from
// those who are in it, whose number is that of their arm.
func TestWhoSharesAMailboxWithTheHoldout(t *testing.T) {
	for _, campaign := range []*config.Campaign{nil, winback().Campaign} {
		s := newShop(t)
		s.config.Export.GlobalHoldout, s.config.Export.GlobalSalt = 0.2, "g"
		a := winback()
		a.Campaign = campaign
		design := s.config.Export.Design(config.Campaign{})
		var customers, people []row
		var in, sharing int64
		for i := range 40 {
			id := fmt.Sprintf("c%05d", i)
			email := id + "@x.org"
			switch {
			case design.HeldOut(id):
				in++
			case sharing == 0 && in > 0:
				sharing++
				email = people[len(people)-1]["email"].(string)
				if !design.HeldOut(fmt.Sprintf("c%05d", i-1)) {
					t.Fatal("the one before has to be held out")
				}
			}
			customers, people = append(customers, customer(id)), append(people, person(id, email))
		}
		// The one held out is in no audience, or they would have the address first.
		for i, p := range people {
			if design.HeldOut(p["customer_id"].(string)) && p["email"] == people[i+1]["email"] {
				customers[i]["lifecycle"] = "lapsed"
				in--
				break
			}
		}
		s.people(people...)
		result := s.mustExport(s.run("2026-11-23", customers...), a)
		rejected := result.Manifest.Full.Rejected
		if rejected[platform.GlobalHoldout] != in || rejected[platform.SharedHoldout] != sharing || sharing != 1 {
			t.Errorf("%v, want %d in the holdout and %d sharing", rejected, in, sharing)
		}
		if arms := result.Manifest.Arms[experiment.GlobalHoldout]; a.Campaign != nil && arms != in {
			t.Errorf("%d in the arm, want %d", arms, in)
		}
	}
}

// A campaign that was said to have ended keeps its audience's exports going: who has an arm
// keeps it, who leaves or objects is told of, nobody else comes in, and the holdout stays
// out. Without the campaign everybody is in the files.
func TestAnEndedCampaignKeepsItsArms(t *testing.T) {
	s := newShop(t)
	a := winback()
	arms := func(result Result) (champions, others int64) {
		return result.Manifest.Arms[experiment.Champion], result.Manifest.Arms[experiment.Challenger] + result.Manifest.Arms[experiment.None]
	}
	champions, others := arms(s.mustExport(grown(s, "2026-11-23", 300), a))
	s.must(campaign.End(s.config.Out, "spring", "2026-12-30"))
	run := grown(s, "2026-12-31", 400)
	s.must(Check(t.Context(), s.job()))
	ended := s.mustExport(run, a)
	if nowChampions, nowOthers := arms(ended); nowChampions != champions || nowOthers != others {
		t.Errorf("%d and %d in the arms, were %d and %d", nowChampions, nowOthers, champions, others)
	}
	m := ended.Manifest
	if m.Full.Rejected[platform.CampaignEnded] != 100 || m.CampaignEndedOn != "2026-12-30" || m.Changes != nil {
		t.Errorf("ended on %q, %v, changes %+v", m.CampaignEndedOn, m.Full.Rejected, m.Changes)
	}
	begun, err := campaign.Open(s.config.Out, "spring")
	s.must(err)
	if len(begun.Parts) != 1 {
		t.Errorf("assigned in %d parts", len(begun.Parts))
	}
	a.Campaign = nil
	if free := s.mustExport(run, a); free.Manifest.Full.Written != 400 {
		t.Errorf("%d in the files without the campaign", free.Manifest.Full.Written)
	}
}

// What is exported before the end of a campaign is said and after it are two exports.
func TestTheEndOfACampaignIsAnInput(t *testing.T) {
	s := newShop(t)
	s.mustExport(grown(s, "2026-11-23", 50), winback())
	run := grown(s, "2026-12-31", 50)
	before := s.mustExport(run, winback())
	s.must(campaign.End(s.config.Out, "spring", "2026-12-30"))
	if after := s.mustExport(run, winback()); after.Already || after.Folder == before.Folder {
		t.Error("the export after the end is taken for the one before it")
	}
}
