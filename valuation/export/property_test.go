package export

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/parquetfile"
	"cbv/valuation/platform"
)

// A base of people who share few e-mails between them, in several spellings, some
// and some objected in one way or another.
func randomBase(random *rand.Rand, s *shop) (customers, people []row, listed map[string]bool) {
	listed = map[string]bool{}
	var objections []row
	for i := range 60 {
		id := fmt.Sprintf("id%03d", i)
		name := string(rune('a' + random.IntN(26)))
		email := []string{name + "@example.com", strings.ToUpper(name) + "@Example.com", " " + name + "@example.com", name + "+x@example.com", "", "x"}[random.IntN(6)]
		p := person(id, email)
		for _, key := range []string{"consent_email", "consent_ads"} {
			p[key] = []any{nil, false, true, true, true, true, true, true}[random.IntN(8)]
		}
		p["phone"] = []any{nil, "07700 900123", "+44 (0)7700 900123", "07700900124", "12"}[random.IntN(5)]
		p["suppressed"] = random.IntN(15) == 0
		customers = append(customers, customer(id))
		if random.IntN(12) > 0 {
			people = append(people, p)
		}
		if random.IntN(12) == 0 && strings.Contains(email, "@") {
			listed[canonical(email)] = true
			objections = append(objections, []row{{"email": email}, {"hash": hashOf(canonical(email))}}[random.IntN(2)])
		}
	}
	if random.IntN(4) > 0 {
		people = append(people, people[0]) // a repeated row
	}
	s.objections(append(objections, row{"customer_id": "id007"})...)
	return customers, people, listed
}

func canonical(email string) string {
	return strings.ToLower(strings.ReplaceAll(email, " ", ""))
}

func hashOf(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// Nobody who is suppressed, nobody without consent, nobody in the global holdout
// or the campaign's is in a file to be sent to, by id, by e-mail or by its hash.
// Assignments do not change with the order of rows or as the audience grows.
func TestNobodyAgainstTheirWill(t *testing.T) {
	targets := []string{"klaviyo", "mailchimp", "hubspot", "braze", "meta", "google", "csv"}
	looked, seeds := 0, uint64(14)
	if testing.Short() {
		seeds = uint64(len(targets))
	}
	for seed := range seeds {
		random := rand.New(rand.NewPCG(seed, 1))
		s := newShop(t)
		s.config.Export.GlobalHoldout, s.config.Export.GlobalSalt = 0.1, fmt.Sprint("g", seed)
		customers, people, listed := randomBase(random, s)
		target := targets[seed%uint64(len(targets))]
		a := config.Audience{Name: "everyone", Lifecycle: "active", Target: target}
		consentKey := "consent_email"
		if target == "meta" || target == "google" {
			consentKey = "consent_ads"
		}
		if target == "csv" {
			a.Channel = "email"
		}
		if seed%3 > 0 {
			a.Campaign = &config.Campaign{Name: "spring", Salt: "s", Holdout: 0.2, Challenger: 0.3, WindowDays: 30, Nights: 1, Covariate: "clv"}
		}
		forbidden, heldMailboxes := marksOf(people, listed, consentKey, s.config.Export)
		s.people(people...)
		arms := map[string]experiment.Arm{}
		for number, count := range []int{40, 60} {
			run := s.run(fmt.Sprintf("2026-11-2%d", 3+number), customers[:count]...)
			result, err := s.export(run, a)
			if errors.Is(err, platform.ErrEmpty) {
				continue
			}
			s.must(err)
			for _, file := range result.Manifest.Files() {
				if file.Kind == platform.Removal {
					continue
				}
				for _, record := range s.records(filepath.Join(result.Folder, file.Name))[1:] {
					looked++
					for _, cell := range record {
						if forbidden[cell] || file.Kind != platform.Exited && heldMailboxes[cell] {
							t.Fatalf("seed %d: %s: %q of %q may not be there", seed, file.Name, cell, record)
						}
					}
				}
			}
			if a.Campaign != nil {
				checkAssignments(t, s, result, arms)
			}
			random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
			s.people(people...)
		}
	}
	if looked < 100 {
		t.Errorf("%d rows were looked at: too few to show anything", looked)
	}
}

// marksOf returns the cells that give away those who objected or never agreed, and
// the e-mails of the global holdout, clear and hashed.
func marksOf(people []row, listed map[string]bool, consentKey string, e config.Export) (forbidden, held map[string]bool) {
	forbidden, held = map[string]bool{"id007": true}, map[string]bool{}
	design := e.Design(config.Campaign{})
	for email := range listed {
		forbidden[email], forbidden[hashOf(email)] = true, true
	}
	for _, p := range people {
		id, email := p["customer_id"].(string), canonical(p["email"].(string))
		objects := p["suppressed"] == true || p[consentKey] == false
		if objects || p[consentKey] != true || listed[email] {
			forbidden[id] = p[consentKey] != nil || objects // without a word they may be taken out again
		}
		if objects && strings.Contains(email, "@") {
			forbidden[email], forbidden[hashOf(email)] = true, true
		}
		if design.HeldOut(id) {
			held[id] = true
			if strings.Contains(email, "@") {
				held[email], held[hashOf(email)] = true, true
			}
		}
		if p[consentKey] == nil {
			held[id] = true // in no file that lets in
		}
	}
	return forbidden, held
}

// checkAssignments holds the parts of the campaign to those of the runs before:
// each customer once, in the arm that their id has, and whoever is in a file is
// in an arm that has one.
func checkAssignments(t *testing.T, s *shop, result Result, before map[string]experiment.Arm) {
	t.Helper()
	c, err := campaign.Open(s.config.Out, "spring")
	s.must(err)
	arms := map[string]experiment.Arm{}
	for _, part := range c.Parts {
		rows, err := parquetfile.Read[campaign.Assignment](part)
		s.must(err)
		for _, row := range rows {
			if _, twice := arms[row.CustomerID]; twice {
				t.Fatalf("%s is assigned twice", row.CustomerID)
			}
			arms[row.CustomerID] = row.Arm
			if want := c.Terms.Design.Arm(row.CustomerID); row.Arm != want || row.Probability != c.Terms.Design.Probability(want) {
				t.Fatalf("%+v, want arm %s", row, want)
			}
		}
	}
	for id, arm := range before {
		if arms[id] != arm {
			t.Fatalf("%s was in %s and is in %s", id, arm, arms[id])
		}
	}
	members, err := parquetfile.Read[placement](filepath.Join(result.Folder, membersFile))
	s.must(err)
	if int64(len(members)) != result.Manifest.Full.Written {
		t.Fatalf("%d members, %d rows", len(members), result.Manifest.Full.Written)
	}
	for _, member := range members {
		if arms[member.CustomerID] != member.Arm || !slices.Contains([]experiment.Arm{experiment.Champion, experiment.Challenger}, member.Arm) {
			t.Fatalf("%+v is in the files and assigned to %q", member, arms[member.CustomerID])
		}
	}
	for id, arm := range arms {
		before[id] = arm
	}
}
