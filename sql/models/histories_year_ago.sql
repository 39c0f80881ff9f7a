-- histories_year_ago: the distinct purchase histories of the customers there were a year
-- ago, as known then, and how many shared each: an order that was returned in full
-- later was one. By the group that may get parameters of its own. Old are those whom the
-- files show from their start, as in summary.
--
-- grain: one row per (fit_group, repeat_purchases, age_at_last_purchase_days, customer_age_days)
-- reads: customer_days, look_days, summary, first_channels, earlier_first_purchases, candidate_groups, newcomer_span, params
with

purchase_days as (
    select
        customer_days.customer_id,
        customer_days.order_day,
        params.year_ago
    from customer_days
    cross join params
    left join look_days
        on customer_days.customer_id = look_days.customer_id
        and customer_days.order_day = look_days.order_day
        and params.year_ago = look_days.look_day
    where customer_days.order_day <= params.year_ago
        and coalesce(look_days.is_purchase, customer_days.is_purchase)
    union all
    -- days on which a newer version has left nothing since
    select
        look_days.customer_id,
        look_days.order_day,
        look_days.look_day as year_ago
    from look_days
    inner join params
        on look_days.look_day = params.year_ago
    left join customer_days
        on look_days.customer_id = customer_days.customer_id
        and look_days.order_day = customer_days.order_day
    where look_days.is_purchase
        and customer_days.customer_id is null
),

customers as (
    select
        customer_id,
        year_ago,
        min(order_day) as first_purchase_date,
        max(order_day) as last_purchase_date,
        count(*) as purchases
    from purchase_days
    group by customer_id, year_ago
),

-- the customers of whom something was known otherwise
changed as (
    select
        earlier_first_purchases.customer_id,
        earlier_first_purchases.first_purchase_date >= params.fit_from
            and earlier_first_purchases.first_purchase_date < newcomer_span.new_from as is_old,
        coalesce(first_channels.first_channel, '') as first_channel
    from earlier_first_purchases
    inner join params
        on earlier_first_purchases.look_day = params.year_ago
    cross join newcomer_span
    left join first_channels
        on earlier_first_purchases.customer_id = first_channels.customer_id
        and earlier_first_purchases.look_day = first_channels.look_day
),

-- nobody is in one unless old customers or channels have parameters of their own
groups as (
    select
        changed.customer_id,
        candidate_groups.fit_group
    from changed
    inner join candidate_groups
        on changed.is_old = candidate_groups.is_old
        and case when changed.is_old then '' else changed.first_channel end = candidate_groups.first_channel
    union all
    select
        summary.customer_id,
        candidate_groups.fit_group
    from summary
    inner join candidate_groups
        on summary.is_old = candidate_groups.is_old
        and case when summary.is_old then '' else summary.first_channel end = candidate_groups.first_channel
    left join changed
        on summary.customer_id = changed.customer_id
    where changed.customer_id is null
),

histories as (
    select
        coalesce(groups.fit_group, 0) as fit_group,
        customers.purchases - 1 as repeat_purchases,
        day_difference(customers.first_purchase_date, customers.last_purchase_date) as age_at_last_purchase_days,
        day_difference(customers.first_purchase_date, customers.year_ago) as customer_age_days
    from customers
    left join groups
        on customers.customer_id = groups.customer_id
),

final as (
    select
        fit_group,
        repeat_purchases,
        age_at_last_purchase_days,
        customer_age_days,
        count(*) as customers
    from histories
    group by fit_group, repeat_purchases, age_at_last_purchase_days, customer_age_days
)

select * from final
