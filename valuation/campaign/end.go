package campaign

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cbv/valuation/failure"
)

// endName has the day on which somebody said that nobody else comes into a campaign.
const endName = "ended.json"

type end struct {
	EndedOn string `json:"ended_on"`
}

// EndedOn returns the day on which the campaign of a name was said to have ended, "" where
// nobody said so.
func EndedOn(out, name string) (string, error) {
	path := filepath.Join(out, folder, name, endName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var said end
	if err := json.Unmarshal(text, &said); err != nil {
		return "", failure.Inputf("%s: %w", path, err)
	}
	if _, err := time.Parse(time.DateOnly, said.EndedOn); err != nil {
		return "", failure.Inputf("%s: ended_on: %q is not a day: it was changed by hand", path, said.EndedOn)
	}
	return said.EndedOn, nil
}

// End keeps the day on which a campaign has ended. It cannot be taken back: the looks that
// come after it spend what is left of the error.
func End(out, name, day string) error {
	text, err := json.Marshal(end{day})
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(out, folder, name, endName), func(file *os.File) error {
		_, err := file.Write(append(text, '\n'))
		return err
	})
}
