package platform

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cbv/valuation/audiencename"
	"cbv/valuation/celltext"
	"cbv/valuation/changefile"
	"cbv/valuation/csvparts"
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
	lines   *changefile.Writer
	result  Result

	taken        map[digest]struct{} // keys of rows, whether they were written or not
	gone         map[int64]struct{}  // identifiers that a row of an exited or suppressed file has
	owed         map[int64]struct{}  // identifiers that exited files left to this suppressed one
	phones       map[uint64]struct{}
	ids          map[int64]struct{} // customer_ids as the target reads them; nil where none become one
	had          []int64            // rows that had a value of a column of the target's own
	sharedEmails int64              // rows written nevertheless, for targets that know rows by customer_id
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
	for _, file := range o.records.Written {
		rows += file.Rows
	}
	return rows + o.table.written.Rows
}

func newCollector(spec *Spec, files Files) *collector {
	base := spec.Name + "-" + spec.Target.Name + "-" + string(spec.Kind)
	owed := map[int64]struct{}{}
	for _, key := range spec.Owed {
		owed[key] = struct{}{}
	}
	var ids map[int64]struct{}
	isLossy := func(c Column) bool { return !c.Form.isWhole() }
	if spec.Target.Key == CustomerID && slices.ContainsFunc(spec.Target.IdentifyingColumns(), isLossy) {
		ids = map[int64]struct{}{}
	}
	return &collector{
		ids:     ids,
		spec:    spec,
		owed:    owed,
		header:  spec.header(spec.Name),
		lines:   &changefile.Writer{Create: files.Lines},
		create:  files,
		outputs: map[output]*outputFiles{},
		rejects: &csvFiles{Writer: csvparts.Writer{Create: files.Create, Base: base + "-rejects", IsWhole: true, Header: celltext.AppendRecord(nil, ',', "customer_id", "part", "reason")}},
		result: Result{
			Files: []File{}, Rejected: map[Reason]int64{}, Blanked: map[string]map[Reason]int64{}, Values: map[string]int64{},
			Changes: map[Change]int64{}, Warnings: []Warning{}, shapes: map[string]string{},
		},
		taken:  map[digest]struct{}{},
		gone:   map[int64]struct{}{},
		phones: map[uint64]struct{}{},
		had:    make([]int64, len(spec.columns())),
	}
}

// output returns the files of a kind and a name, which are opened with their
// first row.
func (c *collector) output(name string, kind Kind) (*outputFiles, error) {
	which := output{name, kind}
	if o := c.outputs[which]; o != nil {
		return o, nil
	}
	if err := audiencename.Validate(name); err != nil {
		return nil, err
	}
	target := c.spec.Target
	base := name + "-" + target.Name + "-" + string(kind)
	o := &outputFiles{
		output: which,
		records: &csvFiles{audience: name, kind: kind, Writer: csvparts.Writer{
			Create: c.create.Create, Base: base, Header: celltext.AppendRecord(nil, target.delimiter(), c.spec.header(name)...),
			MaxBytes: target.MaxBytes, MaxRows: target.MaxRows,
		}},
		table: &tableFile{create: c.create.Table, columns: c.spec.tableColumns(), written: File{Name: base + ".parquet", Audience: name, Kind: kind}},
	}
	c.outputs[which] = o
	c.order = append(c.order, o)
	return o, nil
}

// piece is what a worker made of a row.
type piece struct {
	record, line []byte
	cells        []Cell
	notes        []note
}

// collect takes the rows of a batch, in order.
func (c *collector) collect(b *batch) error {
	var record, line, cell, noted int
	for i := range b.outcomes {
		o := &b.outcomes[i]
		c.result.Rows++
		name, reason, err := c.place(o)
		if err != nil {
			return err
		}
		made := piece{b.records[record:o.recordEnd], b.lines[line:o.lineEnd], b.cells[cell:o.cellsEnd], b.notes[noted:o.notesEnd]}
		if o.gone && (c.spec.Kind == Exited || reason == "") {
			err = c.change(Remove, c.spec.Name, o.objects, made.line)
			if o.objects != "" {
				c.result.Told = append(c.result.Told, o.said[:]...)
			}
		}
		if err == nil && reason != "" {
			err = c.reject(o, reason)
		} else if err == nil {
			err = c.write(o, name, made)
		}
		if err != nil {
			return err
		}
		record, line, cell, noted = o.recordEnd, o.lineEnd, o.cellsEnd, o.notesEnd
	}
	return nil
}

// place returns the name that a row is written under, or why it is not.
func (c *collector) place(o *outcome) (name string, reason Reason, err error) {
	name = c.spec.Name
	if reason = c.judge(o); reason != "" {
		return name, reason, nil
	}
	if _, taken := c.phones[o.phone]; o.phone != 0 && taken {
		o.compared, o.isPhoneless = o.phoneless, true
	}
	if c.spec.Place != nil {
		if name, reason, err = c.spec.Place(o.id, o.held, o.keys); err != nil || reason != "" {
			return name, reason, err
		}
	}
	if o.held {
		return name, SharedHoldout, nil
	}
	return name, "", nil
}

