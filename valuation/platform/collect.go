package platform

import (
	"cmp"
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
	create  Files
	outputs map[output]*outputFiles
	order   []*outputFiles
	rejects *csvFiles
	result  Result

	members      Members // of all keys, whether their rows were written or not
	phones       map[uint64]struct{}
	sharedEmails int64 // rows written nevertheless, for targets that know rows by customer_id
	lastID       string
}

// output is what is reported of one kind of file of one name.
type output struct {
	name string
	kind Kind
}

// outputFiles takes the rows of an output: one of its two is used.
type outputFiles struct {
	output
	records *csvFiles
	table   *tableFile
}

func (o *outputFiles) rows() (rows int64) {
	for _, file := range o.records.written {
		rows += file.Rows
	}
	return rows + o.table.written.Rows
}

func newCollector(spec *Spec, files Files) *collector {
	base := spec.Name + "-" + spec.Target.Name + "-" + string(spec.Kind)
	return &collector{
		spec:    spec,
		header:  spec.header(spec.Name),
		create:  files,
		outputs: map[output]*outputFiles{},
		rejects: &csvFiles{create: files.Create, base: base + "-rejects", header: appendRecord(nil, "customer_id", "part", "reason")},
		result:  Result{Files: []File{}, Rejected: map[Reason]int64{}, Blanked: map[string]map[Reason]int64{}, Warnings: []Warning{}},
		members: Members{keys: map[digest]uint8{}},
		phones:  map[uint64]struct{}{},
	}
}

// output returns the files of a kind and a name, which are opened with their
// first row.
func (c *collector) output(name string, kind Kind) (*outputFiles, error) {
	which := output{name, kind}
	if o := c.outputs[which]; o != nil {
		return o, nil
	}
	if err := ValidateName(name); err != nil {
		return nil, err
	}
	target := c.spec.Target
	base := name + "-" + target.Name + "-" + string(kind)
	o := &outputFiles{
		output: which,
		records: &csvFiles{
			create: c.create.Create, audience: name, kind: kind, base: base, parts: true, header: appendRecord(nil, c.spec.header(name)...),
			maxBytes: target.MaxBytes, maxRows: target.MaxRows,
		},
		table: &tableFile{create: c.create.Table, columns: c.spec.tableColumns(), written: File{Name: base + ".parquet", Audience: name, Kind: kind}},
	}
	c.outputs[which] = o
	c.order = append(c.order, o)
	return o, nil
}

// collect takes the rows of a batch, in order.
func (c *collector) collect(b *batch) error {
	var record, cell, noted int
	for i := range b.outcomes {
		o := &b.outcomes[i]
		c.result.Rows++
		name, reason, err := c.place(o)
		if err != nil {
			return err
		}
		if reason != "" {
			err = c.reject(o.id, reason)
		} else {
			err = c.write(o, name, b.records[record:o.recordEnd], b.cells[cell:o.cellsEnd], b.notes[noted:o.notesEnd])
		}
		if err != nil {
			return err
		}
		record, cell, noted = o.recordEnd, o.cellsEnd, o.notesEnd
	}
	return nil
}

// place returns the name that a row is written under, or why it is not.
func (c *collector) place(o *outcome) (name string, reason Reason, err error) {
	name = c.spec.Name
	if reason = c.judge(o); reason != "" {
		return name, reason, nil
	}
	if c.spec.Place != nil {
		if name, reason, err = c.spec.Place(o.id, o.held); err != nil || reason != "" {
			return name, reason, err
		}
	}
	if o.held {
		return name, SharedHoldout, nil
	}
	return name, "", nil
}

