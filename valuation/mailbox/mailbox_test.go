package mailbox

import "testing"

// An objection in another form than a plain address would match nobody.
func TestIsAddress(t *testing.T) {
	for text, want := range map[string]bool{
		"jane@example.com": true, " Jane.Doe+x@Example.co.uk\t": true, "zoë@example.de": true, "info@münchen.de": true, "o'brien@example.com": true,
		"a_b-c@ex-ample.com": true, "jane@example.com\u200b": true, "=x@example.com": true,
		"": false, " ": false, "@": false, "jane": false, "not an email": false, "jane@example": false, "jane@example.": false, "@example.com": false,
		"Jane <jane@example.com>": false, "<jane@example.com>": false, "mailto:jane@example.com": false, `"jane@example.com"`: false,
		"“jane@example.com”": false, "'jane@example.com'": false, "'jane@example.com": false, "jane@example.com;": false, "jane@example.com,": false,
		"a@example.com b@example.com": false, "a@example.com;b@example.com": false, "a@b@example.com": false, "jane doe@example.com": false,
		"jane@example.com.": false, "jane@[192.0.2.1]": false, "jane\u00ad@example.com": false, "jane\x00@example.com": false, "jane@exam\xffple.com": false,
	} {
		if IsAddress(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
