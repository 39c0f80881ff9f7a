package measurement

import (
	"time"

	"github.com/dustin/go-humanize"

	"cbv/valuation/calendar"
	"cbv/valuation/campaign"
	"cbv/valuation/failure"
)

// ending is what is known of a campaign's end.
type ending struct {
	day    string // on which somebody said so, "" where nobody did before
	isSaid bool   // with this measurement
	late   int64  // customers who came into the arms after the day, up to as_of
}

// hasEnded says whether nobody else is to come, as far as was known on the day of the
// measurement: an earlier day is measured as it was.
func (m *Measurement) hasEnded() bool {
	return m.ended.isSaid || m.ended.day != "" && m.ended.day <= m.asOf()
}

// endedOn is the day of the end, as far as it was known on the day of the measurement.
func (m *Measurement) endedOn() string {
	switch {
	case !m.hasEnded():
		return ""
	case m.ended.day == "":
		return m.asOf()
	}
	return m.ended.day
}

// refuseEarlierEnd refuses an end on a day before the one that is kept.
func (m *Measurement) refuseEarlierEnd() error {
	if !m.ended.isSaid || m.ended.day == "" || m.ended.day <= m.asOf() {
		return nil
	}
	return failure.Usagef("--ended: campaign %s has ended on %s, which says nothing of %s: leave the flag out", m.name(), m.ended.day, m.asOf())
}

// refuseEarlyEnd refuses an end while somebody has come within the window, the last on a
// day: it cannot be taken back.
func (m *Measurement) refuseEarlyEnd(last time.Time) error {
	window := m.campaign.Terms.WindowDays
	if !m.ended.isSaid || m.ended.day != "" || calendar.DaysBetween(last, m.Days.AsOf) >= window {
		return nil
	}
	return failure.Usagef("--ended: somebody came into campaign %s on %s, within its window of %d days, so that more may come: it can be said from %s on",
		m.name(), last.Format(time.DateOnly), window, last.AddDate(0, 0, window).Format(time.DateOnly))
}

// keepEnd keeps that the campaign has ended where this measurement says so first.
func (m *Measurement) keepEnd() error {
	if !m.ended.isSaid || m.ended.day != "" {
		return nil
	}
	return campaign.End(m.Config.Out, m.name(), m.asOf())
}

// countLate counts those who came after the end, of so many each day after the first.
func (m *Measurement) countLate(assigned map[int]int64) {
	for days, customers := range assigned {
		if m.hasEnded() && m.started.AddDate(0, 0, days).Format(time.DateOnly) > m.endedOn() {
			m.ended.late += customers
		}
	}
}

// warnOfLate warns of customers who came after the end: they count among those who were
// planned, so that the look that was the last is none until they are mature.
func (m *Measurement) warnOfLate() {
	if m.ended.late > 0 {
		m.Warn("assigned_after_end", "the campaign was said to have ended on %s, and %s came into its arms after it: they count as everyone does, and the last look waits until they have been watched for the whole window: leave the campaign in its audience until then, for without it everybody is written to, or where another tool assigns see to it that nobody else comes",
			m.endedOn(), countCustomers(m.ended.late))
	}
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
