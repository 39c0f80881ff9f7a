package measurement

import (
	"testing"
	"time"

	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/source"
)

// change makes something of a measurement that nothing speaks against.
type change func(m *Measurement)

// warnedOf says what a changed measurement warns of, given its contacts.
func warnedOf(contacts map[string]Contacts, changes ...change) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		m := measurementOf(c)
		m.Config.Contacts.Files = config.Files{"contacts.parquet"}
		for _, change := range changes {
			change(m)
		}
		arms := []armSums{{Arm: experiment.Champion, Customers: 1000}}
		m.warn(contacts, m.money(contacts, arms))
		return nil
	}
}

// measurementOf is a campaign that began on 10 January 2026.
func measurementOf(c *pipeline.Context) *Measurement {
	m := &Measurement{Context: c, in: intake.New(c, intake.Inputs{Orders: []source.File{{Rows: 1000}}}), started: day(10)}
	m.campaign = &campaign.Campaign{Terms: campaign.Terms{Design: experiment.Design{Campaign: "spring"}}}
	return m
}

// day is one of January 2026.
func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

// ordered has orders on days of January 2026, the last of which is that of the
// measurement.
func ordered(days ...int) change {
	return func(m *Measurement) {
		for _, n := range days {
			m.Days.Orders = append(m.Days.Orders, day(n))
		}
		m.Days.AsOf = m.Days.Orders[len(m.Days.Orders)-1]
	}
}

// split has so many people in two arms of equal shares.
func split(none, champion int64) change {
	return func(m *Measurement) {
		m.document.SampleRatio = SampleRatio(experiment.CheckSampleRatio([]int64{none, champion}, []int64{1, 1}))
	}
}

// contactRows has so many rows of the contacts of a reason.
func contactRows(reason string, rows int64) change {
	return func(m *Measurement) { m.reasons = []intake.ReasonCount{{Reason: reason, Rows: rows}} }
}

// contactsOf is the contacts of an arm.
func contactsOf(arm experiment.Arm, contacts Contacts) map[string]Contacts {
	return map[string]Contacts{string(arm): contacts}
}

// withoutPriorOrder are assigned customers without an order by then.
func withoutPriorOrder(unknown, people int64) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		return measurementOf(c).refuseUnknownCustomers([]armSums{{Arm: experiment.None, Customers: people, WithoutPriorOrder: unknown}})
	}
}

// saidToBe says how many people are said to be planned for a campaign of another tool, and
// how many count as planned.
func saidToBe(said, planned int64) change {
	return func(m *Measurement) {
		m.foreign.terms.PlannedPeople, m.campaign.Terms.PlannedPeople = said, planned
	}
}

// unfilled are so many mature people of those who came, of 3,000 planned, on 16 January.
func unfilled(mature, came int64, ended ending) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		m := measurementOf(c)
		m.Days.AsOf, m.ended = day(16), ended
		m.warnOfUnfilledPlan(mature, came, 3000)
		return nil
	}
}

// lateAfter is a campaign that was said to have ended on a day, of which 600 came on 10
// January and 40 on 12 January.
func lateAfter(day string) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		m := measurementOf(c)
		ordered(16)(m)
		m.ended.day = day
		m.countLate(map[int]int64{0: 600, 2: 40})
		m.warnOfLate()
		return nil
	}
}

// hasCost says that the contacts have a cost.
func hasCost(m *Measurement) { m.Config.Contacts.Columns.Cost = "cost" }

// warnedOfArm says what is warned of where the champion's contacts are known, and somebody
// is assigned to an arm.
func warnedOfArm(arm experiment.Arm) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		m := measurementOf(c)
		hasCost(m)
		m.warn(contacted, m.money(contacted, []armSums{{Arm: arm, Customers: 1}}))
		return nil
	}
}

// mergedCustomers are customers who were assigned under several ids.
func mergedCustomers(merged mergedAssignments) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		measurementOf(c).warnOfMerged(merged)
		return nil
	}
}

// contacted are the contacts of an arm that nothing speaks against.
var contacted = contactsOf(experiment.Champion, Contacts{Sent: 1000, Discounts: 1})

