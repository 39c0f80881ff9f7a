package platform

import (
	"testing"
	"unicode/utf8"
)

// No text makes a normaliser panic, a cell is UTF-8 and has either a text or a
// reason, and normalising it again changes nothing.
func FuzzNormalisers(f *testing.F) {
	for _, v := range hashVectors {
		f.Add(v.raw)
	}
	for _, h := range hostile {
		f.Add(h.raw)
	}
	f.Add("İSTANBUL ΣΊΣΥΦΟΣ ẞ ﬀ")
	f.Add("\u1112\u1161\u11ab a\u0323\u0302 \u0302a")
	forms := map[string]normaliser{
		"trimmedEmail": trimmedEmail, "spacelessEmail": spacelessEmail, "taglessEmail": taglessEmail,
		"metaName": metaName, "metaPlace": metaPlace, "googleName": googleName, "metaZip": metaZip, "clearZip": clearZip,
		"upperCountry": upperCountry, "lowerCountry": lowerCountry, "clearUID": clearUID, "keyID": keyID, "plain": plain,
		"phone": func(text string) (string, Reason) { return parsePhone(text, "GB") },
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, form := range forms {
			cell, reason := form(text)
			if !utf8.ValidString(cell) || cell != "" && reason != "" {
				t.Errorf("%s(%q): %q %s", name, text, cell, reason)
			}
			again, reason := form(cell)
			if again != cell || reason != "" {
				t.Errorf("%s(%q): %q, again %q %s", name, text, cell, again, reason)
			}
		}
	})
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