func (c *collector) reject(o *outcome, reason Reason) error {
	c.result.Rejected[reason]++
	switch {
	case reason == NotSuppressed || reason == NotHandedOut:
		return nil // nearly everybody, and nothing is wrong with them
	case reason == DuplicateCustomer && o.before:
		return nil // the file has the address already, which is all that was to do
	}
	return c.addReject(o.id, "row", reason)
}

// addReject adds a line to the rejects: an id and a reason, nothing else of a person.
func (c *collector) addReject(id, part string, reason Reason) error {
	id, _ = celltext.ID(id, 0)
	return c.rejects.Write(celltext.AppendRecord(nil, ',', id, part, string(reason)))
}

func (c *collector) write(o *outcome, name string, made piece) error {
	c.result.Written++
	for at := range c.had {
		if o.had&(1<<at) != 0 {
			c.had[at]++
		}
	}
	for _, n := range made.notes {
		if err := c.blank(o.id, c.header[n.column], n.reason, n.shape); err != nil {
			return err
		}
	}
	if o.unknown {
		if err := c.blank(o.id, UnknownPart, AddressUnknown, ""); err != nil {
			return err
		}
	}
	record, line := [][]byte{made.record}, [][]byte{made.line}
	if o.phone != 0 {
		c.phones[o.phone] = struct{}{}
	}
	if o.isPhoneless {
		for _, cell := range o.phoneCells {
			if cell.column == 0 {
				break
			}
			if err := c.blank(o.id, c.header[cell.column-1], SharedPhone, ""); err != nil {
				return err
			}
		}
		record, line = o.withoutPhone(made)
	}
	if err := c.append(name, c.spec.Kind, record, made.cells); err != nil {
		return err
	}
	if !c.spec.Changes {
		return nil
	}
	return c.changed(o, name, record, line, made.cells)
}

// withoutPhone are the pieces of a row and of its line around its phones.
func (o *outcome) withoutPhone(made piece) (record, line [][]byte) {
	from, lineFrom := 0, 0
	for _, cell := range o.phoneCells {
		if cell.column == 0 {
			break
		}
		record = append(record, made.record[from:cell.record.from])
		from = cell.record.to
		if len(made.line) > 0 {
			line = append(line, made.line[lineFrom:cell.line.from], []byte("null"))
			lineFrom = cell.line.to
		}
	}
	return append(record, made.record[from:]), append(line, made.line[lineFrom:])
}

// UnknownPart is the part of a reject that is an address nobody knows any more.
const UnknownPart = "address"

// changed writes what has changed about a row of a full file since the earlier ones.
func (c *collector) changed(o *outcome, name string, record, line [][]byte, cells []Cell) error {
	entered := o.was != name || !o.sameKeys
	if entered {
		if err := c.append(name, Entered, record, cells); err != nil {
			return err
		}
	}
	switch {
	case o.was != name || !o.sameKeys && !o.anyKey:
		return c.change(Add, name, "", line...)
	case entered || !o.sameRow:
		return c.change(Update, name, "", line...)
	}
	return nil
}

// change writes a line of the change file.
func (c *collector) change(change Change, name string, reason Reason, line ...[]byte) error {
	c.result.Changes[change]++
	if c.lines.Create == nil {
		return nil
	}
	return c.lines.Write(changefile.Start{Op: string(change), Audience: name, Reason: string(reason)}, line...)
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
	return o.records.Write(pieces...)
}

func (c *collector) blank(id, column string, reason Reason, shape string) error {
	if c.result.Blanked[column] == nil {
		c.result.Blanked[column] = map[Reason]int64{}
	}
	if c.result.shapes[column] == "" && reason != Clipped {
		c.result.shapes[column] = shape
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
		err = errors.Join(err, o.records.Close(), o.table.close())
		r.Files = append(r.Files, o.records.files()...)
		if o.table.written.Rows > 0 {
			r.Files = append(r.Files, o.table.written)
		}
	}
	err = errors.Join(err, c.rejects.Close(), c.lines.Close())
	for _, file := range c.rejects.files() {
		r.Rejects = &file
	}
	if err != nil {
		return *r, err
	}
	for at, column := range c.spec.columns() {
		if len(r.Blanked[column.Header]) > 0 && !column.Apart {
			r.Values[column.Header] += c.had[at]
		}
	}
	if c.spec.Kind == Full && r.Written == 0 {
		return *r, failure.Inputf("%s for %s: %w (%s); no file is made", c.spec.Name, c.spec.Target.Name, ErrEmpty, c.tally())
	}
	if n := len(c.owed); n > 0 {
		return *r, fmt.Errorf("%s for %s: identifiers of people who objected that neither the exited nor the suppressed file names: %d: nothing is exported while they would stay", c.spec.Name, c.spec.Target.Name, n)
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
