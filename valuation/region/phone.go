package region

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// Phone returns a phone number in E.164, read as dialled in a region (two
// letters of ISO 3166-1). A number must have a length that its country uses;
// whether its range is in use is not asked, since ranges open faster than a
// library follows (and +44 7700 900123, Ofcom's number for films, has none).
// Extensions are dropped: E.164 has none. Digits that begin with the country's own
// code, as of a number that a table kept without its plus, are an international number
// where they are a valid one: in countries with numbers of many lengths they would be
// read as a longer one within.
func Phone(text, region string) (e164 string, ok bool) {
	if e164, ok := quickPhone(text, region); ok {
		return e164, true
	}
	if e164, ok := withoutPlus(text, region); ok {
		return e164, true
	}
	e164, ok = libraryPhone(text, region)
	if !ok {
		return "", false
	}
	// What would be read as another number by whoever reads it next, such as one
	// with two trunk zeros of which one is left, is none.
	if again, _ := libraryPhone(e164, ""); again != e164 {
		return "", false
	}
	return e164, true
}

// withoutPlus reads digits that begin with the calling code of the region as an
// international number, if that is valid in a country of the code.
func withoutPlus(text, region string) (string, bool) {
	plus, number, ok := bareNumber(text)
	plan := dialPlans().byRegion[region]
	if plus || !ok || plan == nil || !strings.HasPrefix(number, plan.code) {
		return "", false
	}
	parsed, err := phonenumbers.Parse("+"+number, "")
	if err != nil || !phonenumbers.IsValidNumber(parsed) {
		return "", false
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), true
}

// libraryPhone is a number as the library reads it.
func libraryPhone(text, region string) (string, bool) {
	number, err := phonenumbers.Parse(text, region)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(number) != phonenumbers.IS_POSSIBLE {
		return "", false
	}
	return phonenumbers.Format(number, phonenumbers.E164), true
}

// dialPlan is what the library knows of a country's numbers.
type dialPlan struct {
	code      string         // the country's calling code
	exit      front          // what is dialled before a foreign calling code
	prefix    front          // what is dialled before a national number
	strips    bool           // a prefix is dropped, and nothing else is done to it
	general   *regexp.Regexp // national numbers
	possible  [18]bool       // lengths of national numbers
	localOnly [18]bool
}

// dialPlans are the library's, by region and by calling code.
var dialPlans = sync.OnceValue(func() (plans struct{ byRegion, byCode map[string]*dialPlan }) {
	plans.byRegion, plans.byCode = map[string]*dialPlan{}, map[string]*dialPlan{}
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		return plans // then every number takes the library's way
	}
	for _, region := range collection.Metadata {
		plan := &dialPlan{
			code:    strconv.Itoa(int(region.GetCountryCode())),
			exit:    frontOf(region.GetInternationalPrefix()),
			general: regexp.MustCompile("^(?:" + region.GetGeneralDesc().GetNationalNumberPattern() + ")$"),
		}
		if prefix := region.GetNationalPrefixForParsing(); prefix != "" {
			plan.prefix = frontOf(prefix)
			plan.strips = plan.prefix.groups() == 0 && region.GetNationalPrefixTransformRule() == ""
		}
		for _, length := range region.GetGeneralDesc().GetPossibleLength() {
			if length > 0 && int(length) < len(plan.possible) {
				plan.possible[length] = true
			}
		}
		for _, length := range region.GetGeneralDesc().GetPossibleLengthLocalOnly() {
			plan.localOnly[length] = true
		}
		id := region.GetId()
		if id == "001" {
			continue // no region's: satellites and freephone
		}
		plans.byRegion[id] = plan
		if phonenumbers.GetRegionCodeForCountryCode(int(region.GetCountryCode())) == id {
			plans.byCode[plan.code] = plan
		}
	}
	return plans
})

// front is what may stand in front of a number: digits, in most countries, or a
// pattern; nothing, where both are empty.
type front struct {
	digits  string
	pattern *regexp.Regexp
}

func frontOf(pattern string) front {
	if strings.Trim(pattern, "0123456789") == "" {
		return front{digits: pattern}
	}
	return front{pattern: regexp.MustCompile("^(?:" + pattern + ")")}
}

// length returns how much of a number it is, -1 where it is not there.
func (f front) length(number string) int {
	switch {
	case f.pattern != nil:
		if found := f.pattern.FindStringIndex(number); found != nil {
			return found[1]
		}
	case f.digits != "" && strings.HasPrefix(number, f.digits):
		return len(f.digits)
	}
	return -1
}

func (f front) groups() int {
	if f.pattern == nil {
		return 0
	}
	return f.pattern.NumSubexp()
}

// IsDialled says whether the numbers of a region are known.
func IsDialled(region string) bool { return dialPlans().byRegion[region] != nil }

// quickPhone reads plainly written numbers, which nearly all are, as the library
// does, many times faster: that spends 10 µs a number, most of it on looking for
// extensions, which would be two thirds of an export. It only ever accepts; what
// it is not certain of goes to the library, and a test holds the two together.
func quickPhone(text, region string) (string, bool) {
	plus, number, ok := bareNumber(text)
	if !ok {
		return "", false
	}
	plan := dialPlans().byRegion[region]
	if plus {
		plan = nil
		for width := 1; width <= 3 && plan == nil; width++ {
			plan = dialPlans().byCode[number[:width]]
		}
		if plan == nil {
			return "", false
		}
		number = number[len(plan.code):]
	} else if plan == nil || plan.exit.length(number) >= 0 || strings.HasPrefix(number, plan.code) {
		return "", false
	}
	national, ok := plan.national(number)
	if !ok {
		return "", false
	}
	// Countries that share a code are measured by the first of them; and what
	// has a prefix left would be read as another number the next time.
	first := dialPlans().byCode[plan.code]
	if first == nil || !first.fits(national) || first.prefix.length(national) >= 0 {
		return "", false
	}
	return "+" + plan.code + national, true
}

// national returns the national number in what is dialled within a country.
func (p *dialPlan) national(number string) (string, bool) {
	if prefix := p.prefix.length(number); prefix >= 0 {
		if !p.strips || p.general.MatchString(number) {
			return "", false
		}
		number = number[prefix:]
	}
	return number, p.fits(number)
}

// fits says whether a national number has a length that the country uses.
func (p *dialPlan) fits(number string) bool {
	length := len(number)
	return length >= 4 && length < len(p.possible) && p.possible[length] && !p.localOnly[length]
}

// bareNumber returns the digits of a number that has, but for a plus in front,
// only digits and what people set between them.
func bareNumber(text string) (plus bool, number string, ok bool) {
	var digits [17]byte
	n := 0
	for i := range len(text) {
		switch b := text[i]; {
		case b >= '0' && b <= '9':
			if n == len(digits) {
				return false, "", false
			}
			digits[n] = b
			n++
		case b == '+' && n == 0 && !plus:
			plus = true
		case strings.IndexByte(" -.()", b) < 0:
			return false, "", false
		}
	}
	return plus, string(digits[:n]), n >= 7
}
