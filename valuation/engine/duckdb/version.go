package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	duckdb "github.com/marcboeker/go-duckdb/v2"
)

// Version returns the version of DuckDB itself, which the driver's does not say.
func Version(ctx context.Context) (version string, err error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return "", fmt.Errorf("duckdb: %w", err)
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.QueryRowContext(ctx, "select version()").Scan(&version); err != nil {
		return "", fmt.Errorf("duckdb: %w", err)
	}
	return version, nil
}
