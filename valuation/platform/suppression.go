package platform

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"cbv/valuation/celltext"
	"cbv/valuation/failure"
	"cbv/valuation/mailbox"
)

// Suppression is who must not be in any audience. It is filled from every
// source there is and then sealed; an export refuses one that is not, so that a
// source that could not be read to its end ends in an error and never in a list.
//
// It holds digests, 16 bytes a person and key, whatever the texts' length.
type Suppression struct {
	sealed bool
	ids    map[digest]struct{}
	emails map[digest]struct{} // of the e-mail, lower-case, without spaces
	// mailboxes are of the e-mails in the forms of the target: what it cannot
	// distinguish from them is theirs.
	mailboxes map[digest]struct{}
	owners    map[digest][]digest // the e-mails of each, in a list that people are struck from
	forms     []normaliser
	phones    map[uint64]struct{}
	hashes    map[digest]struct{} // as given: of an e-mail or a phone in the form of any target
}

// digest is the first half of a SHA-256: of a billion keys, two agree with a
// probability of 1e-21.
type digest [16]byte

func digestOf(text string) digest {
	sum := sha256.Sum256([]byte(text))
	return digest(sum[:16])
}

// NewSuppression returns an empty suppression for a target that is yet to be filled
// and sealed.
func NewSuppression(target Target) *Suppression {
	return &Suppression{
		ids: map[digest]struct{}{}, emails: map[digest]struct{}{}, mailboxes: map[digest]struct{}{},
		phones: map[uint64]struct{}{}, hashes: map[digest]struct{}{}, forms: emailForms(target),
	}
}

// NewListed returns an empty list of keys for a target, from which Strike takes those that
// match somebody. No export is held to it.
func NewListed(target Target) *Suppression {
	s := NewSuppression(target)
	s.owners = map[digest][]digest{}
	return s
}

// AddPerson suppresses a person by customer_id, e-mail and phone, each where
// there is one, and says whether any of them can name somebody. Region is that of
// phones without a country code.
func (s *Suppression) AddPerson(p *Person, region string) bool {
	names := celltext.Trim(p.CustomerID) != "" || mailbox.IsAddress(p.Email)
	s.AddID(p.CustomerID)
	if celltext.Trim(p.Email) != "" {
		s.AddEmail(p.Email) // whatever it is: somebody else may have the same
	}
	e164, _ := parsePhone(p.Phone, regionOf(p, region))
	if e164 != "" {
		s.phones[phoneKey(e164)] = struct{}{}
	}
	return names || e164 != ""
}

// AddID suppresses a customer_id, if there is one. What surrounds it unseen does
// not count: it comes and goes as lists are copied.
func (s *Suppression) AddID(id string) {
	if id = celltext.Trim(id); id != "" {
		s.change().ids[digestOf(id)] = struct{}{}
	}
}

// HasID says whether a customer_id is among the keys.
func (s *Suppression) HasID(id string) bool { return found(s.ids, celltext.Trim(id)) }

// AddEmail suppresses an e-mail, however it is written.
func (s *Suppression) AddEmail(email string) {
	email = mailbox.Canonical(email)
	key := digestOf(email)
	s.change().emails[key] = struct{}{}
	for _, form := range s.forms {
		if cell, _ := form(email, ""); cell != "" {
			mailbox := digestOf(cell)
			s.mailboxes[mailbox] = struct{}{}
			if s.owners != nil {
				s.owners[mailbox] = append(s.owners[mailbox], key)
			}
		}
	}
}

// AddHash suppresses the e-mail or the phone of a SHA-256 in hex, made as any of
// the targets wants it made. What is none is an error: somebody asked not to be
// in a list, and nobody knows who.
func (s *Suppression) AddHash(text string) error {
	sum, err := hex.DecodeString(strings.ToLower(celltext.Trim(text)))
	if err != nil || len(sum) != sha256.Size {
		return failure.Inputf("the suppression list has a hash that is not 64 hexadecimal digits: SHA-256 is the one kind that can be matched")
	}
	s.change().hashes[digest(sum[:16])] = struct{}{}
	return nil
}

// Strike takes away all keys of a list that a person is known by, also as the target reads
// them, so that those remain that match nobody.
func (s *Suppression) Strike(p *Person, region string) {
	delete(s.ids, digestOf(celltext.Trim(p.CustomerID)))
	if len(s.emails)+len(s.hashes) > 0 && celltext.Trim(p.Email) != "" {
		email := mailbox.Canonical(p.Email)
		delete(s.emails, digestOf(email))
		for _, form := range hashedForms(email) {
			delete(s.hashes, digestOf(form))
		}
		for _, form := range s.forms {
			cell, _ := form(p.Email, "")
			if cell == "" {
				continue
			}
			mailbox := digestOf(cell)
			delete(s.hashes, mailbox)
			for _, key := range s.owners[mailbox] {
				delete(s.emails, key)
			}
		}
	}
	if len(s.hashes) == 0 {
		return
	}
	if e164, _ := parsePhone(p.Phone, regionOf(p, region)); e164 != "" {
		delete(s.hashes, digestOf(e164))
		delete(s.hashes, digestOf(e164[1:]))
	}
}

