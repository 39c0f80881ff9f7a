package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"cbv/valuation/firstorders"
	"cbv/valuation/schema"
)

// starts says which first orders were followed by more than others, and by less; nothing
// where chance could be all of it.
func (s summary) starts() string {
	money := s.result.Manifest.MoneyBasis
	words := map[[2]string]string{
		{firstorders.Repeats, firstorders.Better}: "buy again more often",
		{firstorders.Repeats, firstorders.Worse}:  "buy again less often",
		{firstorders.Margin, firstorders.Better}:  fmt.Sprintf("bring more %s after the first order", money),
		{firstorders.Margin, firstorders.Worse}:   fmt.Sprintf("bring less %s after the first order", money),
	}
	var groups []string
	var last [2]string
	for _, finding := range s.result.Findings {
		group := [2]string{finding.Measure, finding.Verdict}
		text := fmt.Sprintf("%s %s %.2f times (95 %% interval %.2f to %.2f, %s customers)", finding.Attribute, shortened(finding.Value),
			finding.Ratio, finding.RatioLow, finding.RatioHigh, humanize.Comma(finding.Customers))
		if group == last {
			groups[len(groups)-1] += ", " + text
		} else {
			groups = append(groups, words[group]+": "+text)
		}
		last = group
	}
	if len(groups) == 0 {
		return ""
	}
	isChannel := func(finding firstorders.Finding) bool { return finding.Attribute == schema.ChannelAttribute }
	others := "others of the same month"
	switch hasChannel := slices.ContainsFunc(s.result.Findings, isChannel); {
	case s.settings.Orders.Columns.Channel == "" || !slices.ContainsFunc(s.result.Findings, func(f firstorders.Finding) bool { return !isChannel(f) }):
	case hasChannel:
		others += " and channel (channels: of the same month)"
	default:
		others += " and channel"
	}
	return "By first order, against " + others + ": " + strings.Join(groups, "; ") + "."
}

// mostShownRunes are shown of a value.
const mostShownRunes = 60

// shortened quotes a value as it stood in the files, so that no line breaks in it, and
// cuts a long one.
func shortened(value string) string {
	if runes := []rune(value); len(runes) > mostShownRunes {
		value = string(runes[:mostShownRunes]) + "…"
	}
	return fmt.Sprintf("%q", value)
}
