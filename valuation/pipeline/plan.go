// Package pipeline carries plans out. A plan is data: a list of steps that says
// what each reads, what it makes, and the key that makes its rows unique. One
// walker walks every plan; what Go does in a step is an action under its name.
package pipeline

import (
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Kind says what becomes of a step.
type Kind string

// The kinds of step. All but Go are one SQL file, named after the step; Go and
// Lists have an action of that name.
const (
	View  Kind = "view"
	Table Kind = "table"
	File  Kind = "file"  // a published Parquet file, sorted by the key
	Lists Kind = "lists" // a view of who is on which list, of which an action writes files
	Check Kind = "check" // rows of rule, got, want and example; got must equal want
	Go    Kind = "go"    // mathematics, or a small table that Go holds
)

// Step is one step of a plan.
type Step struct {
	Name   string
	Kind   Kind
	Folder string   // below sql/, where Name.sql stands; "" for Go steps
	Reads  []string // of Go steps; a SQL file states its own
	Makes  []string // of Go steps; a SQL file makes the table of its name
	Key    []string // of files and lists: the unique sort key
	IsLong bool     // of Go steps: worth starting early, so that SQL is carried out beside it
}

// Unpublished returns the steps with views in place of the files, so that they
// leave nothing behind.
func Unpublished(steps []Step) []Step {
	unpublished := slices.Clone(steps)
	for i := range unpublished {
		if unpublished[i].Kind == File {
			unpublished[i].Kind, unpublished[i].Key = View, nil
		}
	}
	return unpublished
}

// Needed returns, of the entries of a plan, those that are wanted, what makes what they
// read, and so on, and the checks of which all that they read is made.
func Needed(entries []Entry, isWanted func(Entry) bool) []Entry {
	read, kept := map[string]bool{}, make([]bool, len(entries))
	for i, entry := range slices.Backward(entries) {
		isRead := slices.ContainsFunc(entry.Makes, func(name string) bool { return read[name] })
		if kept[i] = isRead || isWanted(entry); kept[i] {
			for _, name := range entry.Reads {
				read[name] = true
			}
		}
	}
	var needed []Entry
	made := map[string]bool{}
	for i, entry := range entries {
		isNotMade := func(name string) bool { return !made[name] }
		if !kept[i] && (entry.Kind != Check || slices.ContainsFunc(entry.Reads, isNotMade)) {
			continue
		}
		needed = append(needed, entry)
		for _, name := range entry.Makes {
			made[name] = true
		}
	}
	return needed
}

// Header is what a SQL file says of itself in its opening comment.
type Header struct {
	Name  string
	What  string
	Grain string
	Reads []string
}

var headerPattern = regexp.MustCompile(`(?s)^-- ([a-z0-9_]+): (.+?)\n-- grain: ([^\n]+)\n-- reads: ([^\n]+)\n`)

// ParseHeader reads the opening comment of a SQL file.
func ParseHeader(text string) (Header, error) {
	match := headerPattern.FindStringSubmatch(text)
	if match == nil {
		return Header{}, fmt.Errorf("header is not `-- name: what`, `-- grain: …`, `-- reads: a, b`")
	}
	first, _, _ := strings.Cut(match[2], "\n--\n")
	what := strings.ReplaceAll(first, "\n-- ", " ")
	return Header{Name: match[1], What: what, Grain: match[3], Reads: strings.Split(match[4], ", ")}, nil
}

// Entry is a step as it is shown and recorded.
type Entry struct {
	Name  string   `json:"name"`
	Kind  Kind     `json:"kind"`
	File  string   `json:"file,omitempty"` // below sql/
	Reads []string `json:"reads"`
	Makes []string `json:"makes"`
	Grain string   `json:"grain,omitempty"`
	Key   []string `json:"key,omitempty"`
	SQL   string   `json:"-"`

	IsLong bool `json:"-"`
}

// Load joins steps with their SQL files.
func Load(files fs.FS, steps []Step) ([]Entry, error) {
	var entries []Entry
	for _, step := range steps {
		entry := Entry{Name: step.Name, Kind: step.Kind, Reads: step.Reads, Makes: step.Makes, Key: step.Key, IsLong: step.IsLong}
		if step.Kind != Go {
			entry.File = step.Folder + "/" + step.Name + ".sql"
			text, err := fs.ReadFile(files, entry.File)
			if err != nil {
				return nil, err
			}
			header, err := ParseHeader(string(text))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", entry.File, err)
			}
			entry.Reads, entry.Grain, entry.SQL = header.Reads, header.Grain, string(text)
			entry.Makes = []string{step.Name}
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// WriteIdentity writes what the SQL of steps can make differ: their files, and
// the macros that these call.
func WriteIdentity(to io.Writer, files fs.FS, steps []Step) error {
	entries, err := Load(files, steps)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		fmt.Fprintf(to, "%s %s %d\n%s\n", entry.Name, entry.Kind, len(entry.SQL), entry.SQL)
	}
	macros, err := fs.ReadFile(files, "engine/duckdb.sql")
	fmt.Fprintf(to, "%s\n", macros)
	return err
}
