package publication

import (
	"encoding/json"
	"path/filepath"

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
	return filepath.Join("campaigns", campaign, "measured")
}