// judge returns why a row may not be written. Suppression has the last word:
// behind it stand only the holdouts, which let nobody in either.
func (c *collector) judge(o *outcome) Reason {
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
	if o.shared != "" {
		if _, taken := c.members.keys[o.key]; taken && (c.spec.Target.Key != CustomerID || c.spec.UniqueEmail) {
			return o.shared
		} else if taken {
			c.sharedEmails++
		}
		c.members.keys[o.key] = 0
	}
	if c.spec.Kind == Exited && c.spec.Members != nil && o.shared != "" && c.spec.Members.has(o.key, c.spec.Name) {
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
	return c.addReject(id, "row", reason)
}

// addReject adds a line to the rejects: an id and a reason, nothing else of a person.
func (c *collector) addReject(id, part string, reason Reason) error {
	id, _ = freeText(id, 0)
	return c.rejects.write(appendRecord(nil, id, part, string(reason)))
}

func (c *collector) write(o *outcome, name string, record []byte, cells []Cell, notes []note) error {
	c.result.Written++
	if o.shared != "" {
		c.members.keys[o.key] = c.members.place(name)
	}
	for _, n := range notes {
		if err := c.blank(o.id, c.header[n.column], n.reason); err != nil {
			return err
		}
	}
	pieces := [][]byte{record}
	if o.phone != 0 {
		if _, taken := c.phones[o.phone]; taken {
			if err := c.blank(o.id, c.header[o.phoneColumn], SharedPhone); err != nil {
				return err
			}
			pieces = [][]byte{record[:o.phoneFrom], record[o.phoneTo:]}
		}
		c.phones[o.phone] = struct{}{}
	}
	if err := c.append(name, c.spec.Kind, pieces, cells); err != nil {
		return err
	}
	if c.spec.Changes && o.was != name {
		return c.append(name, Entered, pieces, cells)
	}
	return nil
}

// append adds a row to a kind of file of a name.
func (c *collector) append(name string, kind Kind, pieces [][]byte, cells []Cell) error {
	o, err := c.output(name, kind)
	if err != nil {
		return err
	}
	if c.spec.Target.Table {
		return o.table.write(cells)
	}
	return o.records.write(pieces...)
}

// place returns the number of a name. There are as many as a campaign has arms.
func (m *Members) place(name string) uint8 {
	at := slices.Index(m.names, name)
	if at < 0 {
		at = len(m.names)
		m.names = append(m.names, name)
	}
	return uint8(at + 1)
}

func (c *collector) blank(id, column string, reason Reason) error {
	if c.result.Blanked[column] == nil {
		c.result.Blanked[column] = map[Reason]int64{}
	}
	c.result.Blanked[column][reason]++
	return c.addReject(id, column, reason)
}

// finish closes the files and sums up.
func (c *collector) finish(err error) (Result, error) {
	r := &c.result
	slices.SortFunc(c.order, func(a, b *outputFiles) int {
		return cmp.Or(cmp.Compare(b.kind, a.kind), cmp.Compare(a.name, b.name))
	})
	for _, o := range c.order {
		err = errors.Join(err, o.records.close(), o.table.close())
		r.Files = append(r.Files, o.records.written...)
		if o.table.written.Rows > 0 {
			r.Files = append(r.Files, o.table.written)
		}
	}
	err = errors.Join(err, c.rejects.close())
	if len(c.rejects.written) > 0 {
		r.Rejects = &c.rejects.written[0]
	}
	if err != nil {
		return *r, err
	}
	if c.spec.Target.Key != CustomerID {
		r.Members = &c.members
	}
	if c.spec.Kind == Full && r.Written == 0 {
		return *r, failure.Inputf("%s for %s: %w (%s); no file is made", c.spec.Name, c.spec.Target.Name, ErrEmpty, c.tally())
	}
	c.warn()
	return *r, nil
}

// tally writes the counts by reason, most first.
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
	warn := func(code, format string, args ...any) {
		r.Warnings = append(r.Warnings, Warning{code, fmt.Sprintf(format, args...)})
	}
	for _, o := range c.order {
		if least := target.MinMembers; o.kind == Full && o.rows() < least {
			warn("audience_too_small", "%s for %s is too small: %s wants %d people and up, of those it finds; members: %d", o.name, target.Name, target.Name, least, o.rows())
		}
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
