package region

import (
	"maps"
	"slices"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// slowPhone is Phone without the quick way.
func slowPhone(text, region string) string {
	e164, _ := libraryPhone(text, region)
	if again, _ := libraryPhone(e164, ""); again != e164 {
		return ""
	}
	return e164
}

func regions() []string {
	return slices.Sorted(maps.Keys(dialPlans().byRegion))
}

// Agreement: whatever the quick way accepts is what the library makes of it, for
// random digits after every country's codes and prefixes.
func TestQuickPhonesAgreeWithTheLibrary(t *testing.T) {
	all := regions()
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom(all).Draw(t, "region")
		other := dialPlans().byRegion[rapid.SampledFrom(all).Draw(t, "other")]
		front := rapid.SampledFrom([]string{"", "+", "00", "0", "1", "8", "+" + other.code, "00" + other.code, other.code, "(+" + other.code + ")", "+" + other.code + " (0)"}).Draw(t, "front")
		text := front + rapid.StringMatching(`[0-9]{1,3}[-. ()]{0,2}[0-9]{2,5}[ -]?[0-9]{0,6}`).Draw(t, "digits")
		if quick, ok := quickPhone(text, region); ok && quick != slowPhone(text, region) {
			t.Fatalf("%q in %s: %s, by the library %q", text, region, quick, slowPhone(text, region))
		}
	})
}

// Agreement, for each country's example numbers in the forms people write; and
// the quick way is taken by most of them.
func TestExampleNumbersAgreeWithTheLibrary(t *testing.T) {
	quickly, tried := 0, 0
	for _, region := range regions() {
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.TOLL_FREE} {
			number := phonenumbers.GetExampleNumberForType(region, kind)
			if number == nil {
				continue
			}
			for _, form := range []phonenumbers.PhoneNumberFormat{phonenumbers.E164, phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL} {
				text := phonenumbers.Format(number, form)
				tried++
				quick, ok := quickPhone(text, region)
				if !ok {
					continue
				}
				quickly++
				if want := slowPhone(text, region); quick != want {
					t.Errorf("%q in %s: %s, by the library %q", text, region, quick, want)
				}
			}
		}
	}
	if quickly*10 < tried*7 {
		t.Errorf("the quick way took %d of %d", quickly, tried)
	}
}

// A table of numbers keeps no plus: each country's example numbers are the same without.
func TestNumbersWithoutTheirPlus(t *testing.T) {
	for _, region := range regions() {
		for _, kind := range []phonenumbers.PhoneNumberType{phonenumbers.FIXED_LINE, phonenumbers.MOBILE} {
			number := phonenumbers.GetExampleNumberForType(region, kind)
			if number == nil {
				continue
			}
			want := phonenumbers.Format(number, phonenumbers.E164)
			if got, _ := Phone(want[1:], region); got != want {
				t.Errorf("%s in %s: %q, want %s", want[1:], region, got, want)
			}
		}
	}
	for _, c := range []struct{ text, region, want string }{
		{"4915112345000", "DE", "+4915112345000"},
		{"49 (0)151 12345000", "DE", "+4915112345000"},
		{"15112345000", "DE", "+4915112345000"},
		{"04921 123456", "DE", "+494921123456"},   // Emden, whose area code begins as the country's
		{"393 331 2345", "IT", "+393933312345"},   // a mobile of ten digits: none of eight is valid
		{"55 99123 4567", "BR", "+5555991234567"}, // of area 55
		{"447700900123", "GB", "+447700900123"},   // of no range in use
		{"6502530000", "US", "+16502530000"},
	} {
		if got, _ := Phone(c.text, c.region); got != c.want {
			t.Errorf("%s in %s: %q, want %s", c.text, c.region, got, c.want)
		}
	}
}

func BenchmarkPhone(b *testing.B) {
	for _, text := range []string{"+447911123456", "07911 123456", "+44 (0)7911 123456"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				Phone(text, "GB")
			}
		})
	}
}

// What the quick way makes of a phone, the library makes of it.
func FuzzPhones(f *testing.F) {
	f.Add("+44 (0)7700 900123", "GB")
	f.Add("011 15 2345 6789", "AR")
	f.Add("8 (912) 345-67-89", "RU")
	f.Fuzz(func(t *testing.T, text, region string) {
		if quick, ok := quickPhone(text, region); ok && quick != slowPhone(text, region) {
			t.Errorf("%q in %s: %s, by the library %q", text, region, quick, slowPhone(text, region))
		}
	})
}

// The library numbers no country that is not in the list, but for the ones whose
// codes are reserved.
func TestCountriesAreComplete(t *testing.T) {
	for region := range phonenumbers.GetSupportedRegions() {
		if !isCountry(region) && region != "AC" && region != "TA" { // Ascension, Tristan da Cunha
			t.Errorf("%s is missing", region)
		}
	}
	if n := (len(countries) + 1) / 3; n != 250 { // 249 of ISO 3166-1, and XK
		t.Errorf("%d countries", n)
	}
}
