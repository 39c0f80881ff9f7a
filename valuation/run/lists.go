package run

import (
	"bufio"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cbv/valuation/config"
	"cbv/valuation/engine"
	"cbv/valuation/schema"
)

// listsFolder holds the campaign lists of a run.
const listsFolder = "lists"

// listKey is the unique key by which each list is sorted.
const listKey = "customer_id"

// writeLists writes one CSV file per list, an empty list with its header alone,
// so that what picks the files up finds all of them every night. The customers are
// read once: the line of each goes to all the lists that they are on.
func (r *nightly) writeLists(ctx context.Context) (err error) {
	kinds, err := config.ListKinds(r.Config.RFM.Map)
	if err != nil {
		return err
	}
	maps.DeleteFunc(kinds, func(_, kind string) bool { return !slices.Contains(r.Config.Lists.Include, kind) })
	lines := engine.CSV{View: listStep, Columns: csvColumns(r.Config.Lists.Columns), Lists: "lists", Key: listKey}
	lists, err := createLists(filepath.Join(r.Build, listsFolder), slices.Sorted(maps.Keys(kinds)), lines.Header())
	defer func() { err = errors.Join(err, lists.close()) }()
	if err != nil {
		return err
	}
	on := map[string][]*bufio.Writer{} // by what stands beside the line: there are few combinations
	for line, err := range r.Engine.Lines(ctx, lines) {
		if err != nil {
			return err
		}
		writers, known := on[line.Lists]
		if !known {
			writers = lists.named(strings.Split(line.Lists, "|"))
			on[line.Lists] = writers
		}
		for _, w := range writers {
			if _, err := w.WriteString(line.Text); err != nil {
				return err
			}
		}
	}
	return nil
}

// csvColumns marks the columns whose text comes from the order files.
func csvColumns(names []string) []engine.CSVColumn {
	var columns []engine.CSVColumn
	for _, name := range names {
		columns = append(columns, engine.CSVColumn{Name: name, FreeText: schema.IsFreeText(name)})
	}
	return columns
}

// listFiles are the lists that are being written, by name.
type listFiles map[string]listFile

type listFile struct {
	file   *os.File
	writer *bufio.Writer
}

// createLists makes a folder of lists with their headers. They name customers, so
// nobody but their owner may read them. What was made is to be closed, whatever the
// error.
func createLists(folder string, names []string, header string) (listFiles, error) {
	lists := listFiles{}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return lists, err
	}
	for _, name := range names {
		file, err := os.OpenFile(filepath.Join(folder, name+".csv"), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
		if err != nil {
			return lists, err
		}
		lists[name] = listFile{file, bufio.NewWriterSize(file, 1<<18)}
		if _, err := lists[name].writer.WriteString(header); err != nil {
			return lists, err
		}
	}
	return lists, nil
}

// named returns the writers of the lists that are written, of some names.
func (l listFiles) named(names []string) []*bufio.Writer {
	var writers []*bufio.Writer
	for _, name := range names {
		if list, written := l[name]; written {
			writers = append(writers, list.writer)
		}
	}
	return writers
}

// close writes what is left and closes the files.
func (l listFiles) close() error {
	var errs []error
	for _, list := range l {
		errs = append(errs, list.writer.Flush(), list.file.Close())
	}
	return errors.Join(errs...)
}
