// Command cbv values a shop's customer base from its order history.
package main

import (
	"context"
	"embed"
	"io/fs"
	"os"
	"os/signal"
	"syscall"
	"time"

	"cbv/valuation/command"
	"cbv/valuation/engine/duckdb"
)

// What is embedded is the SQL, and the page of each room, which help prints.
//
//go:embed sql README.md fixtures/README.md valuation/README.md valuation/*/README.md
var files embed.FS

func main() {
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	sql, err := fs.Sub(files, "sql")
	if err != nil {
		panic(err) // embedded at build time
	}
	return command.Main(ctx, os.Args, command.Env{
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Environ: os.Environ(),
		SQL:     sql,
		Pages:   files,
		Open:    duckdb.Open,
		Engine:  duckdb.Version,
		Program: command.ThisProgram,
		Clock:   time.Now,
	})
}
