// Package campaign keeps what a campaign decided before anything was sent, and
// who was assigned to which of its arms.
//
//	out/campaigns/<name>/campaign.json             the terms, written once; foreign.json
//	                                               where another tool assigned
//	out/campaigns/<name>/assigned-<as_of>-<n>.parquet   those assigned that day
//	out/campaigns/<name>/ended.json                that nobody else is to come, written once
//
// Terms never change and parts are only added: a customer's arm and the days
// they are watched date from their first assignment. The files name customers,
// so nobody but their owner may read them.
package campaign

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/parquetfile"
)

const (
	folder    = "campaigns"
	termsName = "campaign.json"
	// measuredName is the folder of its measurements, see publication.MeasuredFolder.
	measuredName = "measured"
)

// Terms are what is decided before a campaign's first export.
type Terms struct {
	Audience string            `json:"audience"` // as the configuration declares it
	Started  string            `json:"started"`  // as_of of the first assignment
	Design   experiment.Design `json:"design"`
	// WindowDays is how long each customer is watched, from the day after their
	// assignment on. Nights is on how many days, from Started on, customers are planned
	// to be assigned, and PlannedPeople how many in all, 0 where Nights says: see
	// Information.
	WindowDays    int   `json:"window_days"`
	Nights        int   `json:"nights"`
	PlannedPeople int64 `json:"planned_people,omitempty"`
	// Covariate is what outcomes are adjusted by: prior_spend, the revenue of the
	// WindowDays before the day of the assignment, or clv, the value predicted then.
	Covariate string `json:"covariate"`
}

// Assignment is a row of a part: one customer, once over all parts.
type Assignment struct {
	Campaign    string         `parquet:"campaign"`
	CustomerID  string         `parquet:"customer_id"`
	Arm         experiment.Arm `parquet:"arm"` // global_holdout too
	Probability float64        `parquet:"probability"`
	Salt        string         `parquet:"salt"`
	CLV         float64        `parquet:"clv"`        // money, as of AsOf
	AsOf        int32          `parquet:"as_of,date"` // day of the assignment, in days from 1970-01-01
}

// Campaign is a campaign that has begun.
type Campaign struct {
	Terms Terms
	Parts []string // paths, in order of assignment
	// EndedOn is the day on which it was said to have ended, as Resume finds it; "" where
	// nobody said so. Nobody else comes into it.
	EndedOn string
	path    string // "" of one that another tool assigned
}

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// ValidateName says whether a campaign can be called so: its name is that of a
// folder, and part of the text that is hashed.
func ValidateName(name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("campaign %q: use up to 63 of a-z, 0-9, _ and -, the first no sign", name)
	}
	return nil
}

// Names returns the campaigns that have begun below an output folder, sorted.
func Names(out string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(out, folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if _, missing := os.Stat(filepath.Join(out, folder, entry.Name(), termsName)); missing == nil {
			names = append(names, entry.Name())
		}
	}
	return names, err
}

// Open returns the campaign of a name below an output folder, an error that
// wraps fs.ErrNotExist when it has not begun.
func Open(out, name string) (*Campaign, error) { return open(out, name, termsName) }

func open(out, name, termsName string) (*Campaign, error) {
	path := filepath.Join(out, folder, name)
	text, err := os.ReadFile(filepath.Join(path, termsName))
	if err != nil {
		return nil, err
	}
	c := &Campaign{path: path}
	if err := json.Unmarshal(text, &c.Terms); err != nil {
		return nil, failure.Inputf("%s: %w", filepath.Join(path, termsName), err)
	}
	return c, c.find()
}

// IsMeasuredOnly says whether a campaign of this name was measured below an output folder
// and has not begun there: another tool assigned its customers.
func IsMeasuredOnly(out, name string) bool {
	_, notBegun := os.Stat(filepath.Join(out, folder, name, termsName))
	_, notMeasured := os.Stat(filepath.Join(out, folder, name, measuredName))
	_, notKept := os.Stat(filepath.Join(out, folder, name, foreignName))
	return errors.Is(notBegun, fs.ErrNotExist) && (notMeasured == nil || notKept == nil)
}

// Begin opens the campaign of a name below an output folder, or begins it with
// the given terms. Of one that has begun, the terms must be the same: Started
// is taken over, and any other difference is an error that names it.
func Begin(out string, terms Terms) (*Campaign, error) {
	name := terms.Design.Campaign
	if err := ValidateName(name); err != nil {
		return nil, err
	}
	c, err := Resume(out, terms)
	if c != nil || err != nil {
		return c, err
	}
	return begin(out, terms, termsName)
}

func begin(out string, terms Terms, termsName string) (*Campaign, error) {
	c := &Campaign{Terms: terms, path: filepath.Join(out, folder, terms.Design.Campaign)}
	if err := os.MkdirAll(c.path, 0o700); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(terms, "", "  ")
	if err != nil {
		return nil, err
	}
	return c, writeWhole(filepath.Join(c.path, termsName), func(file *os.File) error {
		_, err := file.Write(append(text, '\n'))
		return err
	})
}