// StrikeGiven takes away the e-mails and hashes of a list that are among the identifiers
// which a target was given.
func (s *Suppression) StrikeGiven(given *Keys) {
	isGiven := func(key digest) bool { return given.Has(digestKey(key)) }
	for mailbox, emails := range s.owners {
		if isGiven(mailbox) {
			for _, email := range emails {
				delete(s.emails, email)
			}
		}
	}
	maps.DeleteFunc(s.hashes, func(key digest, _ struct{}) bool { return isGiven(key) })
}

// Seal says that all sources were read to their end.
func (s *Suppression) Seal() { s.sealed = true }

// Len returns the number of keys.
func (s *Suppression) Len() int { return len(s.ids) + len(s.emails) + len(s.phones) + len(s.hashes) }

func (s *Suppression) change() *Suppression {
	if s.sealed {
		panic("audience: a sealed suppression is added to")
	}
	return s
}

// has says whether a row is of somebody suppressed: by id, by the e-mail as it
// came or as the target reads it, and for ads, which know people by their phone,
// by that. In an e-mail list a phone that a household shares suppresses nobody.
func (s *Suppression) has(p *Person, row *identity) bool {
	return s.HasID(p.CustomerID) || celltext.Trim(p.Email) != "" && s.hasEmail(p.Email, row) || s.hasPhone(row)
}

// Reaches reports whether somebody is suppressed by id, by an e-mail or the hash of one
// in any form, or, where people are known by their phone, by that.
func (s *Suppression) Reaches(p *Person, region string, byPhone bool) bool {
	row := identity{byPhone: byPhone}
	row.phone, _ = parsePhone(p.Phone, regionOf(p, region))
	for i, form := range s.forms {
		if row.emails[i].text, _ = form(p.Email, ""); row.emails[i].text != "" {
			row.emails[i].sum = sha256.Sum256([]byte(row.emails[i].text))
		}
	}
	return s.has(p, &row)
}

// namesEmails says whether e-mails are among the keys, or what may be hashes of them.
func (s *Suppression) namesEmails() bool { return len(s.emails)+len(s.hashes) > 0 }

// hasCell says whether a cell of an earlier file is the e-mail of somebody suppressed, or
// has one beside it.
func (s *Suppression) hasCell(cell HandedCell) bool {
	if slices.ContainsFunc(cell.emails, s.hasCell) {
		return true
	}
	if cell.Column.Form.isHashed() {
		sum, err := hex.DecodeString(cell.Text)
		if err != nil || len(sum) != sha256.Size {
			return false
		}
		_, isListed := s.hashes[digest(sum[:16])]
		_, isMailbox := s.mailboxes[digest(sum[:16])]
		return isListed || isMailbox && cell.Column.Field == Email
	}
	return cell.Column.Field == Email && s.Reaches(&Person{Email: cell.Text}, "", false)
}

// owned returns which key of a row belongs to somebody here who is not that
// person, none where the person is here as well.
func (s *Suppression) owned(p *Person, row *identity) Reason {
	switch {
	case s.HasID(p.CustomerID):
		return ""
	case celltext.Trim(p.Email) != "" && s.hasEmail(p.Email, row):
		return SharedEmail
	case s.hasPhone(row):
		return SharedPhone
	}
	return ""
}

func (s *Suppression) hasPhone(row *identity) bool {
	if row.phone == "" || !row.byPhone {
		return false
	}
	if _, ok := s.phones[phoneKey(row.phone)]; ok {
		return true
	}
	return found(s.hashes, row.phone) || found(s.hashes, row.phone[1:])
}

func (s *Suppression) hasEmail(text string, row *identity) bool {
	if len(s.emails) == 0 && len(s.hashes) == 0 {
		return false
	}
	for i := range row.emails {
		if row.emails[i].text == "" {
			continue
		}
		key := digest(row.emails[i].sum[:16])
		if _, ok := s.mailboxes[key]; ok { // the target sees the same person in both
			return true
		}
		if _, ok := s.hashes[key]; ok {
			return true
		}
	}
	email := mailbox.Canonical(text)
	if email != row.emails[0].text || len(s.hashes) > 0 { // else it was looked up as a mailbox
		if found(s.emails, email) {
			return true
		}
	}
	if len(s.hashes) == 0 {
		return false
	}
	for _, form := range hashedForms(email) {
		if found(s.hashes, form) {
			return true
		}
	}
	return false
}

// hashedForms are an e-mail's forms of which some target or other takes the hash.
func hashedForms(email string) []string {
	return []string{email, mailbox.WithoutTag(email), mailbox.Gmail(email)}
}

func found(set map[digest]struct{}, text string) bool {
	if len(set) == 0 || text == "" {
		return false
	}
	_, ok := set[digestOf(text)]
	return ok
}

// phoneKey is an E.164 number, which has 15 digits at most.
func phoneKey(e164 string) uint64 {
	number, err := strconv.ParseUint(e164[1:], 10, 64)
	if err != nil {
		panic("audience: no phone number in E.164")
	}
	return number
}
