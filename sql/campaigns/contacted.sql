-- contacted: everyone whom the campaign contacted, whatever message they got: what
-- happened at all, what all their contacts cost, and what they redeemed of the discounts
-- that they were sent from their assignment to the end of their window, both in minor
-- units with four decimals, which are rounded where they are summed.
--
-- grain: one row per customer_id
-- reads: contact_rows, assignments, campaign_terms
select
    contact_rows.customer_id,
    count(*) as messages,
    max(case when contact_rows.is_delivered then 1 else 0 end) as delivered,
    max(case when contact_rows.is_opened then 1 else 0 end) as opened,
    max(case when contact_rows.is_clicked then 1 else 0 end) as responded,
    cast(sum(contact_rows.cost_minor) as decimal(38, 4)) as cost,
    -- one that came before or after lets nothing off what is counted as revenue
    cast(sum(
        case
            when day_difference(assignments.assigned_on, contact_rows.sent_on) between 0 and campaign_terms.window_days
                then contact_rows.discount_minor
            else 0
        end
    ) as decimal(38, 4)) as discount,
    min(contact_rows.sent_on) as first_sent_on,
    -- an arm that the tool does not name, or not as assigned, contradicts nothing
    min(case when contact_rows.arm in ('none', 'champion', 'challenger', 'global_holdout') then contact_rows.arm end) as least_arm,
    max(case when contact_rows.arm in ('none', 'champion', 'challenger', 'global_holdout') then contact_rows.arm end) as greatest_arm,
    max(case when contact_rows.arm in ('', 'none', 'champion', 'challenger', 'global_holdout') then 0 else 1 end) as is_of_unknown_arm
from contact_rows
cross join campaign_terms
left join assignments
    on contact_rows.customer_id = assignments.customer_id
where contact_rows.reason = 'used'
group by contact_rows.customer_id