// Resume opens the campaign of the terms if it has begun, else it returns nil:
// Begin without beginning. A name under which a campaign of another tool was measured is
// an error.
func Resume(out string, terms Terms) (*Campaign, error) {
	name := terms.Design.Campaign
	c, err := Open(out, name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && IsMeasuredOnly(out, name):
		return nil, failure.Usagef("campaign %s: it was measured in %s from the assignments of another tool, and its looks and verdict would be taken for those of this one: give the campaign another name", name, out)
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if c.EndedOn, err = EndedOn(out, name); err != nil {
		return nil, err
	}
	return c, c.Terms.agree(terms)
}

// agree returns an error that names the terms that are not the same, as the
// configuration does.
func (t Terms) agree(now Terms) error {
	before, after := t.settings(), now.settings()
	var changed []string
	for i := range before {
		if before[i] != after[i] {
			changed = append(changed, fmt.Sprintf("%s %v, now %v", before[i].key, before[i].value, after[i].value))
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return failure.Usagef("campaign %s began on %s with %s: the terms of a campaign never change; set them back, or give the campaign a new name",
		t.Design.Campaign, t.Started, strings.Join(changed, "; "))
}

// setting is a term as the configuration has it.
type setting struct {
	key   string
	value any
}

// settings are all terms but Started. The champion's share is what the others
// leave.
func (t Terms) settings() []setting {
	share := func(parts int) float64 { return float64(parts) / experiment.Buckets }
	d := t.Design
	return []setting{
		{"audience", t.Audience}, {"salt", d.Salt}, {"holdout", share(d.Shares.None)}, {"challenger", share(d.Shares.Challenger)},
		{"window_days", t.WindowDays}, {"nights", t.Nights}, {"planned_people", t.PlannedPeople}, {"covariate", t.Covariate},
		{"export.global_holdout", share(d.GlobalHoldout)}, {"export.global_salt", d.GlobalSalt},
	}
}

var partPattern = regexp.MustCompile(`^assigned-(\d{4}-\d{2}-\d{2})-(\d+)\.parquet$`)

// find looks the parts up, in the order they were added. Their numbers must be 1,
// 2 and so on: without one that is missing its customers would be measured as if
// nobody had assigned them, and assigned once more.
func (c *Campaign) find() error {
	entries, err := os.ReadDir(c.path)
	if err != nil {
		return err
	}
	c.Parts = nil
	numbers := map[string]int{}
	for _, entry := range entries {
		if match := partPattern.FindStringSubmatch(entry.Name()); match != nil {
			path := filepath.Join(c.path, entry.Name())
			numbers[path], _ = strconv.Atoi(match[2])
			c.Parts = append(c.Parts, path)
		}
	}
	slices.SortFunc(c.Parts, func(a, b string) int { return numbers[a] - numbers[b] })
	for i, path := range c.Parts {
		switch number := numbers[path]; {
		case number < 1 || i > 0 && number == numbers[c.Parts[i-1]]:
			return failure.Inputf("campaign %s: its assignments have a part %d too many, %s: take out the file that no export wrote", c.Terms.Design.Campaign, number, path)
		case number > i+1:
			return failure.Inputf("campaign %s: part %d of its assignments is missing, %s: put the file back: it says who is in which arm",
				c.Terms.Design.Campaign, i+1, filepath.Join(c.path, fmt.Sprintf("assigned-<day>-%d.parquet", i+1)))
		}
	}
	return nil
}

// Append adds a part with the customers that write hands to add, who must be in
// no earlier part. It stands whole or not at all, on disk, when Append returns;
// nobody to add is no part.
func (c *Campaign) Append(asOf time.Time, write func(add func(Assignment) error) error) error {
	next := len(c.Parts) + 1 // find has seen to it that they are numbered from 1
	path := filepath.Join(c.path, fmt.Sprintf("assigned-%s-%d.parquet", asOf.Format(time.DateOnly), next))
	empty := true
	err := writeWhole(path, func(file *os.File) error {
		writer := parquetfile.NewWriter[Assignment](file, nil)
		day := int32(asOf.Unix() / (24 * 60 * 60))
		var batch []Assignment // each call to the writer costs more than a row
		err := write(func(a Assignment) (err error) {
			a.Campaign, a.Salt, a.AsOf = c.Terms.Design.Campaign, c.Terms.Design.Salt, day
			empty, batch = false, append(batch, a)
			if len(batch) == rowsAtOnce {
				err, batch = writer.Write(batch), batch[:0]
			}
			return err
		})
		err = errors.Join(err, writer.Write(batch))
		if err == nil && empty {
			return errNobody
		}
		return errors.Join(err, writer.Close())
	})
	if errors.Is(err, errNobody) {
		return nil
	}
	return errors.Join(err, c.find())
}

const rowsAtOnce = 1024

var errNobody = errors.New("nobody to assign")

// writeWhole makes a file for its owner alone and puts it in its place only
// once all of it is on disk. It refuses to replace one: what a campaign has
// decided is nowhere else.
func writeWhole(path string, write func(*os.File) error) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s: %w", path, fs.ErrExist), err)
	}
	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path+".new"))
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	parent, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(parent.Sync(), parent.Close())
}
