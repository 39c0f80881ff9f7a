package audience

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/failure"
)

// collector compares rows with those before, and writes them.
type collector struct {
	spec    *Spec
	header  []string
	records *csvFiles
	table   *tableFile
	rejects *csvFiles
	result  Result

	keys         map[digest]bool // whether the row that has the key was written
	phones       map[uint64]struct{}
	sharedEmails int64 // rows written nevertheless, for targets that know rows by customer_id
	lastID       string
}

func newCollector(spec *Spec, files Files) *collector {
	base := spec.Name + "-" + spec.Target.Name + "-" + string(spec.Kind)
	header := spec.header()
	return &collector{
		spec:   spec,
		header: header,
		records: &csvFiles{
			create: files.Create, base: base, parts: true, header: appendRecord(nil, header...),
			maxBytes: spec.Target.MaxBytes, maxRows: spec.Target.MaxRows,
		},
		table:   &tableFile{create: files.Table, columns: spec.tableColumns(), written: File{Name: base + ".parquet"}},
		rejects: &csvFiles{create: files.Create, base: base + "-rejects", header: appendRecord(nil, "customer_id", "part", "reason")},
		result:  Result{Files: []File{}, Rejected: map[Reason]int64{}, Blanked: map[string]map[Reason]int64{}, Warnings: []string{}},
		keys:    map[digest]bool{},
		phones:  map[uint64]struct{}{},
	}
}

// collect takes the rows of a batch, in order.
func (c *collector) collect(b *batch) error {
	var record, cell, noted int
	for i := range b.outcomes {
		o := &b.outcomes[i]
		c.result.Rows++
		reason := c.judge(o)
		var err error
		if reason != "" {
			err = c.reject(o.id, reason)
		} else {
			err = c.write(o, b.records[record:o.recordEnd], b.cells[cell:o.cellsEnd], b.notes[noted:o.notesEnd])
		}
		if err != nil {
			return err
		}
		record, cell, noted = o.recordEnd, o.cellsEnd, o.notesEnd
	}
	return nil
}

// judge returns why a row is rejected. Suppression has the last word: nothing
// stands between it and writing.
func (c *collector) judge(o *outcome) Reason {
	repeated := c.result.Rows > 1 && o.id != "" && o.id == c.lastID
	c.lastID = o.id
	if o.reason != "" {
		return o.reason
	}
	if repeated {
		return DuplicateCustomer
	}
	if o.shared != "" {
		if _, taken := c.keys[o.key]; taken && c.spec.Target.Key != CustomerID {
			return o.shared
		} else if taken {
			c.sharedEmails++
		}
		c.keys[o.key] = false
	}
	if c.spec.Kind == Exited && c.spec.Members != nil && o.shared != "" && c.spec.Members.keys[o.key] {
		return StillMember
	}
	if o.suppressed && c.spec.Kind != Removal {
		return Suppressed
	}
	return ""
}

func (c *collector) reject(id string, reason Reason) error {
	c.result.Rejected[reason]++
	if reason == NotSuppressed {
		return nil // nearly everybody, and nothing is wrong with them
	}
	return c.tell(id, "row", reason)
}

// tell adds a line to the rejects: an id and a reason, nothing else of a person.
func (c *collector) tell(id, part string, reason Reason) error {
	id, _ = freeText(id, 0)
	return c.rejects.write(appendRecord(nil, id, part, string(reason)))
}

func (c *collector) write(o *outcome, record []byte, cells []Cell, notes []note) error {
	c.result.Written++
	if o.shared != "" {
		c.keys[o.key] = true
	}
	for _, n := range notes {
		if err := c.blank(o.id, c.header[n.column], n.reason); err != nil {
			return err
		}
	}
	if c.spec.Target.Table {
		return c.table.write(cells)
	}
	if o.phone != 0 {
		if _, taken := c.phones[o.phone]; taken {
			if err := c.blank(o.id, c.header[o.phoneColumn], SharedPhone); err != nil {
				return err
			}
			return c.records.write(record[:o.phoneFrom], record[o.phoneTo:])
		}
		c.phones[o.phone] = struct{}{}
	}
	return c.records.write(record)
}

func (c *collector) blank(id, column string, reason Reason) error {
	if c.result.Blanked[column] == nil {
		c.result.Blanked[column] = map[Reason]int64{}
	}
	c.result.Blanked[column][reason]++
	return c.tell(id, column, reason)
}

// finish closes the files and sums up.
func (c *collector) finish(err error) (Result, error) {
	err = errors.Join(err, c.records.close(), c.table.close(), c.rejects.close())
	r := &c.result
	r.Files = append(r.Files, c.records.written...)
	if c.table.written.Rows > 0 {
		r.Files = append(r.Files, c.table.written)
	}
	if len(c.rejects.written) > 0 {
		r.Rejects = &c.rejects.written[0]
	}
	if err != nil {
		return *r, err
	}
	if c.spec.Target.Key != CustomerID {
		r.Members = &Members{c.keys}
	}
	if c.spec.Kind == Full && r.Written == 0 {
		return *r, failure.Inputf("%s for %s: %w (%s); no file is made", c.spec.Name, c.spec.Target.Name, ErrEmpty, c.tally())
	}
	c.warn()
	return *r, nil
}

// tally tells the counts by reason, most first.
func (c *collector) tally() string {
	var reasons []Reason
	for reason := range c.result.Rejected {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b Reason) int {
		if n := c.result.Rejected[b] - c.result.Rejected[a]; n != 0 {
			return int(n)
		}
		return strings.Compare(string(a), string(b))
	})
	tally := fmt.Sprintf("of %d customers", c.result.Rows)
	for i, reason := range reasons {
		if i == 0 {
			tally += ":"
		} else {
			tally += ","
		}
		tally += fmt.Sprintf(" %d %s", c.result.Rejected[reason], reason)
	}
	return tally
}

func (c *collector) warn() {
	r, target := &c.result, c.spec.Target
	if least := target.MinMembers; c.spec.Kind == Full && r.Written < least {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s for %s is too small: %s wants %d people and up, of those it finds; members: %d", c.spec.Name, target.Name, target.Name, least, r.Written))
	}
	if n := r.Rejected[SharedEmail]; n > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s for %s: customers left out for having the e-mail of an earlier one, from whom %s could not tell them: %d", c.spec.Name, target.Name, target.Name, n))
	}
	if c.sharedEmails > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s for %s: customers with the e-mail of an earlier one: %d", c.spec.Name, target.Name, c.sharedEmails))
	}
}
