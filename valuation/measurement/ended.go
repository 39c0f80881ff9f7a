package measurement

import (
	"github.com/dustin/go-humanize"

	"cbv/valuation/campaign"
)

// ending is what is known of a campaign's end.
type ending struct {
	day    string // on which somebody said so, "" where nobody did before
	isSaid bool   // with this measurement
}

// hasEnded says whether nobody else is to come, as far as was known on the day of the
// measurement: an earlier day is measured as it was.
func (m *Measurement) hasEnded() bool {
	return m.ended.isSaid || m.ended.day != "" && m.ended.day <= m.asOf()
}

// keepEnd keeps that the campaign has ended where this measurement says so first.
func (m *Measurement) keepEnd() error {
	if !m.ended.isSaid || m.ended.day != "" {
		return nil
	}
	return campaign.End(m.Config.Out, m.name(), m.asOf())
}

// warnOfUnfilledPlan warns where everyone who came has been watched for the whole window,
// so that nobody has come for as long, and more were planned: a last look comes only when
// they do, or when somebody says that they will not.
func (m *Measurement) warnOfUnfilledPlan(mature, came, planned int64) {
	if mature == came && came < planned && !m.hasEnded() {
		m.Warn("plan_not_filled", "%s of %s planned customers have come, all of them have been watched for the whole window, and so nobody has come for as long: where nobody else is to come, say so once with --ended: the look is then the last, and may spend what is left of the 5 %%",
			humanize.Comma(came), humanize.Comma(planned))
	}
}
