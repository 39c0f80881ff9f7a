-- contacted: everyone whom the campaign contacted, whatever message they got: what
-- happened at all, what all their contacts cost, and what they were let off, both in minor
-- units with four decimals, which are rounded where they are summed. The discount is what
-- the column says, that of the window: a message may go out before or after a person is
-- assigned, so the day of the send says nothing of when the discount was redeemed.
--
-- grain: one row per customer_id
-- reads: contact_rows
select
    customer_id,
    count(*) as messages,
    max(case when is_delivered then 1 else 0 end) as delivered,
    max(case when is_opened then 1 else 0 end) as opened,
    max(case when is_clicked then 1 else 0 end) as responded,
    cast(sum(cost_minor) as decimal(38, 4)) as cost,
    cast(sum(discount_minor) as decimal(38, 4)) as discount,
    max(tells_discount) as tells_discount,
    min(sent_on) as first_sent_on,
    -- an arm that the tool does not name, or not as assigned, contradicts nothing
    min(case when arm in ('none', 'champion', 'challenger', 'global_holdout') then arm end) as least_arm,
    max(case when arm in ('none', 'champion', 'challenger', 'global_holdout') then arm end) as greatest_arm,
    max(case when arm in ('', 'none', 'champion', 'challenger', 'global_holdout') then 0 else 1 end) as is_of_unknown_arm
from contact_rows
where reason = 'used'
group by customer_id
