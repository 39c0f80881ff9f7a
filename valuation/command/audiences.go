package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"

	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/export"
	"cbv/valuation/platform"
)

func audiencesCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "audiences",
		Usage: "print the declared audiences with their sizes today and how they moved, and write nothing",
		Flags: settingFlags(),
		Action: func(c *cli.Context) error {
			settings, err := loadPublished(c, env)
			if err != nil {
				return err
			}
			return runAudiences(c.Context, env, settings)
		},
	}
}

func runAudiences(ctx context.Context, env Env, settings config.Config) error {
	if len(settings.Audiences) == 0 {
		_, err := fmt.Fprintln(env.Stdout, "No audience is declared: list them under audiences in the configuration.")
		return err
	}
	folder, err := export.FindRun(settings.Out, settings.Time.AsOf)
	if err != nil {
		return err
	}
	run, sizes, err := export.Sizes(ctx, settings, env.SQL, folder)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "Customers are those of run %s, whatever people says of them; the rest is of each audience's last export.\n", run)
	table := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "audience\ttarget\twho\tcustomers\tlast export\teligible\tin its files\tentered\texited\tcampaign")
	var broken []error
	for _, size := range sizes {
		a := size.Audience
		customers := humanize.Comma(size.Customers)
		if size.Broken != nil {
			customers = "condition fails"
			broken = append(broken, size.Broken)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", a.Name, a.Target, whoText(a), customers, lastText(a, size.Last))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, "Eligible may be written to; those of them whom a campaign holds out are not in its files.")
	return errors.Join(broken...)
}

// lastText tells the columns of an audience's last export.
func lastText(a config.Audience, last *export.Manifest) string {
	campaign := "-"
	if a.Campaign != nil {
		campaign = a.Campaign.Name
	}
	if last == nil {
		return "none\t-\t-\t-\t-\t" + campaign
	}
	if a.Campaign != nil {
		var arms []string
		for _, arm := range []experiment.Arm{experiment.Champion, experiment.Challenger, experiment.None, experiment.GlobalHoldout} {
			if n, there := last.Arms[arm]; there {
				arms = append(arms, fmt.Sprintf("%s %s", arm, humanize.Comma(n)))
			}
		}
		campaign += ": " + strings.Join(arms, ", ")
	}
	rows := func(kind platform.Kind) string { return humanize.Comma(last.Rows(kind)) }
	return strings.Join([]string{last.AsOf, humanize.Comma(eligible(*last)), rows(platform.Full), rows(platform.Entered), rows(platform.Exited), campaign}, "\t")
}
