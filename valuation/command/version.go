package command

import (
	"context"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"cbv/valuation/report"
)

// Version is the version of the program, and Outputs the hash of what it makes of
// fixtures/shop: whoever changes a result changes both.
const (
	Version = "0.8.0"
	Outputs = "34ae24d4a204e02a"
)

func versionCommand(env Env) *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name:     "version",
		Category: others,
		Usage:    "print the version, the revision it was built from, and DuckDB's version",
		Flags:    []cli.Flag{jsonFlag(&asJSON)},
		Action:   func(c *cli.Context) error { return runVersion(c.Context, env, asJSON) },
	}
}

func runVersion(ctx context.Context, env Env, asJSON bool) error {
	duckdb, err := env.Engine(ctx)
	if err != nil {
		return err
	}
	program, err := env.Program()
	if err != nil {
		return err
	}
	version := report.Version{Version: Version, Identity: program.Identity, DuckDB: duckdb, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if built, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range built.Settings {
			switch setting.Key {
			case "vcs.revision":
				version.Revision = setting.Value
			case "vcs.modified":
				version.Modified = setting.Value == "true"
			}
		}
	}
	return report.Write(env.Stdout, version, asJSON)
}
