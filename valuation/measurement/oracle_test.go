package measurement

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
)

// An order of the raw files: an instant in UTC and cents.
type rawPurchase struct {
	customer string
	at       time.Time
	minor    int64
	order    string
}

// assigned is a row of the campaign's parts.
type assigned struct {
	customer string
	arm      experiment.Arm
	clv      float64
	day      int
}

// contact is a row of the contact files.
type contact struct {
	Customer  *string  `parquet:"customer_id"`
	Campaign  *string  `parquet:"campaign"`
	Arm       *string  `parquet:"arm"`
	At        *int64   `parquet:"sent_at,timestamp(microsecond:local)"`
	Delivered *bool    `parquet:"delivered"`
	Opened    *bool    `parquet:"opened"`
	Clicked   *bool    `parquet:"clicked"`
	Cost      *float64 `parquet:"cost"`
	Discount  *float64 `parquet:"discount"`
}

// measuredShop is a shop with a campaign, as raw rows.
type measuredShop struct {
	orders   []rawPurchase
	people   []assigned
	contacts []contact
	terms    campaign.Terms
	asOf     int
	zone     *time.Location

	byOrder        bool // returns belong to the purchases of their orders
	zeroIsPurchase bool
	marginRate     float64 // 0: none
	marginOfRow    float64 // share of each row that is margin; 0: there is no column
	hidesDiscounts bool    // the contacts do not tell them
	isClean        bool    // no contact of the campaign is set aside
	percentile     float64
}

// columns are those of the contacts that are mapped.
func (s measuredShop) columns() config.ContactColumns {
	columns := contactColumns
	if s.hidesDiscounts {
		columns.Discount = ""
	}
	return columns
}

// customerDay is a local day of a customer.
type customerDay struct {
	customer string
	day      int
}

// plainDays are the orders added up by customer and local day.
type plainDays struct {
	net, margin map[customerDay]int64
	rows        map[customerDay]bool
	firstOrder  map[string]int
}

func (s measuredShop) addUpDays() plainDays {
	d := plainDays{map[customerDay]int64{}, map[customerDay]int64{}, map[customerDay]bool{}, map[string]int{}}
	for _, o := range s.orders {
		key := customerDay{o.customer, s.localDay(o)}
		d.rows[key] = true
		if day, known := d.firstOrder[o.customer]; !known || key.day < day {
			d.firstOrder[o.customer] = key.day
		}
		d.net[key] += o.minor
		d.margin[key] += toMinorSQL(float64(o.minor) / 100 * s.marginOfRow * 100)
	}
	return d
}

