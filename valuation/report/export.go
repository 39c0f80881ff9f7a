package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/export"
	"cbv/valuation/platform"
)

// Export writes what became of an audience.
func Export(out io.Writer, result export.Result) {
	m := result.Manifest
	if result.Folder == "" { // nobody is in it
		writeWarnings(out, result.Warnings)
		return
	}
	if result.Already {
		fmt.Fprintf(out, "Audience %s of %s is exported already from the same inputs: nothing to do.\n", result.Audience.Name, m.AsOf)
		writeWarnings(out, result.Warnings)
		return
	}
	fmt.Fprintf(out, "Audience %s of %s for %s, %s: of %s, %s may be written to%s.\n", result.Audience.Name, m.AsOf, m.Target, whoText(result.Audience),
		countNoun(m.Full.Rows, "customer"), humanize.Comma(eligible(m)), rejectText(m.Full))
	if m.SuppressionRows > 0 {
		fmt.Fprintf(out, "Suppression files: %s; of their %s, %s match no customer.\n",
			countNoun(m.SuppressionRows, "row"), countNoun(m.SuppressionFileKeys, "key"), humanize.Comma(m.SuppressionUnmatched))
	}
	if m.Audience.Campaign != nil {
		fmt.Fprintf(out, "Campaign %s: %s.\n", m.Audience.Campaign.Name, armText(m))
		if m.CampaignEndedOn != "" {
			fmt.Fprintf(out, "It was said to have ended on %s, and nobody else comes into it: once its last look is taken, take the campaign out of the audience to write to everybody.\n", m.CampaignEndedOn)
		}
	}
	fmt.Fprintf(out, "Files (%s):\n", sinceText(m))
	for _, file := range m.Files() {
		fmt.Fprintf(out, "  %s: %s\n", file.Name, countNoun(file.Rows, "row"))
	}
	if changes := m.Changes; changes != nil {
		counts := m.ChangeCounts()
		fmt.Fprintf(out, "  %s: %s (%s add, %s update, %s remove)\n", changes.Name, countNoun(changes.Rows, "line"),
			humanize.Comma(counts[platform.Add]), humanize.Comma(counts[platform.Update]), humanize.Comma(counts[platform.Remove]))
	}
	if blanks := blankText(m.Full); blanks != "" {
		fmt.Fprintf(out, "Left blank: %s.\n", blanks)
	}
	if m.Removal != "" && m.Rows(platform.Exited)+m.Rows(platform.Removal) > 0 {
		fmt.Fprintf(out, "To take people out: %s.\n", m.Removal)
	}
	writeWarnings(out, result.Warnings)
}

// sinceText names the exports that changes are counted against.
func sinceText(m export.Manifest) string {
	replaced := countNoun(int64(len(m.Replaced)), "replaced export")
	switch {
	case m.Earlier == nil && len(m.Replaced) == 0:
		return "no earlier export: all entered"
	case m.Earlier == nil:
		return "changes since " + replaced
	case len(m.Replaced) == 0:
		return "changes since " + m.Earlier.ID
	}
	return "changes since " + m.Earlier.ID + " and " + replaced
}

func whoText(a config.Audience) string {
	kind, value := a.Choice()
	return kind + " " + value
}

// eligible are those who may be written to, a campaign's holdout included.
func eligible(m export.Manifest) int64 { return m.Full.Written + m.Full.Rejected[platform.Holdout] }

