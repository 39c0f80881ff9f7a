package publication

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cbv/valuation/source"
)

// Catalog is where folders of one sort are published, each whole or absent: runs,
// the exports of an audience, or the measurements of a campaign.
type Catalog struct {
	store  *Store
	folder string // of the published folders
	links  string // folder of the links to them, "" where there are none
	mode   fs.FileMode
}

// Folder returns the folder of an id, published or not.
func (c Catalog) Folder(id string) string { return filepath.Join(c.folder, id) }

// IDs returns what is published, sorted.
func (c Catalog) IDs() ([]string, error) {
	entries, err := os.ReadDir(c.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var ids []string
	for _, entry := range entries {
		ids = append(ids, entry.Name())
	}
	return ids, err
}

// Verify reports whether a folder with the given identity is published under id
// and every file of it has the bytes that its manifest states.
func (c Catalog) Verify(ctx context.Context, id, identity string) (bool, error) {
	var manifest struct {
		Identity string   `json:"identity"`
		Outputs  []Output `json:"outputs"`
	}
	text, err := os.ReadFile(filepath.Join(c.Folder(id), manifestName))
	if err != nil || json.Unmarshal(text, &manifest) != nil || manifest.Identity != identity || len(manifest.Outputs) == 0 {
		return false, nil // absent or damaged: build it
	}
	for _, output := range manifest.Outputs {
		hash, err := source.HashFile(ctx, filepath.Join(c.Folder(id), output.Name))
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err != nil || hash != output.Hash {
			return false, nil
		}
	}
	return true, nil
}

// Publish writes the manifest into the build folder, makes all of it durable and
// moves it into place under id.
func (c Catalog) Publish(id string, manifest any) error {
	build := c.store.Build()
	if err := WriteJSON(filepath.Join(build, manifestName), manifest); err != nil {
		return err
	}
	if err := c.keepPrivate(build); err != nil {
		return err
	}
	if err := syncTree(build); err != nil {
		return err
	}
	if err := os.MkdirAll(c.folder, c.mode); err != nil {
		return err
	}
	final := c.Folder(id)
	// What stands there failed verification, or we would not be here.
	if err := os.Rename(final, filepath.Join(c.store.staging(), "broken")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(build, final); err != nil {
		return err
	}
	return Sync(c.folder)
}

// keepPrivate takes the rights of others away where the catalog is its owner's
// alone.
func (c Catalog) keepPrivate(build string) error {
	if c.mode&0o077 != 0 {
		return nil
	}
	return filepath.WalkDir(build, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o600)
		if entry.IsDir() {
			mode = 0o700
		}
		return os.Chmod(path, mode)
	})
}

// LinkDay makes the link <as_of> point to a folder.
func (c Catalog) LinkDay(id string, asOf time.Time) error {
	return c.link(asOf.Format(time.DateOnly), id)
}

// Link makes the link <as_of> point to a folder, and latest too unless it points
// to a later day.
func (c Catalog) Link(id string, asOf time.Time) error {
	if err := c.LinkDay(id, asOf); err != nil {
		return err
	}
	day := asOf.Format(time.DateOnly)
	if latest, ok := c.latestDay(); ok && latest > day {
		return nil
	}
	return c.link(latestLink, id)
}

// latestDay returns the day of the folder that latest points to, if it stands.
func (c Catalog) latestDay() (string, bool) {
	path := filepath.Join(c.links, latestLink)
	target, err := os.Readlink(path)
	if err != nil {
		return "", false
	}
	if _, err := os.Stat(path); err != nil {
		return "", false
	}
	id := filepath.Base(target)
	if len(id) < len(time.DateOnly) {
		return "", false
	}
	return id[:len(time.DateOnly)], true
}

// link swaps a symbolic link by renaming a fresh one over it, so that there is
// no moment without it.
func (c Catalog) link(name, id string) error {
	path := filepath.Join(c.links, name)
	if err := refuseUnlessLink(path); err != nil {
		return err
	}
	fresh := filepath.Join(c.store.staging(), "link")
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	target, err := filepath.Rel(c.links, c.Folder(id))
	if err != nil {
		return err
	}
	if err := os.Symlink(target, fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return Sync(c.links)
}

// Before returns the folder that the link of the last day before asOf points to,
// "" where there is none.
func (c Catalog) Before(asOf time.Time) (string, error) {
	days, err := c.DayLinks()
	last := ""
	for _, day := range days {
		if filepath.Base(day) < asOf.Format(time.DateOnly) {
			last = day
		}
	}
	return last, err
}

// DayLinks returns the links of the days that have a folder, the earliest first.
func (c Catalog) DayLinks() ([]string, error) {
	entries, err := os.ReadDir(c.links)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var links []string
	for _, entry := range entries { // sorted by name
		if _, err := time.Parse(time.DateOnly, entry.Name()); err == nil && entry.Type()&fs.ModeSymlink != 0 {
			links = append(links, filepath.Join(c.links, entry.Name()))
		}
	}
	return links, nil
}
