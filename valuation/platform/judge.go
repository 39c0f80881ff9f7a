package platform

import "slices"

// judge returns why a row may not be written. Suppression has the last word:
// behind it stand only the holdouts, which let nobody in either.
func (c *collector) judge(o *outcome) Reason {
	if c.spec.Kind == Exited {
		return c.judgeExit(o)
	}
	if c.spec.Kind == Removal {
		return c.judgeRemoval(o)
	}
	return c.judgeRow(o)
}

// judgeRemoval rejects a row of identifiers of before that are there already.
func (c *collector) judgeRemoval(o *outcome) Reason {
	reason := o.reason
	switch {
	case !o.before && reason != AddressUnknown:
		reason = c.judgeRow(o)
	case reason == "" && !c.isAnew(o):
		reason = DuplicateCustomer
	}
	if reason == "" {
		c.take(o)
	}
	return reason
}

// judgeRow returns why a row of somebody may not be written.
func (c *collector) judgeRow(o *outcome) Reason {
	repeated := c.result.Rows > 1 && o.id != "" && o.id == c.lastID
	c.lastID = o.id
	if o.reason != "" {
		return o.reason
	}
	if repeated {
		return DuplicateCustomer
	}
	if o.owned != "" {
		return o.owned
	}
	if c.hasID(o) {
		return DuplicateCustomer
	}
	if o.shared != "" {
		_, taken := c.taken[o.key]
		isOne := c.spec.Target.Key != CustomerID || c.spec.UniqueEmail
		// of two who object and share an e-mail each may have a phone that has to leave
		hasMore := c.spec.Kind == Removal && c.isAnew(o)
		switch {
		case taken && isOne && !hasMore:
			return o.shared
		case taken && !isOne:
			c.sharedEmails++
		}
		c.taken[o.key] = struct{}{}
	}
	if o.suppressed && c.spec.Kind != Removal {
		return Suppressed
	}
	return ""
}

// judgeExit rejects a row of identifiers that earlier rows have taken out all, as those
// of customers who shared an address.
func (c *collector) judgeExit(o *outcome) Reason {
	for _, key := range o.owed {
		if key != 0 {
			c.result.Owed = append(c.result.Owed, key)
		}
	}
	anew := c.isAnew(o)
	if o.gone = o.gone && anew; o.reason != "" {
		return o.reason
	}
	if !anew {
		return DuplicateCustomer
	}
	c.take(o)
	return ""
}

// hasID says whether the target would take a row for that of another customer, whose id
// its form makes the same.
func (c *collector) hasID(o *outcome) bool {
	if c.ids == nil {
		return false
	}
	known := func(key int64) bool { _, there := c.ids[key]; return key != 0 && there }
	if slices.ContainsFunc(o.keys.Identifiers[:], known) {
		return true
	}
	for _, key := range o.keys.Identifiers {
		c.ids[key] = struct{}{}
	}
	return false
}

// isAnew says whether a row has an identifier that none before has.
func (c *collector) isAnew(o *outcome) bool {
	return slices.ContainsFunc(o.keys.Identifiers[:], func(key int64) bool {
		_, there := c.gone[key]
		return key != 0 && !there
	})
}

// take keeps the identifiers of a row that is written.
func (c *collector) take(o *outcome) {
	for _, key := range o.keys.Identifiers {
		c.gone[key] = struct{}{}
		delete(c.owed, key)
	}
}
