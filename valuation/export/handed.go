package export

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
	"cbv/valuation/platform"
)

// lookUp finds the addresses that leave and that people does not have any more, in the
// files of the exports that gave them out.
func (x *export) lookUp(ctx context.Context, spec *platform.Spec) error {
	var failed error
	wanted := spec.Wanted(func(yield func(*platform.Person) bool) {
		for row, err := range engine.Select[exitedRow](ctx, x.Engine, "exited_rows") {
			if err != nil {
				failed = err
				return
			}
			p := row.leaver()
			if !yield(&p) {
				return
			}
		}
	})
	if failed != nil || len(wanted) == 0 {
		return failed
	}
	spec.Handed = platform.Handed{}
	return readHanded(ctx, x.held(), platform.Full, platform.NewKeys(wanted), spec.Handed)
}

// lookUpObjectors returns what an e-mail tool was given of people who object and have
// something else by now, and finds it in the files that gave it out: the suppressed files
// of the last exports, which had it if it was there before, and the full ones of the day
// on which it was given last. Of a target that knows people by an id these alone say
// which address somebody had.
func (x *export) lookUpObjectors(ctx context.Context, spec *platform.Spec) (before []handedRow, err error) {
	wanted, err := x.wantedOfObjectors(ctx, spec)
	if err != nil || wanted.Len() == 0 {
		return nil, err
	}
	days := map[string]bool{}
	for row, err := range engine.SelectInOrder[handedRow](ctx, x.Engine, "handed_rows", "handed_key") {
		if err != nil {
			return nil, err
		}
		if wanted.Has(row.Key) {
			before = append(before, row)
			days[row.GivenOn.Format(time.DateOnly)] = true
		}
	}
	spec.Handed = platform.Handed{}
	last := slices.Concat(x.held(), x.others)
	if err := readHanded(ctx, last, platform.Removal, wanted, spec.Handed); err != nil {
		return nil, err
	}
	if len(spec.Handed) == wanted.Len() && x.target.Key != platform.CustomerID {
		return before, nil
	}
	gave, err := x.exportsOn(days)
	if err != nil {
		return nil, err
	}
	return before, readHanded(ctx, gave, platform.Full, wanted, spec.Handed)
}

func (x *export) wantedOfObjectors(ctx context.Context, spec *platform.Spec) (*platform.Keys, error) {
	var failed error
	wanted := spec.Wanted(func(yield func(*platform.Person) bool) {
		for row, err := range engine.Select[handedRow](ctx, x.Engine, "handed_rows") {
			if err != nil {
				failed = err
				return
			}
			p := row.person()
			if !yield(&p) {
				return
			}
		}
	})
	slices.Sort(wanted)
	return platform.NewKeys(slices.Compact(wanted)), failed
}

// exportsOn returns the exports for the target of some days, of every audience.
func (x *export) exportsOn(days map[string]bool) (all []earlier, err error) {
	names, err := x.audiences()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		for day := range days {
			found, err := x.exportsOf(name, day)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	slices.SortFunc(all, func(a, b earlier) int { return strings.Compare(a.folder, b.folder) })
	return all, nil
}

// toldBefore returns the identifiers that each of the exports whose changes the target may
// have had named in its suppressed file.
func (x *export) toldBefore(ctx context.Context) (told []int64, err error) {
	times := map[int64]int{}
	for _, e := range x.held() {
		found := platform.Handed{}
		if err := readHanded(ctx, []earlier{e}, platform.Removal, x.given, found); err != nil {
			return nil, err
		}
		for key := range found {
			if times[key]++; times[key] == len(x.held()) {
				told = append(told, key)
			}
		}
	}
	return told, nil
}

// readHanded reads the files of a kind of earlier exports. One that was removed since, as a
// shop may have to, names nobody.
func readHanded(ctx context.Context, exports []earlier, kind platform.Kind, wanted *platform.Keys, found platform.Handed) error {
	for _, e := range exports {
		for _, file := range e.files {
			if file.Kind != kind {
				continue
			}
			path, read := e.table(file.Name), readCSV
			if strings.HasSuffix(path, ".parquet") {
				read = readParquet
			}
			err := read(ctx, path, e.form, func(header []string) *platform.HandedReader {
				return platform.NewHandedReader(header, e.form, kind, wanted, found)
			})
			var unread *fs.PathError
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err == nil || errors.Is(err, fs.ErrNotExist):
			case errors.As(err, &unread):
				return err // what it says is not known: it may be whole
			default:
				return failure.Inputf("%w", damaged(fmt.Errorf("%s: %w", path, err)))
			}
		}
	}
	return nil
}

// readCSV reads a CSV file of an export for a target.
func readCSV(ctx context.Context, path string, form platform.Target, open func(header []string) *platform.HandedReader) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	rows := csv.NewReader(file)
	rows.Comma, rows.ReuseRecord = rune(cmp.Or(form.Delimiter, ',')), true
	header, err := rows.Read()
	if err != nil {
		return err
	}
	for reader := open(slices.Clone(header)); ctx.Err() == nil; {
		record, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if malformed := (*csv.ParseError)(nil); errors.As(err, &malformed) {
			return errors.New("it is no file that an export wrote")
		}
		if err != nil {
			return err
		}
		reader.Read(record)
	}
	return ctx.Err()
}

// readParquet reads a Parquet file of an export.
func readParquet(_ context.Context, path string, _ platform.Target, open func(header []string) *platform.HandedReader) error {
	footer, err := parquetfile.ReadFooter(path)
	if err != nil {
		return err
	}
	var header []string
	for _, column := range footer.Columns {
		header = append(header, column.Name)
	}
	reader, cells := open(header), make([]string, len(header))
	_, err = parquetfile.ReadRecords(path, func(row parquetfile.Record) bool {
		for i, name := range header {
			cells[i], _ = row[name].(string)
		}
		reader.Read(cells)
		return false
	})
	return err
}
