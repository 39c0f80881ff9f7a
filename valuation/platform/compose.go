package platform

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed compositions.txt
var compositions string

// composed maps a letter and the mark after it to the one letter they make:
// every pair of the Basic Multilingual Plane that NFC composes to a letter that
// is not upper-case (names are lower-cased first). Generated from Unicode 14;
// normalisation is stable, so later versions add nothing for these.
var composed = sync.OnceValue(func() map[[2]rune]rune {
	pairs := map[[2]rune]rune{}
	for line := range strings.Lines(compositions) {
		var letter, first, second rune
		if _, err := fmt.Sscanf(line, "%x %x %x", &letter, &first, &second); err != nil {
			panic("audience: compositions.txt: " + err.Error())
		}
		pairs[[2]rune{first, second}] = letter
	}
	return pairs
})

// compose joins letters and the marks that follow them, as NFC does. Web forms
// send names composed, files from a Mac may bring them decomposed; their hashes
// differ, and the platforms hashed what web forms sent. Marks out of canonical
// order are left: no keyboard and no file system writes them.
func compose(text string) string {
	if ascii(text) {
		return text
	}
	runes := make([]rune, 0, len(text))
	for _, r := range text {
		if n := len(runes); n > 0 {
			if letter, ok := join(runes[n-1], r); ok {
				runes[n-1] = letter
				continue
			}
		}
		runes = append(runes, r)
	}
	return string(runes)
}

// join returns the letter that two make. Hangul syllables follow a formula:
// The Unicode Standard, section 3.12.
func join(first, second rune) (rune, bool) {
	const (
		syllables, leads, vowels, trails = 0xac00, 0x1100, 0x1161, 0x11a7
		leadCount, vowelCount            = 19, 21
		trailCount                       = 28
		syllableCount                    = leadCount * vowelCount * trailCount
	)
	if lead, vowel := first-leads, second-vowels; lead >= 0 && lead < leadCount && vowel >= 0 && vowel < vowelCount {
		return syllables + (lead*vowelCount+vowel)*trailCount, true
	}
	if syllable, trail := first-syllables, second-trails; syllable >= 0 && syllable < syllableCount && syllable%trailCount == 0 &&
		trail > 0 && trail < trailCount {
		return first + trail, true
	}
	letter, ok := composed()[[2]rune{first, second}]
	return letter, ok
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
