// Package command is the command line: it declares the commands, reads their
// flags, prints their results, and turns errors into exit codes. It is the
// only package that knows urfave/cli.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/diskspace"
	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
)

// Env is the world outside the program.
type Env struct {
	Stdout  io.Writer // results
	Stderr  io.Writer // messages and progress
	Environ []string  // as os.Environ gives it
	SQL     fs.FS     // the folder sql/
	Open    engine.Open
	Engine  func(context.Context) (string, error) // version of the engine
	Program func() (pipeline.Program, error)      // that runs
	Pages   fs.FS                                 // the repository, of which help reads the README.md of each room
	Clock   func() time.Time

	messages *messages // how stderr is written to; made by Main
}

// Main carries a command line out and returns the exit code. A fault of the program
// itself, a panic, ends with the code of a failure and its stack on stderr.
func Main(ctx context.Context, args []string, env Env) (code int) {
	env.messages = newMessages(env, args)
	defer func() { env.messages.finish(code) }()
	defer func() {
		if fault := recover(); fault != nil {
			env.messages.panicked(fault, debug.Stack())
			code = int(failure.Failed)
		}
	}()
	err := newApp(env).RunContext(ctx, args)
	if err == nil {
		return 0
	}
	err = diskspace.Explain(err)
	var fault *failure.Panic
	if errors.As(err, &fault) {
		env.messages.panicked(fault.Value, fault.Stack)
		return int(failure.Failed)
	}
	env.messages.fail(err)
	return int(failure.KindOf(err))
}

func newApp(env Env) *cli.App {
	app := &cli.App{
		Name:            "cbv",
		Usage:           "what a customer base is worth, and whom to keep",
		HideVersion:     true,
		Writer:          env.Stdout,
		ErrWriter:       env.Stderr,
		ExitErrHandler:  func(*cli.Context, error) {}, // the library would exit by itself
		HideHelpCommand: true,
		Flags:           []cli.Flag{cli.HelpFlag, &cli.BoolFlag{Name: "version", Usage: "version, revision and DuckDB's version"}},
		Commands: []*cli.Command{
			initCommand(env), runCommand(env), checkCommand(env), backtestCommand(env),
			exportCommand(env), audiencesCommand(env), measureCommand(env),
			reportCommand(env), explainCommand(env), compareCommand(env), historyCommand(env), planCommand(env), configCommand(env), schemaCommand(env), predictCommand(env),
			simulateCommand(env), benchCommand(env), completionCommand(env), completeCommand(env), versionCommand(env), helpCommand(env),
		},
	}
	app.Action = func(c *cli.Context) error {
		switch {
		case c.Args().Present():
			return unknownCommand(c)
		case c.Bool("version"):
			return runVersion(c.Context, env, false)
		}
		return runHelp(env, app.Commands, nil)
	}
	app.CustomAppHelpTemplate = helpTemplate(overview(app.Commands, topics(env)))
	app.OnUsageError = func(_ *cli.Context, err error, _ bool) error { return flagError(err, app.Name, nil) }
	for _, command := range app.Commands {
		command.OnUsageError = func(_ *cli.Context, err error, _ bool) error {
			return flagError(err, app.Name+" "+command.Name, command.Flags)
		}
		command.HideHelpCommand = true
		if command.ArgsUsage == "" {
			command.Before = noArguments
		}
		command.CustomHelpTemplate = helpTemplate(usage(command))
	}
	return app
}

func unknownCommand(c *cli.Context) error {
	var names []string
	for _, command := range c.App.Commands {
		names = append(names, command.Name)
	}
	name := c.Args().First()
	hint := ": see cbv --help"
	if nearest := config.Nearest(name, names); nearest != "" {
		hint = fmt.Sprintf(": did you mean %q?", nearest)
	}
	return failure.Usagef("there is no command %q%s", name, hint)
}

// flagError explains an error of the flag parser, which has no types: it is
// known by its words.
func flagError(err error, command string, flags []cli.Flag) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return failure.Usagef("%s: %w: see %s --help", command, err, command)
	}
	name = strings.TrimLeft(name, "-")
	if isSetting(name) {
		return failure.Usagef("%s does not read %s: leave --%s out, or set it in the configuration for the commands that do", command, name, name)
	}
	var names []string
	for _, flag := range flags {
		names = append(names, flag.Names()...)
	}
	nearest := config.Nearest(name, names)
	for _, candidate := range names {
		// --as_of is short for --time.as_of
		if strings.HasSuffix(candidate, "."+name) {
			nearest = candidate
		}
	}
	hint := fmt.Sprintf("see %s --help", command)
	if nearest != "" {
		hint = fmt.Sprintf("did you mean --%s?", nearest)
	}
	return failure.Usagef("%s has no flag --%s: %s", command, name, hint)
}

// noArguments refuses words that no flag takes, which are mostly a forgotten
// quote around a glob.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return failure.Usagef("%s takes flags only and does not know what to do with %q: quote a glob so that the shell leaves it alone", c.Command.Name, c.Args().First())
	}
	return nil
}