func TestWarningsOfOrdersAndArms(t *testing.T) {
	free := 0.0
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{ // half of them may be
			Code:   "unknown_customers",
			Raises: withoutPriorOrder(500, 1000),
			Says:   "500 of 1,000 assigned customers have no order up to the day of their assignment, and each had one; they count as people who buy nothing: customers may be written otherwise than when they were assigned, or files be missing: check orders.columns.customer_id, orders.files and orders.keep",
			Silent: withoutPriorOrder(0, 1000),
		},
		{
			Code:   "merged_assignments",
			Raises: mergedCustomers(mergedAssignments{Customers: 3, Repeated: 4, InSeveralArms: 2}),
			Says:   "3 customers were assigned under several ids that identities.files merged since, 2 of them to several arms: each counts once, in the arm and from the day of the first assignment",
			Silent: mergedCustomers(mergedAssignments{}),
		},
		{
			Code:   "plan_unknown",
			Raises: warnedOf(contacted, saidToBe(0, 3000)),
			Says:   "nobody says how many customers are planned, so the 3,000 of the assignments count as all, and when they have been watched for the whole window the look is the last: where more are to come, measure them under another name with --planned-people",
			Silent: warnedOf(contacted, saidToBe(3000, 3000)),
		},
		{
			Code:   "plan_not_filled",
			Raises: unfilled(600, 600, ending{}),
			Says:   "600 of 3,000 planned customers have come, all of them have been watched for the whole window, and so nobody has come for as long: where nobody else is to come, say so once with --ended: the look is then the last, and may spend what is left of the 5 %",
			Silent: unfilled(600, 600, ending{isSaid: true}),
		},
		{ // somebody came within the window, or on the day on which it was said
			Code:   "plan_not_filled",
			Raises: unfilled(600, 600, ending{day: "2026-01-17"}),
			Says:   "600 of 3,000 planned customers have come, all of them have been watched for the whole window, and so nobody has come for as long: where nobody else is to come, say so once with --ended: the look is then the last, and may spend what is left of the 5 %",
			Silent: unfilled(599, 600, ending{}),
		},
		{
			Code:   "plan_not_filled",
			Raises: unfilled(2999, 2999, ending{}),
			Says:   "2,999 of 3,000 planned customers have come, all of them have been watched for the whole window, and so nobody has come for as long: where nobody else is to come, say so once with --ended: the look is then the last, and may spend what is left of the 5 %",
			Silent: unfilled(3000, 3000, ending{}),
		},
		{
			Code:   "assigned_after_end",
			Raises: lateAfter("2026-01-11"),
			Says:   "the campaign was said to have ended on 2026-01-11, and 40 customers came into its arms after it: they count as everyone does, and the last look waits until they have been watched for the whole window: leave the campaign in its audience until then, for without it everybody is written to, or where another tool assigns see to it that nobody else comes",
			Silent: lateAfter("2026-01-12"),
		},
		{ // nobody said so, or only later
			Code:   "assigned_after_end",
			Raises: lateAfter("2026-01-10"),
			Says:   "the campaign was said to have ended on 2026-01-10, and 40 customers came into its arms after it: they count as everyone does, and the last look waits until they have been watched for the whole window: leave the campaign in its audience until then, for without it everybody is written to, or where another tool assigns see to it that nobody else comes",
			Silent: lateAfter(""),
		},
		{ // 106² / 1,000 = 11.2 has a p below .001, 104² / 1,000 = 10.8 has not
			Code:   "sample_ratio",
			Raises: warnedOf(contacted, split(447, 553)),
			Says:   "the arms do not have the people that the design gave them (chi-square 11.2, p 0.0008): people were lost or added in a way that differs between arms, so no lift is reported: find where before anything else",
			Silent: warnedOf(contacted, split(448, 552)),
		},
		{
			Code:   "revenue_not_margin",
			Raises: warnedOf(contacted),
			Says:   "no margin is configured, so what is called margin is revenue, and a return above 1 may be a loss: set value.margin_rate or orders.columns.margin",
			Silent: warnedOf(contacted, func(m *Measurement) { m.Config.Orders.Columns.Margin = "margin" }),
		},
		{
			Code:   "hidden_discounts",
			Raises: warnedOf(contacted, func(m *Measurement) { m.Config.Value.MarginRate = &free }),
			Says:   "a flat value.margin_rate hides the discounts that a campaign gives: map contacts.columns.discount, what each person redeemed, or orders.columns.margin; until then there is no verdict on money",
			Silent: warnedOf(contacted, func(m *Measurement) {
				m.Config.Value.MarginRate, m.Config.Contacts.Columns.Discount = &free, "discount"
			}),
		},
		{ // where one is told, the others redeemed nothing
			Code: "hidden_discounts",
			Raises: warnedOf(contactsOf(experiment.Champion, Contacts{Sent: 1000}), func(m *Measurement) {
				m.Config.Value.MarginRate, m.Config.Contacts.Columns.Discount = &free, "discount"
			}),
			Says: "contacts.columns.discount has no value in any contact of the people of arm champion, so nobody knows what was let off: write 0 where nothing was; until then there is no verdict on money",
			Silent: warnedOf(contacted, func(m *Measurement) {
				m.Config.Value.MarginRate, m.Config.Contacts.Columns.Discount = &free, "discount"
			}),
		},
		{ // nothing is known of discounts without a contact
			Code: "hidden_discounts",
			Raises: warnedOf(nil, func(m *Measurement) {
				m.Config.Value.MarginRate, m.Config.Contacts.Columns.Discount = &free, "discount"
			}),
			Says:   "a flat value.margin_rate hides the discounts that a campaign gives: map contacts.columns.discount, what each person redeemed, or orders.columns.margin; until then there is no verdict on money",
			Silent: warnedOf(nil, func(m *Measurement) { m.Config.Orders.Columns.Margin = "margin" }),
		},
		{ // a shop may be closed for a day where there are orders every day
			Code:   "hole_in_orders",
			Raises: warnedOf(contacted, ordered(9, 10, 11, 12, 15, 16)),
			Says:   "there is no order from 2026-01-13 to 2026-01-14, where order days are usually 1 apart: these count as days on which nobody bought; add the files that are missing, if any",
			Silent: warnedOf(contacted, ordered(9, 10, 11, 12, 14, 15)),
		},
		{ // 11 January is the first day on which anybody is watched
			Code:   "hole_in_orders",
			Raises: warnedOf(contacted, ordered(6, 7, 8, 12, 13, 14)),
			Says:   "there is no order from 2026-01-09 to 2026-01-11, where order days are usually 1 apart: these count as days on which nobody bought; add the files that are missing, if any",
			Silent: warnedOf(contacted, ordered(6, 7, 8, 11, 12, 13)),
		},
		{ // three are named
			Code:   "hole_in_orders",
			Raises: warnedOf(contacted, ordered(9, 10, 11, 12, 13, 14, 17, 20, 23, 26)),
			Says:   "there is no order from 2026-01-15 to 2026-01-16, 2026-01-18 to 2026-01-19, 2026-01-21 to 2026-01-22 and 1 more, where order days are usually 1 apart: these count as days on which nobody bought; add the files that are missing, if any",
			Silent: warnedOf(contacted, ordered(9, 12, 15, 18, 21, 24)), // every third day is usual then
		},
	})
}

