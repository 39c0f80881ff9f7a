package command

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/export"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/platform"
	"cbv/valuation/publication"
	"cbv/valuation/report"
)

// exportOptions are the flags of export beside the settings: a declared audience,
// or one that is described.
type exportOptions struct {
	declared string
	columns  string
	audience config.Audience
}

func exportCommand(env Env) *cli.Command {
	var opt exportOptions
	a := &opt.audience
	return onSettings(env, &cli.Command{
		Name:     "export",
		Category: campaigning,
		Usage:    "write an audience of a published run for an e-mail tool or an ad platform",
		UsageText: `cbv export --audience winback
cbv export --people.files crm.parquet --people.columns.email mail --list seed --target meta
cbv export --where "lifecycle = 'lapsed' and clv > 20" --target csv --channel email`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "audience", Usage: "declared `AUDIENCE`", Destination: &opt.declared},
			&cli.StringFlag{Name: "list", Usage: "instead, the customers of a `LIST` such as seed", Destination: &a.List},
			&choiceFlag{&cli.StringFlag{Name: "mark", Usage: "or of a `MARK`: retain or acquisition_lookalike", Destination: &a.Mark}, marks},
			&cli.StringFlag{Name: "segment", Usage: "or of an RFM `SEGMENT`", Destination: &a.Segment},
			&choiceFlag{&cli.StringFlag{Name: "lifecycle", Usage: "or of a `STAGE`: new, active, cooling or lapsed", Destination: &a.Lifecycle}, lifecycles},
			&cli.StringFlag{Name: "where", Usage: "or those who meet an SQL `CONDITION` over the columns of customers.parquet", Destination: &a.Where},
			&choiceFlag{&cli.StringFlag{Name: "target", Usage: "for `TARGET`, such as klaviyo or csv: cbv help platform", Destination: &a.Target}, platform.TargetNames()},
			&choiceFlag{&cli.StringFlag{Name: "channel", Usage: "whose consent counts, of targets that serve any: email or ads", Destination: &a.Channel}, []string{"email", "ads"}},
			&cli.StringFlag{Name: "columns", Usage: "columns of customers.parquet to add, with commas between", Destination: &opt.columns},
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the audience, by which later exports know it; default: after its target and who is in it", Destination: &a.Name},
		},
	}, reading{
		sections: publishedSections,
		common: []string{
			"out", "people.files", "people.columns.email", "people.columns.consent_email", "people.columns.consent_ads", "suppression.files", "time.as_of", "run.strict", "run.wait",
		},
		published: true,
	}, func(ctx context.Context, settings config.Config) error {
		chosen, err := opt.choose(settings)
		if err != nil {
			return err
		}
		return runExport(ctx, env, settings, chosen)
	})
}

// What an audience may be chosen by, where the values are few.
var (
	marks      = []string{"retain", "acquisition_lookalike"}
	lifecycles = []string{"new", "active", "cooling", "lapsed"}
)

// publishedSections are what commands read that work on a published run.
var publishedSections = []string{"out", "identities", "people", "suppression", "time", "rfm", "export", "targets", "audiences", "engine", "run", "log"}

// choose returns the audience that the flags mean.
func (o exportOptions) choose(settings config.Config) (config.Audience, error) {
	kind, value := o.audience.Choice()
	described := kind != "" || o.audience.Target != ""
	if o.declared != "" && described {
		return config.Audience{}, failure.Usagef("--audience: a declared audience says itself who is in it and for which target: leave the other flags out")
	}
	if o.declared != "" {
		return declared(settings, o.declared)
	}
	if !described {
		return config.Audience{}, failure.Usagef("which audience? name a declared one with --audience, or describe one with --list, --mark, --segment, --lifecycle or --where, and --target%s", declaredHint(settings))
	}
	a := o.audience
	if a.Target == "" {
		return config.Audience{}, failure.Usagef("set --target: it says whose importer the files are for: %s", strings.Join(platform.TargetNames(settings.DeclaredTargets()...), ", "))
	}
	a.Columns = columnNames(o.columns)
	if a.Name == "" {
		a.Name = describedName(kind, value, a.Target)
	}
	if slices.ContainsFunc(settings.Audiences, func(d config.Audience) bool { return d.Name == a.Name }) {
		return config.Audience{}, failure.Usagef("--name: %s is a declared audience: export it with --audience %s, or give this one another --name", a.Name, a.Name)
	}
	if err := settings.CheckAudience(a); err != nil {
		return config.Audience{}, failure.Usagef("%w", err)
	}
	return a, nil
}

// columnNames reads a, b or, as the configuration writes lists, [a, b].
func columnNames(text string) (names []string) {
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(inner, "]") {
		text = strings.TrimSuffix(inner, "]")
	}
	if strings.TrimSpace(text) == "" {
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		names = append(names, strings.TrimSpace(name))
	}
	return names
}

func declared(settings config.Config, name string) (config.Audience, error) {
	var names []string
	for _, a := range settings.Audiences {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	hint := declaredHint(settings)
	if nearest := config.Nearest(name, names); nearest != "" {
		hint = fmt.Sprintf(": did you mean %q?", nearest)
	}
	return config.Audience{}, failure.Usagef("--audience: no audience %q is declared%s", name, hint)
}

func declaredHint(settings config.Config) string {
	var names []string
	for _, a := range settings.Audiences {
		names = append(names, a.Name)
	}
	if len(names) == 0 {
		return "; none is declared"
	}
	return "; declared are " + strings.Join(names, ", ")
}

// describedName names an audience that is described: segment-champions-klaviyo.
// A condition is named by its hash.
func describedName(kind, value, target string) string {
	plain := strings.TrimPrefix(config.SegmentList(value), "segment_")
	if kind == "where" {
		plain = fmt.Sprintf("%x", sha256.Sum256([]byte(value)))[:8]
	}
	return kind + "-" + plain + "-" + target
}

func runExport(ctx context.Context, env Env, settings config.Config, a config.Audience) (err error) {
	if _, err := export.FindRun(settings.Out, settings.Time.AsOf); err != nil {
		return err // before the folder is made
	}
	asked, err := job(env, settings)
	if err != nil {
		return err
	}
	env.messages.start()
	store, err := publication.Open(ctx, asked)
	if err != nil {
		env.messages.end()
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	folder, err := export.FindRun(settings.Out, settings.Time.AsOf) // now that nobody publishes another
	if err != nil {
		env.messages.end()
		return err
	}
	one := exportJob(env, asked, store, folder)
	one.Audience = a
	result, err := export.Run(ctx, one)
	env.messages.end()
	if err != nil {
		return err
	}
	env.messages.exported(a.Name, result.Folder, result.Already)
	report.Export(env.Stdout, result)
	_, err = fmt.Fprintln(env.Stdout, result.Folder)
	return err
}

func exportJob(env Env, asked pipeline.Job, store *publication.Store, folder string) export.Job {
	return export.Job{
		Job: asked, Store: store, Run: folder,
		Announce: func(power export.Power) {
			env.messages.bar.pause()
			report.Power(env.Stdout, power)
		},
	}
}
