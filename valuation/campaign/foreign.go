package campaign

import (
	"errors"
	"io/fs"
)

// foreignName has the terms of a campaign whose customers another tool assigned.
const foreignName = "foreign.json"

// Foreign is a campaign whose customers another tool assigned.
func Foreign(terms Terms, assignments ...string) *Campaign {
	return &Campaign{Terms: terms, Parts: assignments}
}

// IsForeign says whether another tool assigned the customers.
func (c *Campaign) IsForeign() bool { return c.path == "" }

// Kept opens what is kept of a campaign whose customers another tool assigned: its terms
// and those assigned so far, as of one of ours. It is nil where nothing is yet. Terms that
// are not those are an error that names them.
func Kept(out string, terms Terms) (*Campaign, error) {
	kept, err := open(out, terms.Design.Campaign, foreignName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return kept, kept.Terms.agree(terms)
}

// Keep begins to keep a campaign whose customers another tool assigned.
func Keep(out string, terms Terms) (*Campaign, error) { return begin(out, terms, foreignName) }