// localDay is the day of an order, counted from 1970-01-01.
func (s measuredShop) localDay(o rawPurchase) int {
	year, month, day := o.at.In(s.zone).Date()
	return int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// person is what an assigned customer did.
func (s measuredShop) person(a assigned, days plainDays, spent spending) experiment.Person {
	var p experiment.Person
	for day := a.day - s.terms.WindowDays; day < a.day; day++ {
		p.CovariateMinor += days.net[customerDay{a.customer, day}]
	}
	last := min(a.day+s.terms.WindowDays, s.asOf)
	worth, kept := s.worths(a.customer, last)
	for day := a.day + 1; day <= last; day++ {
		key := customerDay{a.customer, day}
		p.RevenueMinor += days.net[key]
		p.MarginMinor += days.margin[key]
		p.Converted = p.Converted || worth[day] > 0 || s.zeroIsPurchase && kept[day] && worth[day] == 0
	}
	switch {
	case s.marginRate > 0:
		p.MarginMinor = toMinorSQL(s.marginRate*float64(p.RevenueMinor) - (1-s.marginRate)*float64(spent.discount[a.customer])/1e4)
	case s.marginOfRow == 0:
		p.MarginMinor = p.RevenueMinor
	}
	if a.arm != experiment.None {
		p.CostParts = spent.cost[a.customer]
	}
	if s.terms.Covariate == byCLV {
		p.CovariateMinor = toMinorSQL(a.clv * 100)
	}
	return p
}

// oracle computes what a measurement has to say from raw rows, person by person,
// by maps and loops: the facts, the contacts by reason, and the counts that are
// in warnings alone, by their code.
func (s measuredShop) oracle() (Facts, map[string]int64, map[string]int64) {
	counts, outcomes, revenues := map[string]int64{}, map[experiment.Arm][]watched{}, map[int64]int64{}
	days := s.addUpDays()
	contacts, reasons, spent := s.contactOracle()
	first, last := math.MaxInt, math.MinInt
	var global int64
	for _, a := range s.people {
		if a.day > s.asOf {
			continue
		}
		if day, known := days.firstOrder[a.customer]; !known || day > a.day {
			counts["unknown_customers"]++
		}
		if a.arm == experiment.GlobalHoldout {
			global++
			continue
		}
		first, last = min(first, a.day), max(last, a.day)
		p := s.person(a, days, spent)
		outcomes[a.arm] = append(outcomes[a.arm], watched{p, a.day})
		revenues[p.RevenueMinor]++
	}
	facts := Facts{
		Terms: s.terms, AsOf: time.Unix(int64(s.asOf)*86400, 0).UTC().Format(time.DateOnly), Currency: "EUR", MinorPerUnit: 100, MoneyBasis: "margin",
		WinsorisePercentile: s.percentile, CapMinor: experiment.Cap(s.percentile, revenues), GlobalHoldout: global, Columns: s.columns(), Contacts: contacts,
	}
	if s.marginRate == 0 && s.marginOfRow == 0 {
		facts.MoneyBasis = "revenue"
	}
	if len(s.contacts) == 0 {
		facts.Columns, facts.Contacts = config.ContactColumns{}, nil
	}
	report, err := experiment.Measure(s.comparedOracle(facts, outcomes, first, last))
	if err != nil {
		panic(err)
	}
	facts.Report = report
	for _, c := range facts.Contacts {
		counts["contacted_early"] += c.Early
		counts["unknown_arm"] += c.OfUnknownArm
	}
	counts["other_arm"] = facts.Contacts["champion"].OfOtherArm + facts.Contacts["challenger"].OfOtherArm
	counts["contacted_unassigned"] = facts.Contacts[Unassigned].Sent
	counts["contaminated_holdout"] = facts.Contacts["none"].Sent
	return facts, reasons, counts
}

// comparedOracle is the campaign as the statistics see it.
func (s measuredShop) comparedOracle(facts Facts, outcomes map[experiment.Arm][]watched, first, last int) experiment.Campaign {
	compared := experiment.Campaign{
		Shares: s.terms.Design.Shares, HasCovariate: true,
		Money:  experiment.Money{RevenueStandsIn: facts.MoneyBasis == "revenue", HasCost: facts.Contacts != nil},
		Timing: experiment.Timing{WindowDays: s.terms.WindowDays, LeastDays: s.asOf - last, MostDays: s.asOf - first},
	}
	switch {
	case s.marginRate > 0 && (facts.Contacts == nil || s.hidesDiscounts):
		compared.Money.Withheld = experiment.HiddenDiscounts
	case facts.Contacts != nil && !s.isClean:
		compared.Money.Withheld = lostContacts
	}
	compared.Money.HidesDiscounts = s.marginRate > 0 && compared.Money.Withheld != ""
	mature, perDay := int64(0), map[int]int64{}
	for arm, people := range outcomes {
		outcome := experiment.ArmOutcome{Arm: arm}
		for _, p := range people {
			outcome.Outcomes.Add(p.Person, facts.CapMinor, 1)
			perDay[p.since-dayNumber(s.terms.Started)]++
			if p.since+s.terms.WindowDays <= s.asOf {
				outcome.Mature.Add(p.Person, facts.CapMinor, 1)
				mature++
			}
		}
		if facts.Contacts != nil {
			c := facts.Contacts[string(arm)]
			outcome.Contacts = &experiment.Contacts{Sent: c.Sent, Delivered: &c.Delivered, Responded: &c.Responded, CostMinor: &c.CostMinor}
		}
		compared.Arms = append(compared.Arms, outcome)
	}
	compared.Timing.Information = s.terms.Information(mature, perDay, s.asOf-dayNumber(s.terms.Started), false)
	return compared
}

// watched is a person and the day of their assignment.
type watched struct {
	experiment.Person
	since int
}

// spending is what contacts cost and let off, by customer, in ten-thousandths of a cent.
type spending struct{ cost, discount map[string]int64 }

// toMinorSQL rounds as the macro to_minor does.
func toMinorSQL(minor float64) int64 {
	return int64(math.Round(math.Round(minor*1e6) / 1e6))
}

// edgyShop draws a shop whose orders gather where windows begin and end, and
// whose contacts take every branch.
func edgyShop(seed uint64) measuredShop {
	random := rand.New(rand.NewPCG(seed, 7))
	pick := func(days ...int) int { return days[random.IntN(len(days))] }
	const window, started = 20, 19_000
	s := measuredShop{
		asOf: started + pick(1, 5, 19, 20, 21, 30, 45), zone: time.UTC, percentile: 90, byOrder: seed%2 == 1,
		zeroIsPurchase: random.IntN(2) == 0, hidesDiscounts: seed%5 == 2, isClean: seed%4 > 0,
		terms: campaign.Terms{
			Audience: "retain", Started: time.Unix(started*86400, 0).UTC().Format(time.DateOnly), WindowDays: window, Nights: pick(1, 15, 20, 40), Covariate: byPriorSpend,
			Design: experiment.Design{Campaign: "spring", Salt: "s", GlobalSalt: "g", GlobalHoldout: 800, Shares: experiment.Shares{None: 2500, Champion: 3500, Challenger: 4000}},
		},
	}
	if random.IntN(2) == 0 {
		s.terms.Covariate = byCLV
	}
	switch random.IntN(3) {
	case 0:
		s.marginRate = 0.315
	case 1:
		s.marginOfRow = 0.415
	}
	if random.IntN(2) == 0 {
		s.zone, _ = time.LoadLocation([]string{"America/New_York", "Asia/Kathmandu", "Europe/Berlin"}[random.IntN(3)])
	}
	for i := range 600 {
		id := "c" + string(rune('a'+i%26)) + time.Unix(int64(i), 0).UTC().Format("0405")
		if i%50 == 0 {
			id = "Zoë|" + id // hashed as UTF-8, and with the sign that separates the parts
		}
		from := started + pick(0, 0, 1, 7, 30)
		if random.IntN(12) > 0 {
			s.people = append(s.people, assigned{id, s.terms.Design.Arm(id), math.Round(random.ExpFloat64()*3000) / 100, from})
		}
		if random.IntN(5) > 0 { // the others may be unknown when they are assigned
			s.orders = append(s.orders, rawPurchase{id, time.Unix(int64(from-60)*86400+43200, 0), 700, ""})
		}
		s.order(random, id, from)
		s.contact(random, id, from)
	}
	// orders on every day, so that none is missing at the end
	for day := started - 50; day <= s.asOf; day++ {
		s.orders = append(s.orders, rawPurchase{"everyday", time.Unix(int64(day)*86400+43200, 0), 100, ""})
	}
	return s
}

func (s *measuredShop) order(random *rand.Rand, id string, from int) {
	window := s.terms.WindowDays
	for range random.IntN(5) {
		days := []int{-window - 1, -window, 1 - window, -1, 0, 1, 2, window - 1, window, window + 1, s.asOf - from, s.asOf - from + 1}
		day := from + days[random.IntN(len(days))]
		seconds := []int{0, 1, 3600, 20 * 3600, 86399}[random.IntN(5)]
		at := time.Unix(int64(day)*86400+int64(seconds), 0)
		minor := int64(random.IntN(20_000))
		order := fmt.Sprint("o", len(s.orders))
		s.orders = append(s.orders, rawPurchase{id, at, minor, order})
		switch random.IntN(4) {
		case 0: // all of it comes back the same day
			s.orders = append(s.orders, rawPurchase{id, at, -minor, order})
		case 1: // more than it comes back later
			s.orders = append(s.orders, rawPurchase{id, at.AddDate(0, 0, random.IntN(9)), -minor - 5, order})
		case 2: // a part or all of it does, in two rows
			later := at.AddDate(0, 0, random.IntN(9))
			s.orders = append(s.orders, rawPurchase{id, later, -minor / 2, order})
			s.orders = append(s.orders, rawPurchase{id, later.AddDate(0, 0, random.IntN(9)), -(minor - minor/2), order})
		}
	}
}
