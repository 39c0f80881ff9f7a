package report

import (
	"fmt"
	"io"
)

// Version says which program this is.
type Version struct {
	Version  string `json:"version"`
	Identity string `json:"identity"` // of the program, which every run's has a part of
	Revision string `json:"revision"` // that it was built from; "" where the build does not say
	Modified bool   `json:"modified"` // the tree had changes that no revision has
	DuckDB   string `json:"duckdb"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Text writes a line for the program and one for what it is made of.
func (v Version) Text(out io.Writer) error {
	revision := "unknown"
	if v.Revision != "" {
		revision = v.Revision
	}
	if v.Modified {
		revision += ", modified"
	}
	_, err := fmt.Fprintf(out, "cbv %s\nrevision %s; DuckDB %s; %s on %s\n", v.Version, revision, v.DuckDB, v.Go, v.Platform)
	return err
}
