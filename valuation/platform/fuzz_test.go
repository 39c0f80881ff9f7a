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
		"trimmedEmail": trimmedEmail, "googleMail": googleMail, "tiktokMail": tiktokMail, "taglessEmail": taglessEmail,
		"metaNames": metaNames, "metaPlaces": metaPlaces, "metaStates": metaStates, "googleNames": googleNames, "metaZips": metaZips, "clearZip": clearZip,
		"upperCountry": upperCountry, "lowerCountry": lowerCountry, "clearUID": clearUID, "keyID": keyID, "plain": Form{"as_is"}.normaliser(City),
		"phone": func(text, _ string) (string, Reason) { return parsePhone(text, "GB") }, "states": ofUSA(metaStates), "zips": ofUSA(metaZips),
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, form := range forms {
			cell, reason := form(text, "")
			if !utf8.ValidString(cell) || cell != "" && reason != "" {
				t.Errorf("%s(%q): %q %s", name, text, cell, reason)
			}
			again, reason := form(cell, "")
			if again != cell || reason != "" {
				t.Errorf("%s(%q): %q, again %q %s", name, text, cell, again, reason)
			}
		}
	})
}
