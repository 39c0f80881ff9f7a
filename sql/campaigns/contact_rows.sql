-- contact_rows: every row of the contact files, of the customer that its id was merged
-- into, classified: the first reason why it is not used, 'other_campaign', or 'used'. Whatever is not said to have
-- happened has not. No text is null here: see orders on stored texts. Costs and
-- discounts are minor units with four decimals, which are rounded where they are summed.
--
-- grain: one row per row of the contact files
-- reads: contacts_input, identities, campaign_terms, input_limits, params
select
    coalesce(identities.to_id, contacts_input.customer_id, '') as customer_id,
    coalesce(contacts_input.campaign, '') as campaign,
    coalesce(contacts_input.arm, '') as arm,
    contacts_input.sent_at,
    case
        when contacts_input.sent_at >= input_limits.readable_from
            and contacts_input.sent_at < input_limits.readable_before then cast(contacts_input.sent_at as date)
    end as sent_on,
    coalesce(contacts_input.delivered, false) as is_delivered,
    coalesce(contacts_input.opened, false) as is_opened,
    coalesce(contacts_input.clicked, false) as is_clicked,
    contacts_input.cost,
    case
        when not campaign_terms.has_cost then cast(0 as decimal(22, 4))
        when is_finite(contacts_input.cost) and contacts_input.cost between 0 and input_limits.max_amount
            then cost_minor(contacts_input.cost, params.minor_per_unit)
    end as cost_minor,
    -- who is not said to have redeemed anything has not
    case
        when contacts_input.discount is null or not campaign_terms.has_discount then cast(0 as decimal(22, 4))
        when is_finite(contacts_input.discount) and contacts_input.discount between 0 and input_limits.max_amount
            then cost_minor(contacts_input.discount, params.minor_per_unit)
    end as discount_minor,
    case when campaign_terms.has_discount and contacts_input.discount is not null then 1 else 0 end as tells_discount,
    contacts_input.file_number,
    contacts_input.file_row,
    case
        when contacts_input.campaign is null or is_blank(contacts_input.campaign) then 'null_campaign'
        when contacts_input.campaign <> campaign_terms.campaign then 'other_campaign'
        when contacts_input.customer_id is null or is_blank(contacts_input.customer_id) then 'null_customer'
        when contacts_input.sent_at is null then 'null_time'
        when contacts_input.sent_at < input_limits.readable_from
            or contacts_input.sent_at >= input_limits.readable_before then 'unreadable_time'
        -- a missing cost is not 0
        when campaign_terms.has_cost and contacts_input.cost is null then 'null_cost'
        when campaign_terms.has_cost
            and (not is_finite(contacts_input.cost) or not contacts_input.cost between 0 and input_limits.max_amount) then 'unusable_cost'
        when campaign_terms.has_discount
            and (not is_finite(contacts_input.discount) or not contacts_input.discount between 0 and input_limits.max_amount) then 'unusable_discount'
        when cast(contacts_input.sent_at as date) > params.as_of then 'after_as_of'
        else 'used'
    end as reason
from contacts_input
left join identities
    on contacts_input.customer_id = identities.from_id
cross join campaign_terms
cross join input_limits
cross join params
