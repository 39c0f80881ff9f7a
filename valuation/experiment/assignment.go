package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
)

// Arm is what a campaign does with a customer.
type Arm string

// The arms of a campaign, and the customers kept out of every campaign.
const (
	None          Arm = "none" // the campaign's own holdout
	Champion      Arm = "champion"
	Challenger    Arm = "challenger"
	GlobalHoldout Arm = "global_holdout"
)

// Buckets is how many parts customers are divided into, alike in size.
const Buckets = 10_000

// Shares are the sizes of a campaign's arms in ten-thousandths of the customers
// that no global holdout keeps out. They add up to Buckets.
type Shares struct {
	None       int `json:"none"`
	Champion   int `json:"champion"`
	Challenger int `json:"challenger"`
}

// Of returns an arm's share, 0 for the global holdout, which is above them.
func (s Shares) Of(arm Arm) int {
	switch arm {
	case None:
		return s.None
	case Champion:
		return s.Champion
	case Challenger:
		return s.Challenger
	}
	return 0
}

// Design is all that decides a customer's arm, apart from the customer's id. It
// stays as it is for as long as the campaign lasts.
type Design struct {
	Campaign string `json:"campaign"`
	Salt     string `json:"salt"`
	Shares   Shares `json:"shares"`
	// GlobalSalt and GlobalHoldout, in ten-thousandths of all customers, keep the
	// same customers out of every campaign. None are kept out at 0.
	GlobalSalt    string `json:"global_salt"`
	GlobalHoldout int    `json:"global_holdout"`
}

// Validate returns what is wrong with the design, and what to do about it.
func (d Design) Validate() error {
	if err := validateText("campaign", d.Campaign); err != nil {
		return err
	}
	if err := validateText("salt", d.Salt); err != nil {
		return err
	}
	for _, arm := range []Arm{None, Champion, Challenger} {
		if share := d.Shares.Of(arm); share < 0 {
			return fmt.Errorf("arm %s: its share is %d: give 0 or more ten-thousandths", arm, share)
		}
	}
	total := d.Shares.None + d.Shares.Champion + d.Shares.Challenger
	if total != Buckets {
		return fmt.Errorf("campaign %s: none %d, champion %d and challenger %d add up to %d: make them %d ten-thousandths",
			d.Campaign, d.Shares.None, d.Shares.Champion, d.Shares.Challenger, total, Buckets)
	}
	for _, arm := range []Arm{None, Champion, Challenger} {
		if d.Shares.Of(arm) == Buckets {
			return fmt.Errorf("campaign %s: everyone is in arm %s and nothing could be compared: give none a share, 1000 for a tenth",
				d.Campaign, arm)
		}
	}
	return d.validateGlobal()
}

func (d Design) validateGlobal() error {
	if d.GlobalHoldout == 0 {
		return nil
	}
	if d.GlobalHoldout < 0 || d.GlobalHoldout >= Buckets {
		return fmt.Errorf("global holdout: its share is %d: give 0 to %d ten-thousandths", d.GlobalHoldout, Buckets-1)
	}
	if err := validateText("global salt", d.GlobalSalt); err != nil {
		return err
	}
	if d.GlobalSalt == d.Salt {
		return fmt.Errorf("global salt: it is the campaign's salt too: give it a text of its own")
	}
	return nil
}

// validateText refuses what would make two designs the same text once their
// parts are joined, or one design two texts once someone has tidied it.
func validateText(name, text string) error {
	switch {
	case text == "":
		return fmt.Errorf("%s: it is empty: give it a text, and keep it for as long as the campaign lasts", name)
	case strings.Contains(text, "|"):
		return fmt.Errorf("%s %q: it contains the | that separates it from the customer: leave that out", name, text)
	case strings.TrimSpace(text) != text:
		return fmt.Errorf("%s %q: it begins or ends with a space: remove that", name, text)
	}
	return nil
}

// Bucket returns a customer's part for the campaign, from 0 to Buckets - 1.
//
// It is the SHA-256 of the UTF-8 text salt|campaign|customer_id in lower-case
// hex, its first 15 digits read as a number, modulo 10,000. Neither salt nor
// campaign may contain the | (Validate), so no two customers and campaigns share
// a text, whatever is in the id. The modulo is not of all 256 bits, because 15
// digits are what fits the integers of every engine:
//
//	bucket(salt || '|' || campaign || '|' || customer_id)
//
// with the macro of sql/engine, by which a measurement checks the assignments.
//
// 2^60 is no multiple of 10,000: the first 6,976 buckets are likelier than the
// others by one part in 10^14.
func (d Design) Bucket(customerID string) int {
	return bucket(d.Salt + "|" + d.Campaign + "|" + customerID)
}

// GlobalBucket returns a customer's part for the global holdout: as Bucket, of
// the text global_salt|customer_id.
func (d Design) GlobalBucket(customerID string) int {
	return bucket(d.GlobalSalt + "|" + customerID)
}

func bucket(text string) int {
	sum := sha256.Sum256([]byte(text))
	first15 := binary.BigEndian.Uint64(sum[:8]) >> 4 // 16 hex digits less the last
	return int(first15 % Buckets)
}

// Range is the buckets of an arm, from From up to but without To.
type Range struct {
	Arm      Arm
	From, To int
}

// Ranges returns the buckets of the campaign's arms in order: none, champion,
// challenger. An arm without customers has no range.
func (d Design) Ranges() []Range {
	var ranges []Range
	from := 0
	for _, arm := range []Arm{None, Champion, Challenger} {
		if share := d.Shares.Of(arm); share > 0 {
			ranges = append(ranges, Range{arm, from, from + share})
			from += share
		}
	}
	return ranges
}

// HeldOut says whether a customer is in the global holdout, campaign or not.
func (d Design) HeldOut(customerID string) bool {
	return d.GlobalHoldout > 0 && d.GlobalBucket(customerID) < d.GlobalHoldout
}

// Arm returns the arm of a customer of a valid design. Customers whose global
// bucket is below GlobalHoldout are in the global holdout, whatever the
// campaign.
func (d Design) Arm(customerID string) Arm {
	if d.HeldOut(customerID) {
		return GlobalHoldout
	}
	bucket := d.Bucket(customerID)
	for _, r := range d.Ranges() {
		if bucket < r.To {
			return r.Arm
		}
	}
	panic(fmt.Sprintf("bucket %d is in no arm", bucket))
}

// Probability returns how likely any customer was to come into the arm, the
// global holdout included: over all four arms it adds up to 1.
func (d Design) Probability(arm Arm) float64 {
	if arm == GlobalHoldout {
		return float64(d.GlobalHoldout) / Buckets
	}
	return float64(d.Shares.Of(arm)) / Buckets * float64(Buckets-d.GlobalHoldout) / Buckets
}
