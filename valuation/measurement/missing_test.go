package measurement

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"cbv/valuation/experiment"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
)

// nightsOf are nights of January 2026 of an arm, with so many people, of whom so many were
// contacted.
func nightsOf(arm experiment.Arm, customers int64, contacted ...int64) (nights []contactNight) {
	for i, n := range contacted {
		nights = append(nights, contactNight{arm, day(1 + i), customers, n})
	}
	return nights
}

// warnedOfNights says what is warned of where so many were contacted each night.
func warnedOfNights(nights ...[]contactNight) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		var all []contactNight
		for _, of := range nights {
			all = append(all, of...)
		}
		m := measurementOf(c)
		m.missing = missingContacts(all)
		m.warnOfMissingContacts(experiment.Money{})
		return nil
	}
}

func TestWarningsOfMissingContacts(t *testing.T) {
	const champion, challenger = experiment.Champion, experiment.Challenger
	whole := nightsOf(champion, 100, 98, 99, 97, 100)
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "partial_contacts",
			Raises: warnedOfNights(whole, nightsOf(challenger, 100, 98, 0, 97, 0)),
			Says:   "of those who came into arm challenger on 2026-01-02, 2026-01-04, 0 of 200 are in contacts.files, and 98 % of those of the other nights: what the missing ones cost and let off counts as 0, which favours the arm: add the contacts of these nights, unless nothing was sent to them",
			Silent: warnedOfNights(whole, nightsOf(challenger, 100, 98, 90, 97, 99)),
		},
		{ // a part of a night; 79 of 100 are less than a fifth below 98 %
			Code:   "partial_contacts",
			Raises: warnedOfNights(nightsOf(champion, 100, 98, 98, 60, 98, 98)),
			Says:   "of those who came into arm champion on 2026-01-03, 60 of 100 are in contacts.files, and 98 % of those of the other nights: what the missing ones cost and let off counts as 0, which favours the arm: add the contacts of these nights, unless nothing was sent to them",
			Silent: warnedOfNights(nightsOf(champion, 100, 98, 98, 79, 98, 98)),
		},
		{ // one batch of ten of the only night; 4.5 points less are none
			Code:   "partial_contacts",
			Raises: warnedOfNights(nightsOf(champion, 1000, 980), nightsOf(challenger, 1000, 880)),
			Says:   "of arm challenger 88 % (880 of 1,000) are in contacts.files, and of arm champion 98 % (980 of 1,000), and the draw gives both alike: what the missing ones cost and let off counts as 0, which favours the arm: add the sends of arm challenger that are missing, unless fewer of it were sent to",
			Silent: warnedOfNights(nightsOf(champion, 1000, 980), nightsOf(challenger, 1000, 935)),
		},
		{ // too few people to know, and an arm without any contact is no_contacts
			Code:   "partial_contacts",
			Raises: warnedOfNights(nightsOf(champion, 30, 30), nightsOf(challenger, 30, 18)),
			Says:   "of arm challenger 60 % (18 of 30) are in contacts.files, and of arm champion 100 % (30 of 30), and the draw gives both alike: what the missing ones cost and let off counts as 0, which favours the arm: add the sends of arm challenger that are missing, unless fewer of it were sent to",
			Silent: warnedOfNights(nightsOf(champion, 30, 30), nightsOf(challenger, 30, 20), nil),
		},
		{
			Code:   "partial_contacts",
			Raises: warnedOfNights(nightsOf(champion, 100, 98, 0, 0, 0, 0, 99, 99)),
			Says:   "of those who came into arm champion on 2026-01-02, 2026-01-03, 2026-01-04 and 1 more, 0 of 400 are in contacts.files, and 99 % of those of the other nights: what the missing ones cost and let off counts as 0, which favours the arm: add the contacts of these nights, unless nothing was sent to them",
			Silent: warnedOfNights(nightsOf(champion, 100, 0, 0), nightsOf(challenger, 100, 99, 98)),
		},
	})
}

// By hand: of 3 contacted of 5 none or one of the first 2 are (1 + 2·3)/10.
func TestChanceOfFewer(t *testing.T) {
	of := func(customers, contacted int64) contactNight {
		return contactNight{Customers: customers, Contacted: contacted}
	}
	if got := chanceOfFewer(of(2, 0), of(3, 3)); !(math.Abs(got-0.1) <= 1e-12) {
		t.Errorf("%g, want .1", got)
	}
	// 20 of 30 and 30 of 30: as few or fewer are binomial(30, 20) of binomial(60, 50)
	if got := chanceOfFewer(of(30, 20), of(30, 30)); !(math.Abs(got-30045015.0/75394027566) <= 1e-9) {
		t.Errorf("%g", got)
	}
}

