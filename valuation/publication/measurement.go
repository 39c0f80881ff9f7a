package publication

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"cbv/valuation/pipeline"
)

// MeasurementManifest is to the measurement of a campaign what Manifest is to a
// run.
type MeasurementManifest struct {
	SchemaVersion int                `json:"schema_version"`
	Version       string             `json:"version"`
	Identity      string             `json:"identity"` // 128-bit hash of inputs, terms, earlier verdict, configuration and program
	AsOf          string             `json:"as_of"`
	Campaign      string             `json:"campaign"`
	EndedOn       string             `json:"ended_on,omitempty"` // day on which it was said that nobody else comes
	Currency      string             `json:"currency"`
	MoneyBasis    string             `json:"money_basis"`
	Configuration json.RawMessage    `json:"configuration"`
	Inputs        []Input            `json:"inputs"`
	Rows          Rows               `json:"rows"`
	Contacts      *Rows              `json:"contacts"` // null without files; money is their cost
	Warnings      []pipeline.Warning `json:"warnings"`
	Plan          []pipeline.Entry   `json:"plan"`
	Outputs       []Output           `json:"outputs"`
}

// MeasuredFolder is where the measurements of a campaign are kept, below the
// output folder.
func MeasuredFolder(campaign string) string {
	return filepath.Join(campaignsFolder, campaign, "measured")
}

const campaignsFolder = "campaigns"

// LastMeasured returns the last measurement by as_of of any campaign up to a day, nil without
// one. One that cannot be read is none.
func (c Catalog) LastMeasured(asOf time.Time) (*MeasuredCampaign, error) {
	campaigns, err := os.ReadDir(filepath.Join(c.links, campaignsFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var last *MeasuredCampaign
	for _, campaign := range campaigns { // sorted by name
		measured := Catalog{folder: filepath.Join(c.links, MeasuredFolder(campaign.Name()))}
		ids, err := measured.IDs()
		if err != nil {
			continue // a file
		}
		for _, id := range ids { // sorted
			found, err := ReadJSON[MeasuredCampaign](filepath.Join(measured.Folder(id), "measure.json"))
			if err != nil || found.AsOf == "" || found.AsOf > asOf.Format(time.DateOnly) {
				continue
			}
			found.Measurement = id
			if last == nil || found.AsOf >= last.AsOf {
				last = &found
			}
		}
	}
	return last, nil
}
