package platform

import "fmt"

// warn notes what whoever uploads the files should know.
func (c *collector) warn() {
	r, target := &c.result, c.spec.Target
	warn := func(code, format string, args ...any) {
		r.Warnings = append(r.Warnings, Warning{code, fmt.Sprintf(format, args...)})
	}
	for _, o := range c.order {
		if least := target.MinMembers; o.kind == Full && o.rows() < least {
			warn("audience_too_small", "%s for %s is too small: %s wants %d people and up, of those it finds; members: %d", o.name, target.Name, target.Name, least, o.rows())
		}
	}
	if c.spec.Kind == Full {
		c.warnOfBlanks()
	}
	if n := r.Rejected[SharedEmail]; n > 0 && target.Key == CustomerID {
		warn("shared_email", "%s for %s: customers left out for having the e-mail of an earlier one, since a mailbox is in one arm: %d", c.spec.Name, target.Name, n)
	} else if n > 0 {
		warn("shared_email", "%s for %s: customers left out for having the e-mail of an earlier one, since %s cannot distinguish them: %d", c.spec.Name, target.Name, target.Name, n)
	}
	if c.sharedEmails > 0 {
		warn("shared_email", "%s for %s: customers with the e-mail of an earlier one: %d", c.spec.Name, target.Name, c.sharedEmails)
	}
}

// warnOfBlanks warns of columns that come out blank for more than a fifth of the rows
// that had a value, with the commonest reason and the shape of one that did not fit.
func (c *collector) warnOfBlanks() {
	r := &c.result
	for _, column := range c.spec.columns() {
		if column.Apart {
			continue // it is counted with the one before
		}
		blanks, most := int64(0), Reason("")
		for reason, n := range r.Blanked[column.Header] {
			if reason == Clipped {
				continue
			}
			blanks += n
			if of := r.Blanked[column.Header][most]; most == "" || n > of || n == of && reason < most {
				most = reason
			}
		}
		values := r.Values[column.Header]
		if blanks*5 <= values || blanks == 0 {
			continue
		}
		example := ""
		if shape := r.shapes[column.Header]; shape != "" {
			example = fmt.Sprintf(", such as one of the shape %q (a letter is a, a digit 9)", shape)
		}
		r.Warnings = append(r.Warnings, Warning{"blank_column", fmt.Sprintf("%s for %s: %s is blank in %d of the %d rows that had a value, mostly for %s%s: see the rejects",
			c.spec.Name, c.spec.Target.Name, column.Header, blanks, values, most, example)})
	}
}
