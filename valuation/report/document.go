package report

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"cbv/valuation/pipeline"

	"github.com/dustin/go-humanize"
)

// Document is a result that can be written as text. As JSON it is the object of its
// fields.
type Document interface {
	Text(out io.Writer) error
}

// Write writes a document in one of the two forms.
func Write(out io.Writer, d Document, asJSON bool) error {
	if asJSON {
		return WriteJSON(out, d)
	}
	return d.Text(out)
}

// WriteJSON writes a result as indented JSON. Numbers keep every digit.
func WriteJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false) // texts hold < and &
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// Number keeps every digit in JSON, and is null where it is none.
type Number float64

// MarshalJSON writes the number, or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// countNoun writes a number with its noun: 1 order file, 2 order files.
func countNoun(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return humanize.Comma(n) + " " + noun
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// listed returns a list that is [] in JSON where it is empty.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func writeWarnings(out io.Writer, warnings []pipeline.Warning) {
	for _, warning := range warnings {
		accepted := ""
		if warning.Accepted {
			accepted = ", accepted"
		}
		fmt.Fprintf(out, "Warning: %s (%s%s)\n", warning.Message, warning.Code, accepted)
	}
}
