package measurement

import (
	"context"
	"slices"

	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/intake"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// otherCampaign is the reason of contacts that belong to another campaign. They
// are no quarantine.
const otherCampaign = "other_campaign"

// nullCampaign is the reason of contacts of which nobody knows the campaign.
const nullCampaign = "null_campaign"

// isSetAside says whether rows are in quarantine for a reason that they may be mended of.
func isSetAside(reason string) bool {
	return reason != intake.Used && reason != otherCampaign && reason != intake.AfterAsOf
}

type contactRowCount struct {
	Reason    string
	Contacts  int64
	CostMinor int64
}

type contactCount struct {
	Arm string
	Contacts
}

// readContacts reads the people whom the campaign contacted, by their assigned arm.
// It returns nil where no usable row of the files is of this campaign: what is not known is
// not 0.
func (m *Measurement) readContacts(ctx context.Context) (map[string]Contacts, error) {
	rows, err := engine.All[contactRowCount](ctx, m.Engine, "contact_row_counts")
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		m.reasons = append(m.reasons, intake.ReasonCount{Reason: row.Reason, Rows: row.Contacts, Minor: row.CostMinor})
	}
	slices.SortFunc(m.reasons, intake.ByReason)
	counts, err := engine.All[contactCount](ctx, m.Engine, "contact_counts")
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	contacts := map[string]Contacts{}
	for _, count := range counts {
		contacts[count.Arm] = count.Contacts
	}
	return contacts, nil
}

// knownOf leaves out what the contacts have no column of.
func (m *Measurement) knownOf(c Contacts) *experiment.Contacts {
	columns := m.Config.Contacts.Columns
	known := &experiment.Contacts{Sent: c.Sent}
	if columns.Delivered != "" {
		known.Delivered = &c.Delivered
	}
	if columns.Clicked != "" {
		known.Responded = &c.Responded
	}
	if columns.Cost != "" {
		known.CostMinor = &c.CostMinor
	}
	return known
}

// contactRowCounts is what became of the rows of the contact files, nil without
// files.
func (m *Measurement) contactRowCounts() map[string]int64 {
	if !m.Config.HasContacts() {
		return nil
	}
	rows := map[string]int64{}
	for _, count := range m.reasons {
		rows[count.Reason] = count.Rows
	}
	return rows
}

// addUpContacts adds the rows of the contact files up, nil without files.
func (m *Measurement) addUpContacts() *publication.Rows {
	if !m.Config.HasContacts() {
		return nil
	}
	rows := m.in.AddUp(m.reasons, source.Rows(m.contacts.Files), otherCampaign)
	return &rows
}