// Of sound campaigns, in which the tool reaches a share of those whom it is given that
// varies from night to night, hardly any is warned of; and of those that lack a night, or
// a tenth of an arm, nearly all are.
func TestMissingContactsRecovery(t *testing.T) {
	const campaigns = 400
	random := rand.New(rand.NewPCG(16, 2))
	for _, reached := range []float64{0.55, 0.9, 0.99} {
		for _, filled := range []struct {
			nights    int
			customers int64 // of a night and arm
		}{{1, 200}, {1, 20_000}, {10, 100}, {60, 100}, {60, 1000}} {
			for _, challengers := range []float64{1, 0.1} {
				warned := func(spoil func(arm experiment.Arm, night int, n *contactNight)) float64 {
					count := 0
					for range campaigns {
						var nights []contactNight
						for night := range filled.nights {
							share := reached
							if filled.nights > 1 { // a deviation of 3 points in the middle, fewer at the ends
								share = distuv.Beta{Alpha: 270 * reached, Beta: 270 * (1 - reached), Src: random}.Rand()
							}
							for _, arm := range messageArms {
								n := contactNight{Arm: arm, AssignedOn: day(1 + night), Customers: filled.customers}
								if arm == experiment.Challenger {
									n.Customers = int64(challengers * float64(filled.customers))
								}
								n.Contacted = int64(distuv.Binomial{N: float64(n.Customers), P: share, Src: random}.Rand())
								spoil(arm, night, &n)
								nights = append(nights, n)
							}
						}
						if len(missingContacts(nights)) > 0 {
							count++
						}
					}
					return float64(count) / campaigns
				}
				name := fmt.Sprintf("%.0f %% reached, %d nights of %d and %.0f %% as many", 100*reached, filled.nights, filled.customers, 100*challengers)
				if sound := warned(func(experiment.Arm, int, *contactNight) {}); !(sound <= 0.005) {
					t.Errorf("%s: %.1f %% of sound campaigns are warned of", name, 100*sound)
				}
				if filled.nights > 1 {
					lacks := warned(func(arm experiment.Arm, night int, n *contactNight) {
						if night == 3 && arm == experiment.Champion {
							n.Contacted = 0
						}
					})
					if !(lacks >= 0.99) {
						t.Errorf("%s: %.1f %% of campaigns that lack a night are warned of", name, 100*lacks)
					}
				}
				if of := filled.customers * int64(filled.nights); reached >= 0.9 && float64(of)*challengers >= 1000 {
					lacks := warned(func(arm experiment.Arm, _ int, n *contactNight) {
						if arm == experiment.Challenger {
							n.Contacted = int64(distuv.Binomial{N: float64(n.Contacted), P: 0.9, Src: random}.Rand())
						}
					})
					if !(lacks >= 0.95) {
						t.Errorf("%s: %.1f %% of campaigns that lack a tenth of an arm are warned of", name, 100*lacks)
					}
				}
			}
		}
	}
}

// A measurement whose contacts lack most of an arm says so, and one that has them all
// does not.
func TestContactsThatLackAPartOfAnArm(t *testing.T) {
	s, contacts := voucherShop()
	s.terms.Design.Shares = experiment.Shares{None: 5000, Champion: 2500, Challenger: 2500}
	byID := map[string]contact{}
	for _, c := range contacts {
		byID[*c.Customer] = c
	}
	for _, lacking := range []bool{false, true} {
		shop := s
		shop.people, shop.contacts, shop.marginOfRow = nil, nil, 0.3
		for i, person := range s.people {
			person.arm = s.terms.Design.Arm(person.customer)
			shop.people = append(shop.people, person)
			c, isSent := byID[person.customer]
			if isSent && (!lacking || person.arm == experiment.Champion || i%4 > 0) {
				shop.contacts = append(shop.contacts, c)
			}
		}
		said := ""
		for _, warning := range measureShop(t, shop.write(t), "spring").Document.Warnings {
			if warning.Code == "partial_contacts" {
				said = warning.Message
			}
		}
		if lacking != strings.HasPrefix(said, "of arm challenger 7") {
			t.Errorf("lacking %v: %q", lacking, said)
		}
	}
}
