package export

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
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
	n.rewrite(p)
	n.people, n.customers = append(n.people, p), append(n.customers, customer(id))
}

// rewrite gives people names and places, some of them blank.
func (n *nights) rewrite(p row) {
	for _, column := range []string{"first_name", "last_name", "city", "state", "zip", "country"} {
		texts := map[string][]any{"zip": {"AB1 2CD", "10-115", nil}, "country": {"GB", "Germany", nil}}[column]
		if texts == nil {
			texts = []any{"Ann-" + column, "de \"L'Isle\"", "Zoë", nil}
		}
		p[column] = texts[n.random.IntN(len(texts))]
	}
}

// pass lets a day pass.
func (n *nights) pass() {
	for range 3 {
		n.join()
	}
	for range 12 {
		at := n.random.IntN(len(n.people))
		p := n.people[at]
		switch n.random.IntN(10) {
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
		case 8:
			n.rewrite(p)
		case 9:
			for _, c := range n.customers {
				if c["customer_id"] == p["customer_id"] {
					c["segment"], c["clv"] = []string{"Champions", "Lost"}[n.random.IntN(2)], float64(n.random.IntN(9))/4
				}
			}
		}
	}
}

// Two and ten nights with changed addresses, phones, names and figures, merged customers,
// opt-outs and erasures: what the target holds, row by row and cell by cell, is the audience
// of the full files, night after night. So it is by the change file; by what takes out and
// then the full files; and by what takes out and then the entered ones, but for rows of
// those who stay and have changed. Who objects is the same by the change file and by the
// suppressed files, also after they left.
func TestTheTargetHoldsTheAudience(t *testing.T) {
	targets := []string{"klaviyo", "meta", "google", "tiktok", "braze", "brevo", "csv", "mailchimp", "hubspot", "omnisend", "pinterest", "microsoft", "snapchat"}
	lasting, seeds := 10, uint64(len(targets))
	if testing.Short() {
		lasting, seeds = 4, 2
	}
	for seed := range seeds {
		t.Run(targets[seed], func(t *testing.T) { holdNights(t, targets[seed], seed, lasting) })
	}
}

// holdNights holds a target to its audience for some nights of random people.
func holdNights(t *testing.T, name string, seed uint64, lasting int) {
	target, err := platform.TargetOf(name)
	if err != nil {
		t.Fatal(err)
	}
	s := newShop(t)
	n := &nights{random: rand.New(rand.NewPCG(seed, 7))}
	for range 40 {
		n.join()
	}
	a := config.Audience{Name: "nightly", Lifecycle: "active", Target: target.Name}
	if target.Attributes {
		a.Columns = []string{"segment", "clv"}
	}
	if target.TakesValue() {
		a.Value = "clv"
	}
	if target.Name == "csv" {
		a.Channel = "email"
	}
	if seed%2 == 1 {
		a.Campaign = &config.Campaign{Name: "spring", Salt: "s", Holdout: 0.2, Challenger: 0.4, WindowDays: 30, Nights: 1, Covariate: "clv"}
	}
	byLines, byFull, byEntered := s.holding(target), s.holding(target), s.holding(target)
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
		want := s.holding(target)
		want.apply(result, platform.Full)
		lines := s.lines(result)
		byLines.applyLines(lines)
		byEntered.outdate(lines)
		for _, files := range []struct {
			held   *holding
			letsIn platform.Kind
		}{{byFull, platform.Full}, {byEntered, platform.Entered}} {
			files.held.apply(result, platform.Exited)
			files.held.apply(result, platform.Removal)
			files.held.apply(result, files.letsIn)
		}
		for how, held := range map[string]*holding{"the change file": byLines, "the full files": byFull, "the entered files": byEntered} {
			if wrong := held.wrong(want, held == byLines); wrong != "" {
				t.Fatalf("night %d: by %s: %s", night, how, wrong)
			}
		}
		if !maps.Equal(byLines.unsubscribed, byFull.unsubscribed) {
			t.Fatalf("night %d: who objects is %v by the change file, and %v by the suppressed files", night, byLines.unsubscribed, byFull.unsubscribed)
		}
	}
}
