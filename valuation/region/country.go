// Package region knows what countries and states are called, and how phones are dialled
// in each.
package region

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// countries are the codes of ISO 3166-1 alpha-2, and XK, which the platforms
// take for Kosovo.
const countries = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
	"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
	"KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
	"NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ " +
	"TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"

// otherCountryNames are those in use beside CLDR's English ones, folded: of ISO 3166-1
// where it calls a country otherwise, and of everyday. EL is Greece in the European
// Union's codes, UK what people write for GB.
const otherCountryNames = `GB uk|GB great britain|GB united kingdom of great britain northern ireland|GB england|GB scotland|GB wales|GB northern ireland|GR el|XK xkx|
US usa|US united states of america|US u s a|US u s|NL holland|CZ czech republic|TR turkiye|MK north macedonia|SZ eswatini|CV cabo verde|CI ivory coast|
KR korea republic of|KR republic of korea|KR korea south|KP korea democratic peoples republic of|RU russian federation|VN viet nam|LA lao peoples democratic republic|
IR iran islamic republic of|SY syrian arab republic|BO bolivia plurinational state of|VE venezuela bolivarian republic of|TZ tanzania united republic of|
MD moldova republic of|FM micronesia federated states of|TW taiwan province of china|BN brunei darussalam|PS palestine|PS palestine state of|MM myanmar|MM burma|
HK hong kong|MO macau|MO macao|VA holy see|CD congo democratic republic of the|CD democratic republic of the congo|CG congo|CG republic of the congo|
TL east timor|FK falkland islands malvinas|IE republic of ireland|IE eire|DE federal republic of germany|CN peoples republic of china|AE uae|MF saint martin french part|SX sint maarten dutch part|VG virgin islands british|VI virgin islands u s`

// ownLanguages are those in which countries are called besides English: what shops ask
// for in their forms is the name in the language of the shop.
var ownLanguages = []language.Tag{
	language.German, language.French, language.Spanish, language.Italian, language.Portuguese, language.Dutch, language.Polish, language.Czech,
	language.Swedish, language.Danish, language.Norwegian, language.Finnish, language.Hungarian, language.Romanian, language.Greek, language.Turkish,
	language.Japanese, language.Korean, language.Chinese,
}

// countryCodes are the two letters of ISO 3166-1 by what a country is called, folded:
// its English name by CLDR, its codes of two and three letters, and its names in other
// languages, where no two countries share one.
var countryCodes = sync.OnceValue(func() map[string]string {
	codes := map[string]string{}
	names := display.English.Regions()
	for code := range strings.FieldsSeq(countries) {
		codes[strings.ToLower(code)] = code
		region, err := language.ParseRegion(code)
		if err != nil {
			continue
		}
		codes[strings.ToLower(region.ISO3())] = code
		codes[foldCountry(names.Name(region))] = code
	}
	for each := range strings.SplitSeq(otherCountryNames, "|") {
		code, name, _ := strings.Cut(strings.TrimSpace(each), " ")
		codes[name] = code
	}
	for name, code := range foreignNames() {
		if _, isEnglish := codes[name]; !isEnglish && code != "" {
			codes[name] = code
		}
	}
	delete(codes, "") // of a region that CLDR has no name for
	return codes
})

// foreignNames are what countries are called in other languages than English, folded;
// without a code where two are called the same.
func foreignNames() map[string]string {
	codes := map[string]string{}
	for _, tongue := range ownLanguages {
		names := display.Regions(tongue)
		for code := range strings.FieldsSeq(countries) {
			region, err := language.ParseRegion(code)
			if err != nil {
				continue
			}
			name := foldCountry(names.Name(region))
			if other, taken := codes[name]; taken && other != code {
				codes[name] = ""
				continue
			}
			codes[name] = code
		}
	}
	return codes
}

// foldCountry makes the spellings of a country's name alike: case, accents,
// punctuation, a leading The, and the words and, St. and SAR China.
func foldCountry(name string) string {
	var folded strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
			folded.WriteRune(r)
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
		default:
			folded.WriteByte(' ')
		}
	}
	words := strings.Fields(strings.ReplaceAll(folded.String(), " sar china", ""))
	kept := words[:0]
	for i, word := range words {
		switch {
		case word == "and", i == 0 && word == "the" && len(words) > 1:
		case word == "st":
			kept = append(kept, "saint")
		default:
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, " ")
}

// Country returns the two letters of ISO 3166-1 of a country that is called by its
// English name, by that in another language, or by two or three letters; none for what is
// no country's.
func Country(text string) string {
	text = strings.TrimSpace(text)
	if len(text) == 2 && isCountry(text) {
		return text
	}
	if len(text) > 80 {
		return ""
	}
	return countryCodes()[foldCountry(text)]
}

// isCountry says whether two capital letters are assigned by ISO 3166-1. UK, which
// people write for GB, is not.
func isCountry(code string) bool {
	if len(code) != 2 {
		return false
	}
	at := strings.Index(countries, code)
	return at >= 0 && at%3 == 0
}

// states are the names of the states of the USA, its district and territories, folded
// as countries are, by their two letters (USPS Publication 28, appendix B).
const states = `al alabama|ak alaska|az arizona|ar arkansas|ca california|co colorado|ct connecticut|de delaware|dc district of columbia|fl florida|ga georgia|
hi hawaii|id idaho|il illinois|in indiana|ia iowa|ks kansas|ky kentucky|la louisiana|me maine|md maryland|ma massachusetts|mi michigan|mn minnesota|ms mississippi|
mo missouri|mt montana|ne nebraska|nv nevada|nh new hampshire|nj new jersey|nm new mexico|ny new york|nc north carolina|nd north dakota|oh ohio|ok oklahoma|or oregon|
pa pennsylvania|ri rhode island|sc south carolina|sd south dakota|tn tennessee|tx texas|ut utah|vt vermont|va virginia|wa washington|wv west virginia|wi wisconsin|
wy wyoming|as american samoa|gu guam|mp northern mariana islands|pr puerto rico|vi u s virgin islands`

// State returns the two letters, in lower case, of a state of the USA that is called by
// its name or by them; none for what is none.
func State(text string) string { return stateCodes()[foldCountry(text)] }

var stateCodes = sync.OnceValue(func() map[string]string {
	codes := map[string]string{}
	for each := range strings.SplitSeq(states, "|") {
		code, name, _ := strings.Cut(strings.TrimSpace(each), " ")
		codes[name], codes[code] = code, code
	}
	return codes
})
