package batch

import (
	"context"
	"database/sql/driver"
	"slices"

	"github.com/dustin/go-humanize"

	"cbv/valuation/experiment"
	"cbv/valuation/measurement"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// otherCampaign is the reason of contacts that belong to another campaign. They
// are no quarantine.
const otherCampaign = "other_campaign"

// readContacts reads whom the campaign reached, by the arm that they are assigned
// to. It returns nil where no row of the files is of this campaign: what is not
// known is not 0.
func (r *run) readContacts(ctx context.Context) (map[string]measurement.Contacts, error) {
	m := r.measuring
	err := r.engine.Each(ctx, "contact_row_counts", []string{"reason", "contacts", "cost_minor"}, func(v []driver.Value) error {
		m.reasons = append(m.reasons, ReasonCount{v[0].(string), v[1].(int64), v[2].(int64)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(m.reasons, byReason)
	var contacts map[string]measurement.Contacts
	columns := []string{"arm", "messages", "sent", "delivered", "opened", "responded", "cost_minor", "early", "of_other_arm", "of_unknown_arm"}
	err = r.engine.Each(ctx, "contact_counts", columns, func(v []driver.Value) error {
		if contacts == nil {
			contacts = map[string]measurement.Contacts{}
		}
		var n [9]int64
		for i := range n {
			n[i] = v[1+i].(int64)
		}
		contacts[v[0].(string)] = measurement.Contacts{
			Messages: n[0], Sent: n[1], Delivered: n[2], Opened: n[3], Responded: n[4], CostMinor: n[5], Early: n[6], OfOtherArm: n[7], OfUnknownArm: n[8],
		}
		return nil
	})
	return contacts, err
}

// told says which columns the contacts have.
func (r *run) told() measurement.Told {
	c := r.Config.Contacts.Columns
	return measurement.Told{Delivered: c.Delivered != "", Opened: c.Opened != "", Clicked: c.Clicked != "", Cost: c.Cost != ""}
}

// contactsOf leaves out what the contacts do not tell.
func (r *run) contactsOf(c measurement.Contacts) *experiment.Contacts {
	told := r.told()
	known := &experiment.Contacts{Sent: c.Sent}
	if told.Delivered {
		known.Delivered = &c.Delivered
	}
	if told.Clicked {
		known.Responded = &c.Responded
	}
	if told.Cost {
		known.CostMinor = &c.CostMinor
	}
	return known
}

// contactRowCounts is what became of the rows of the contact files, nil without
// files.
func (r *run) contactRowCounts() map[string]int64 {
	if !r.Config.HasContacts() {
		return nil
	}
	rows := map[string]int64{}
	for _, count := range r.measuring.reasons {
		rows[count.Reason] = count.Rows
	}
	return rows
}

// contactAmounts adds the rows of the contact files up, nil without files.
func (r *run) contactAmounts() *publication.Rows {
	if !r.Config.HasContacts() {
		return nil
	}
	rows := r.addUp(r.measuring.reasons, source.Rows(r.measuring.contacts.Files))
	return &rows
}

// doubtMeasurement warns of what stands between the figures and what they say.
func (r *run) doubtMeasurement(contacts map[string]measurement.Contacts) {
	m := r.measuring
	r.doubtRows()
	if ratio := m.document.SampleRatio; ratio.Broken {
		r.warn("sample_ratio", "the arms do not have the people that the design gave them (chi-square %.1f, p %.1g): people were lost or added in a way that differs between arms, so no lift is told; find where before anything else", ratio.ChiSquare, ratio.PValue)
	}
	if m.moneyBasis != "margin" {
		r.warn("revenue_not_margin", "no margin is configured, so what is called margin is revenue, and a return above 1 may be a loss: set value.margin_rate or orders.columns.margin")
	}
	if r.Config.HasContacts() && contacts == nil {
		r.warn("no_contacts", "no usable row of contacts.files is of campaign %s: check contacts.columns.campaign", m.name())
	}
	var quarantined int64
	for _, count := range m.reasons {
		// what came after the day is no fault of the files
		if count.Reason != Used && count.Reason != otherCampaign && count.Reason != "after_as_of" {
			quarantined += count.Rows
		}
	}
	if quarantined > 0 {
		r.warn("contacts_set_aside", "%s rows of the contacts are in quarantine, so sends and costs are too low: see contact_quarantine.parquet", humanize.Comma(quarantined))
	}
	none, global := contacts[string(experiment.None)].Sent, contacts[string(experiment.GlobalHoldout)].Sent
	if none+global > 0 {
		r.warn("contaminated_holdout", "%s customers of arm none and %s of the global holdout were contacted: everyone is compared as assigned, so the effect looks smaller than it is; have the sending tool leave them out",
			humanize.Comma(none), humanize.Comma(global))
	}
	var early, ofOtherArm, ofUnknownArm int64
	for arm, c := range contacts {
		early += c.Early
		ofUnknownArm += c.OfUnknownArm
		if arm == string(experiment.Champion) || arm == string(experiment.Challenger) {
			ofOtherArm += c.OfOtherArm
		}
	}
	if ofOtherArm > 0 {
		r.warn("other_arm", "%s customers got the message of another arm than theirs: they count in the arm that they are assigned to, which blurs the difference", humanize.Comma(ofOtherArm))
	}
	if ofUnknownArm > 0 {
		r.warn("unknown_arm", "%s customers have contacts whose arm is none of none, champion, challenger and global_holdout, so nobody knows whether they got the message of their arm: map the names in contacts.columns.arm", humanize.Comma(ofUnknownArm))
	}
	if stray := contacts[measurement.Unassigned].Sent; stray > 0 {
		r.warn("contacted_unassigned", "%s customers were contacted who were never assigned: they are in no arm, and neither they nor what they cost are in the comparison", humanize.Comma(stray))
	}
	if early > 0 {
		r.warn("contacted_early", "%s customers were contacted before they were assigned, so what the message did to them may lie before their window", humanize.Comma(early))
	}
}
