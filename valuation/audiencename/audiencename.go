// Package audiencename gives audiences the names under which others see them.
package audiencename

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cbv/valuation/failure"
)

// Neutral returns the name under which a list is known outside: cbv_a_ and
// ten digits that depend on the list's name alone, so that a list keeps its
// audience from run to run. Platforms flag names that suggest income or
// health, and a name like low_value would show each of their employees what the
// shop thinks of its customer; digits spell nothing.
func Neutral(list string) string {
	sum := sha256.Sum256([]byte("cbv audience\x00" + list))
	return fmt.Sprintf("cbv_a_%010d", binary.BigEndian.Uint64(sum[:])%1e10)
}

// IsFileName says whether a name can be a part of file names: 3 to 40 lower-case
// letters, digits and underscores, a letter first.
func IsFileName(name string) bool { return fileName.MatchString(name) }

var fileName = regexp.MustCompile(`^[a-z][a-z0-9_]{2,39}$`)

// revealing are what a name may not hold: words for income, wealth and worth, for
// health, for age and family, and for what a shop thinks of a customer. Short
// ones count as whole words only, since they are part of harmless ones.
var revealing = struct{ parts, words []string }{
	parts: []string{
		"income", "salary", "wealth", "afflu", "value", "worth", "profit", "margin", "spend", "credit", "bankrupt", "poverty", "luxur", "premium", "budget", "cheap",
		"health", "diabet", "cancer", "disab", "pregnan", "patient", "medic", "obes", "depress", "arthrit", "disease", "therap", "addict",
		"senior", "elder", "retire", "divorc", "widow", "religio", "ethnic",
		"champion", "loyal", "churn", "lapsed", "cooling", "hibernat", "sleep", "lookalike", "retain", "acquisition", "dormant",
	},
	words: []string{
		"rich", "poor", "low", "high", "vip", "clv", "ltv", "top", "best", "worst", "loan", "debt", "money", "gold", "silver", "bronze", "platinum",
		"ill", "sick", "age", "aged", "old", "young", "lost", "risk", "keep", "drop", "seed",
	},
}

// Validate says whether a name given by hand can stand outside: in file
// names, as a column's header, and as the name of an audience.
func Validate(name string) error {
	if !IsFileName(name) {
		return failure.Usagef("audience name %q: 3 to 40 lower-case letters, digits and underscores, a letter first", name)
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r >= '0' && r <= '9' })
	for _, word := range words {
		if slices.Contains(revealing.words, word) {
			return revealingName(name, word)
		}
	}
	for _, part := range revealing.parts {
		if strings.Contains(strings.Join(words, ""), part) {
			return revealingName(name, part)
		}
	}
	return nil
}

func revealingName(name, word string) error {
	return failure.Usagef("audience name %q: %q says what is thought of the people in it, which platforms flag; leave the name out for a neutral one", name, word)
}
