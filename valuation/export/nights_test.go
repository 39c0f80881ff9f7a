package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/platform"
)

// town of the nights: people whose addresses, phones, consents and stages change from
// night to night, who are merged into others, erased, and come anew.
type nights struct {
	random    *rand.Rand
	people    []row
	customers []row
	merged    [][2]string
	born      int
	addresses int
}

func (n *nights) address() string {
	n.addresses++
	name := fmt.Sprintf("p.%d", n.addresses)
	if n.random.IntN(3) == 0 { // few, so that customers share them, and get those of others
		name = fmt.Sprintf("s.%d+t", n.random.IntN(6))
	}
	return name + []string{"@example.com", "@gmail.com", "@Example.com "}[n.random.IntN(3)]
}

func (n *nights) phone() any {
	if n.random.IntN(3) == 0 {
		return nil
	}
	return fmt.Sprintf("07700 9%05d", n.random.IntN(40))
}

func (n *nights) join() {
	n.born++
	id := fmt.Sprintf("c%03d", n.born)
	p := person(id, n.address())
	p["phone"] = n.phone()
	n.people, n.customers = append(n.people, p), append(n.customers, customer(id))
}

// pass lets a day pass.
func (n *nights) pass() {
	for range 3 {
		n.join()
	}
	for range 12 {
		at := n.random.IntN(len(n.people))
		p := n.people[at]
		switch n.random.IntN(8) {
		case 0, 1:
			p["email"] = n.address()
		case 2:
			p["phone"] = n.phone()
		case 3:
			p["consent_email"], p["consent_ads"] = n.random.IntN(2) == 0, n.random.IntN(2) == 0
		case 4:
			p["suppressed"] = n.random.IntN(3) == 0
		case 5: // erased
			n.people = slices.Delete(n.people, at, at+1)
			if n.random.IntN(2) == 0 {
				n.customers = slices.DeleteFunc(n.customers, func(c row) bool { return c["customer_id"] == p["customer_id"] })
			}
		case 6:
			to := n.people[n.random.IntN(len(n.people))]["customer_id"].(string)
			from := p["customer_id"].(string)
			isTo := slices.ContainsFunc(n.merged, func(m [2]string) bool { return m[1] == from || m[0] == to })
			isFrom := slices.ContainsFunc(n.merged, func(m [2]string) bool { return m[0] == from })
			if from != to && !isTo && !isFrom {
				n.merged = append(n.merged, [2]string{from, to})
				n.customers = slices.DeleteFunc(n.customers, func(c row) bool { return c["customer_id"] == from })
			}
		case 7:
			for _, c := range n.customers {
				if c["customer_id"] == p["customer_id"] {
					c["lifecycle"] = []string{"active", "cooling"}[n.random.IntN(2)]
				}
			}
		}
	}
}

// Two and ten nights with changed addresses and phones, merged customers, opt-outs and
// erasures: what the target holds, by our files applied one after another, is the
// audience, night after night; by the change file alone it is the same.
func TestTheTargetHoldsTheAudience(t *testing.T) {
	targets := []string{"klaviyo", "meta", "google", "tiktok", "braze", "brevo", "csv", "mailchimp", "hubspot", "omnisend", "pinterest", "microsoft", "snapchat"}
	lasting, seeds := 10, uint64(len(targets))
	if testing.Short() {
		lasting, seeds = 4, 3
	}
	for seed := range seeds {
		target := targets[seed]
		s := newShop(t)
		n := &nights{random: rand.New(rand.NewPCG(seed, 7))}
		for range 40 {
			n.join()
		}
		a := config.Audience{Name: "nightly", Lifecycle: "active", Target: target}
		if target == "csv" {
			a.Channel = "email"
		}
		if seed%2 == 1 {
			a.Campaign = &config.Campaign{Name: "spring", Salt: "s", Holdout: 0.2, Challenger: 0.4, WindowDays: 30, Nights: 1, Covariate: "clv"}
		}
		byFiles, byLines := held{}, held{}
		for night := range lasting {
			if night > 0 {
				n.pass()
			}
			s.people(n.people...)
			if len(n.merged) > 0 {
				s.merge(n.merged...)
			}
			result, err := s.export(s.run(fmt.Sprintf("2026-11-%02d", 10+night), n.customers...), a)
			if errors.Is(err, platform.ErrEmpty) {
				t.Fatal("an empty audience tells nothing")
			}
			s.must(err)
			want := held{}
			want.apply(s, result, platform.Full, true)
			byFiles.apply(s, result, platform.Exited, false)
			byFiles.apply(s, result, platform.Removal, false)
			byFiles.apply(s, result, platform.Entered, true)
			byLines.applyLines(s, result)
			for how, got := range map[string]held{"its files": byFiles, "the change file": byLines} {
				if !maps.Equal(got, want) {
					t.Fatalf("%s, seed %d, night %d: by %s the target has %d too many: %v, and lacks %v", target, seed, night, how, len(got)-len(want), got.without(want), want.without(got))
				}
			}
		}
	}
}

// held are the identifiers that a target has, by audience.
type held map[string]bool

func (h held) without(other held) (left []string) {
	for key := range h {
		if !other[key] {
			left = append(left, key)
		}
	}
	slices.Sort(left)
	return left
}

// apply uploads the files of a kind: a suppressed file takes its people out of every
// audience.
func (h held) apply(s *shop, result Result, kind platform.Kind, in bool) {
	for _, file := range result.Manifest.Files() {
		if file.Kind != kind {
			continue
		}
		records := s.records(filepath.Join(result.Folder, file.Name))
		for _, record := range records[1:] {
			for at, header := range records[0] {
				if !isIdentifier(result.Audience.Target, header) || record[at] == "" {
					continue
				}
				switch {
				case in:
					h[file.Audience+" "+record[at]] = true
				case kind == platform.Removal:
					for key := range h {
						if strings.HasSuffix(key, " "+record[at]) {
							delete(h, key)
						}
					}
				default:
					delete(h, file.Audience+" "+record[at])
				}
			}
		}
	}
}

// isIdentifier says by which headers a target knows people.
func isIdentifier(target, header string) bool {
	return slices.Contains(map[string][]string{
		"klaviyo": {"Email"}, "brevo": {"EMAIL"}, "braze": {"external_id"}, "csv": {"customer_id"},
		"mailchimp": {"Email Address"}, "hubspot": {"Email"}, "omnisend": {"Email"},
		"pinterest": {"Email"}, "microsoft": {"Email"}, "snapchat": {"email"},
		"meta": {"email", "phone"}, "google": {"Email", "Phone"}, "tiktok": {"Email_SHA256", "Phone_SHA256"},
	}[target], header)
}

// applyLines applies a change file line by line.
func (h held) applyLines(s *shop, result Result) {
	if result.Manifest.Changes == nil {
		return
	}
	text, err := os.ReadFile(filepath.Join(result.Folder, result.Manifest.Changes.Name))
	s.must(err)
	for line := range bytes.Lines(text) {
		var change struct {
			Op       platform.Change
			Audience string
			Row      map[string]any
		}
		s.must(json.Unmarshal(line, &change))
		for header, value := range change.Row {
			cells, isList := value.([]any)
			if !isList {
				cells = []any{value}
			}
			for _, cell := range cells {
				if cell == nil || !isIdentifier(result.Audience.Target, header) {
					continue
				}
				key := change.Audience + " " + cell.(string)
				if change.Op == platform.Remove {
					delete(h, key)
				} else {
					h[key] = true
				}
			}
		}
	}
}
