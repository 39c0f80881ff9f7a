package simulation

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"

	"cbv/valuation/parquetfile"
)

// peopleFile is the file of the customers' addresses and consents.
const peopleFile = "people.parquet"

// personRow is a row of the people file.
type personRow struct {
	CustomerID   string `parquet:"customer_id"`
	Email        string `parquet:"email,optional"`
	Phone        string `parquet:"phone,optional"`
	FirstName    string `parquet:"first_name"`
	LastName     string `parquet:"last_name"`
	Country      string `parquet:"country,dict"`
	City         string `parquet:"city,dict"`
	ConsentEmail *bool  `parquet:"consent_email,optional"`
	ConsentAds   *bool  `parquet:"consent_ads,optional"`
	Suppressed   bool   `parquet:"suppressed"`
}

var (
	firstNames = []string{"Ada", "Bo", "Chloë", "Dev", "Élise", "Femi", "Grace", "Hana", "Ivo", "José", "Kai", "Lena", "Mo", "Nia", "Ola", "Pia"}
	lastNames  = []string{"Abel", "O'Brien", "Castro", "Dunn", "Eze", "Fischer", "García", "Hill", "Ito", "Jones", "Khan", "Larsen", "Müller", "Novak", "Smith-Lee"}
	cities     = []string{"Bath", "Leeds", "London", "York"}
	// phoneRanges are the beginnings of numbers that Ofcom keeps for drama, a
	// thousand each, without the trunk 0: nobody answers there.
	phoneRanges = []string{
		"7700 900", "1632 960", "20 7946 0", "113 496 0", "114 496 0", "115 496 0", "116 496 0", "117 496 0", "118 496 0", "121 496 0",
		"131 496 0", "141 496 0", "151 496 0", "161 496 0", "191 498 0", "28 9649 6", "29 2018 0",
	}
	domains = []string{"example.com", "example.net", "example.org"} // reserved for examples, RFC 2606
)

// phonesPerRange is how many numbers each of phoneRanges has.
const phonesPerRange = 1000

// writePeople makes up who the customers are. Nobody has such an address. No two
// have one phone, so only the first 17,000 may have one: a number that a shop's
// customers shared by the hundred would take nearly all of them out of the
// audiences of ad platforms. A few lack an e-mail, share that of the customer
// before, or objected.
func writePeople(path string, opts Options) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	writer := parquetfile.NewWriter[personRow](file, nil)
	source := rand.NewPCG(0, 0)
	random := rand.New(source)
	var rows []personRow
	before := ""
	for index := range opts.Customers {
		source.Seed(mix(opts.Seed), ^mix(uint64(index))) // apart from those of streams
		rows = append(rows, person(random, index, before))
		before = rows[len(rows)-1].Email
		if len(rows) == chunkCustomers {
			if err := writer.Write(rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
	}
	if err := writer.Write(rows); err != nil {
		return err
	}
	return writer.Close()
}

// person makes up one customer. Before is the e-mail of the one before.
func person(random *rand.Rand, index int, before string) personRow {
	p := personRow{
		CustomerID: fmt.Sprintf("C%0*d", customerDigits, index+1), Country: "GB", City: cities[random.IntN(len(cities))],
		FirstName: firstNames[random.IntN(len(firstNames))], LastName: lastNames[random.IntN(len(lastNames))],
	}
	p.Email = fmt.Sprintf("%s.%d@%s", plainLetters(p.LastName), index+1, domains[random.IntN(len(domains))])
	switch u := random.Float64(); {
	case u < 0.03:
		p.Email = ""
	case u < 0.04:
		p.Email = before
	}
	written := random.IntN(phonesPerRange) % 3
	if random.Float64() < 0.4 && index < len(phoneRanges)*phonesPerRange {
		trunk := []string{"0", "+44 ", "+44 (0)"}[written]
		p.Phone = fmt.Sprintf("%s%s%03d", trunk, phoneRanges[index/phonesPerRange], index%phonesPerRange)
	}
	p.ConsentEmail, p.ConsentAds = consent(random, 0.7, 0.1), consent(random, 0.5, 0.2)
	p.Suppressed = random.Float64() < 0.01
	return p
}

// consent is given, refused, or not on record.
func consent(random *rand.Rand, given, refused float64) *bool {
	u, yes, no := random.Float64(), true, false
	switch {
	case u < given:
		return &yes
	case u < given+refused:
		return &no
	}
	return nil
}

// plainLetters are those of a name that an e-mail has.
func plainLetters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r == '-' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

// peopleSection is the part of the configuration that reads the people file.
const peopleSection = `people: # for exports: cbv export --list seed --target meta
  files: people.parquet
  columns: # what is not mapped is not known, and unknown consent is no
    customer_id: customer_id
    email: email
    phone: phone
    first_name: first_name
    last_name: last_name
    country: country
    city: city
    consent_email: consent_email
    consent_ads: consent_ads
    suppressed: suppressed
export:
  region: GB
`