// rejectText says why the others may not, most first.
func rejectText(result platform.Result) string {
	var parts []string
	reasons := slices.SortedFunc(maps.Keys(result.Rejected), func(a, b platform.Reason) int {
		return cmp.Or(cmp.Compare(result.Rejected[b], result.Rejected[a]), cmp.Compare(a, b))
	})
	for _, reason := range reasons {
		if reason != platform.Holdout {
			parts = append(parts, fmt.Sprintf("%s %s", humanize.Comma(result.Rejected[reason]), reason))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (left out: " + strings.Join(parts, ", ") + ")"
}

// blankText says which cells are blank though there was a value, by column.
func blankText(result platform.Result) string {
	var parts []string
	for _, column := range slices.Sorted(maps.Keys(result.Blanked)) {
		reasons := maps.Clone(result.Blanked[column])
		delete(reasons, platform.Clipped)
		blanks, names := int64(0), []string{}
		for _, reason := range slices.Sorted(maps.Keys(reasons)) {
			blanks += reasons[reason]
			names = append(names, string(reason))
		}
		if of := result.Values[column]; blanks > 0 && of > 0 {
			parts = append(parts, fmt.Sprintf("%s in %s of %s (%s)", column, humanize.Comma(blanks), humanize.Comma(of), strings.Join(names, ", ")))
		}
	}
	return strings.Join(parts, "; ")
}

func armText(m export.Manifest) string {
	var parts []string
	for _, arm := range []experiment.Arm{experiment.Champion, experiment.Challenger, experiment.None, experiment.GlobalHoldout} {
		n, there := m.Arms[arm]
		if !there {
			continue
		}
		text := fmt.Sprintf("%s %s", humanize.Comma(n), arm)
		if name := m.Names[string(arm)]; name != "" {
			text += " (" + name + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ") + "; who is in none of the files is left alone"
}

// Power writes what a campaign can show, before it is sent.
func Power(out io.Writer, p export.Power) {
	if p.BaseRate == nil {
		fmt.Fprintf(out, "Audience %s: the power of %s is not known, since the run has no model and so no chance of a purchase.\n", p.Audience, p.Campaign)
		return
	}
	scaled := ""
	if p.Scaled {
		scaled = fmt.Sprintf(", scaled to %s", countNoun(int64(p.WindowDays), "day"))
	}
	fmt.Fprintf(out, "Audience %s: power of %s, before anything is sent: of %s, %s are expected to buy within %s anyway (mean of %s%s).\n",
		p.Audience, p.Campaign, plannedText(p), percent(*p.BaseRate), countNoun(int64(p.WindowDays), "day"), p.Column, scaled)
	looks := "looked at once, at their end"
	if p.Nights > 1 {
		looks = "looked at every night from a quarter of the customers on"
	}
	for _, c := range p.Comparisons {
		against := fmt.Sprintf("a holdout of %s", percent(c.Share))
		if c.Control != experiment.None {
			against = fmt.Sprintf("the %s's %s", c.Control, percent(c.Share))
		}
		shows := "no lift at all"
		if c.Lift != nil {
			shows = fmt.Sprintf("a lift of %s or more", percent(*c.Lift))
		}
		fmt.Fprintf(out, "  %s against %s can show %s in %s with 80 %% power, %s", c.Treated, against, shows, countNoun(int64(p.WindowDays), "day"), looks)
		if c.NeededForTenth != nil {
			fmt.Fprintf(out, "; a lift of 10 %% would need %s", countNoun(*c.NeededForTenth, "customer"))
		}
		if c.MarginLift != nil {
			fmt.Fprintf(out, ". Of the margin it can show a lift of %s or more", percent(*c.MarginLift))
			if c.MarginNeededForTenth != nil {
				fmt.Fprintf(out, ", and 10 %% would need %s", countNoun(*c.MarginNeededForTenth, "customer"))
			}
		}
		fmt.Fprintln(out, ".")
	}
	fmt.Fprint(out, adviceText(p))
}

// plannedText says how many customers the power is of, and by what.
func plannedText(p export.Power) string {
	switch {
	case p.Planned == p.Customers:
		return countNoun(p.Customers, "customer")
	case p.Planned == p.Customers*int64(p.Nights):
		return fmt.Sprintf("%s, if each of %d nights brings %s as this one (else set planned_people)", countNoun(p.Planned, "customer"), p.Nights, humanize.Comma(p.Customers))
	}
	return fmt.Sprintf("%s that are planned, %s of them now", countNoun(p.Planned, "customer"), humanize.Comma(p.Customers))
}

// adviceText says what to do about a campaign that most effects would escape.
func adviceText(p export.Power) string {
	const usual = 0.10 // few messages do more
	if len(p.Comparisons) == 0 || p.Comparisons[0].Lift != nil && *p.Comparisons[0].Lift <= usual {
		return ""
	}
	var longer []string
	for _, lift := range p.Longer {
		longer = append(longer, fmt.Sprintf("%s in %d days", percent(lift.Lift), lift.WindowDays))
	}
	text := "  Few messages do that much: pool several sends in one campaign"
	if len(longer) > 0 {
		text += ", or watch longer (" + strings.Join(longer, ", ") + ")"
	}
	return text + ", or hold out more, up to half.\n"
}