func TestWarningsOfContacts(t *testing.T) {
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "no_contacts",
			Raises: warnedOf(nil),
			Says:   "no usable row of contacts.files is of campaign spring: check contacts.columns.campaign",
			Silent: warnedOf(contactsOf(experiment.Champion, Contacts{})),
		},
		{
			Code:   "no_contacts",
			Raises: warnedOf(nil),
			Says:   "no usable row of contacts.files is of campaign spring: check contacts.columns.campaign",
			Silent: warnedOf(nil, func(m *Measurement) { m.Config.Contacts.Files = nil }), // none are configured
		},
		{
			Code:   "contacts_set_aside",
			Raises: warnedOf(contacted, contactRows("null_cost", 1234)),
			Says:   "rows of the contacts in quarantine: 1,234, so sends, costs and discounts are too low: see contact_quarantine.parquet",
			Silent: warnedOf(contacted, contactRows(otherCampaign, 1234)),
		},
		{
			Code:   "contacts_set_aside",
			Raises: warnedOf(contacted, contactRows("null_time", 2)),
			Says:   "rows of the contacts in quarantine: 2, so sends, costs and discounts are too low: see contact_quarantine.parquet",
			Silent: warnedOf(contacted, contactRows(intake.AfterAsOf, 2)),
		},
		{ // where a cost is mapped, that of the rows is missing
			Code:   "contacts_set_aside",
			Raises: warnedOf(contacted, contactRows("null_cost", 2), hasCost),
			Says:   "rows of the contacts in quarantine: 2, so sends, costs and discounts are too low: see contact_quarantine.parquet; until then there is no verdict on money",
			Silent: warnedOf(contacted, contactRows(intake.AfterAsOf, 2), hasCost),
		},
		{ // of who knows which campaign
			Code:   "contacts_set_aside",
			Raises: warnedOf(contacted, contactRows(nullCampaign, 2), hasCost),
			Says:   "rows of the contacts in quarantine: 2, so sends, costs and discounts are too low: see contact_quarantine.parquet",
			Silent: warnedOf(contacted, contactRows(otherCampaign, 2), hasCost),
		},
		{ // the challenger's contacts are missing
			Code:   "no_contacts",
			Raises: warnedOfArm(experiment.Challenger),
			Says:   "no usable row of contacts.files is of the people of arm challenger, so nobody knows what was spent on them: give its contacts too; until then there is no verdict on money",
			Silent: warnedOfArm(experiment.Champion),
		},
		{
			Code:   "contaminated_holdout",
			Raises: warnedOf(contactsOf(experiment.None, Contacts{Sent: 1})),
			Says:   "messages went to 1 customer of arm none and 0 of the global holdout: everyone is compared as assigned, so the effect looks smaller than it is; have the sending tool leave them out",
			Silent: warnedOf(contactsOf(experiment.Champion, Contacts{Sent: 1})),
		},
		{
			Code:   "contaminated_holdout",
			Raises: warnedOf(contactsOf(experiment.GlobalHoldout, Contacts{Sent: 2345})),
			Says:   "messages went to 0 customers of arm none and 2,345 of the global holdout: everyone is compared as assigned, so the effect looks smaller than it is; have the sending tool leave them out",
			Silent: warnedOf(contactsOf(experiment.GlobalHoldout, Contacts{Sent: 0})),
		},
		{
			Code:   "other_arm",
			Raises: warnedOf(contactsOf(experiment.Challenger, Contacts{Sent: 9, OfOtherArm: 3})),
			Says:   "3 customers got the message of another arm than theirs: they count in the arm that they are assigned to, which blurs the difference",
			Silent: warnedOf(contactsOf(experiment.None, Contacts{Sent: 9, OfOtherArm: 3})), // any message is another arm's: contaminated_holdout says so
		},
		{
			Code:   "unknown_arm",
			Raises: warnedOf(contactsOf(experiment.Champion, Contacts{Sent: 9, OfUnknownArm: 4})),
			Says:   "contacts of 4 customers name an arm other than none, champion, challenger and global_holdout, so nobody knows whether they got the message of theirs: map the names in contacts.columns.arm",
			Silent: warnedOf(contactsOf(experiment.Champion, Contacts{Sent: 9, OfOtherArm: 4})),
		},
		{
			Code:   "contacted_unassigned",
			Raises: warnedOf(contactsOf(Unassigned, Contacts{Sent: 5})),
			Says:   "messages went to 5 customers outside all arms, and neither they nor what they cost are in the comparison",
			Silent: warnedOf(contactsOf(Unassigned, Contacts{Messages: 5})), // nothing was sent
		},
		{
			Code:   "contacted_early",
			Raises: warnedOf(contactsOf(experiment.Champion, Contacts{Sent: 9, Early: 6})),
			Says:   "messages went to 6 customers before their assignment, so what the message did to them may lie before their window",
			Silent: warnedOf(contactsOf(experiment.Champion, Contacts{Sent: 9, Early: 0})),
		},
	})
}

// Where most of the assigned are unknown nothing is measured.
func TestMostUnknownCustomersAreRefused(t *testing.T) {
	if err := withoutPriorOrder(501, 1000)(pipelinetest.NewContext()); failure.KindOf(err) != failure.Input {
		t.Errorf("501 of 1,000 are unknown: %v", err)
	}
}
