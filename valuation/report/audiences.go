package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/dustin/go-humanize"

	"cbv/valuation/experiment"
	"cbv/valuation/export"
	"cbv/valuation/platform"
)

// Audiences are the declared audiences, with their sizes by a run.
type Audiences struct {
	Run       string     `json:"run"`
	Audiences []Audience `json:"audiences"`
}

// Audience is a declared audience with its size and its last export.
type Audience struct {
	Name      string          `json:"name"`
	Target    string          `json:"target"`
	By        string          `json:"by"` // list, mark, segment, lifecycle or where
	Who       string          `json:"who"`
	Customers *int64          `json:"customers"` // by the run; null where the condition fails
	Campaign  string          `json:"campaign,omitempty"`
	Last      *AudienceExport `json:"last_export"` // null without any
}

// AudienceExport is what the last export of an audience wrote.
type AudienceExport struct {
	AsOf     string           `json:"as_of"`
	Eligible int64            `json:"eligible"` // who may be written to, a holdout included
	Full     int64            `json:"full_rows"`
	Entered  int64            `json:"entered_rows"`
	Exited   int64            `json:"exited_rows"`
	Arms     map[string]int64 `json:"arms,omitempty"` // of a campaign
}

// NewAudiences makes the document of audiences from their sizes by a run.
func NewAudiences(run string, sizes []export.Size) Audiences {
	d := Audiences{Run: run, Audiences: []Audience{}}
	for _, size := range sizes {
		by, who := size.Audience.Choice()
		a := Audience{Name: size.Audience.Name, Target: size.Audience.Target, By: by, Who: who}
		if size.Broken == nil {
			a.Customers = &size.Customers
		}
		if size.Audience.Campaign != nil {
			a.Campaign = size.Audience.Campaign.Name
		}
		if last := size.Last; last != nil {
			a.Last = &AudienceExport{
				AsOf: last.AsOf, Eligible: eligible(*last),
				Full: last.Rows(platform.Full), Entered: last.Rows(platform.Entered), Exited: last.Rows(platform.Exited),
			}
			if a.Campaign != "" {
				a.Last.Arms = map[string]int64{}
				for arm, n := range last.Arms {
					a.Last.Arms[string(arm)] = n
				}
			}
		}
		d.Audiences = append(d.Audiences, a)
	}
	return d
}

// Text writes the audiences as a table.
func (d Audiences) Text(out io.Writer) error {
	if len(d.Audiences) == 0 {
		_, err := fmt.Fprintln(out, "No audience is declared: list them under audiences in the configuration.")
		return err
	}
	fmt.Fprintf(out, "Customers are those of run %s, whatever people says of them; the rest is of each audience's last export.\n", d.Run)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "audience\ttarget\twho\tcustomers\tlast export\teligible\tin its files\tentered\texited\tcampaign")
	for _, a := range d.Audiences {
		customers := "condition fails"
		if a.Customers != nil {
			customers = humanize.Comma(*a.Customers)
		}
		fmt.Fprintf(table, "%s\t%s\t%s %s\t%s\t%s\n", a.Name, a.Target, a.By, a.Who, customers, a.lastText())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "Eligible may be written to; those who are held out by a campaign are not in its files.")
	return err
}

// lastText writes the columns of the last export.
func (a Audience) lastText() string {
	campaign := "-"
	if a.Campaign != "" {
		campaign = a.Campaign
	}
	last := a.Last
	if last == nil {
		return "none\t-\t-\t-\t-\t" + campaign
	}
	if last.Arms != nil {
		var arms []string
		for _, arm := range []experiment.Arm{experiment.Champion, experiment.Challenger, experiment.None, experiment.GlobalHoldout} {
			if n, there := last.Arms[string(arm)]; there {
				arms = append(arms, fmt.Sprintf("%s %s", arm, humanize.Comma(n)))
			}
		}
		campaign += ": " + strings.Join(arms, ", ")
	}
	rows := func(n int64) string { return humanize.Comma(n) }
	return strings.Join([]string{last.AsOf, rows(last.Eligible), rows(last.Full), rows(last.Entered), rows(last.Exited), campaign}, "\t")
}
