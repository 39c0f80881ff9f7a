-- histories_year_ago: the distinct purchase histories of the customers there were a year
-- ago, as known then, and how many shared each: an order that was returned in full
-- later was one. By the group that may get parameters of its own.
--
-- grain: one row per (fit_group, repeat_purchases, age_at_last_purchase_days, customer_age_days)
-- reads: customer_days, look_days, summary, first_channels, earlier_first_purchases, candidate_groups, params
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
    where customer_days.reason = 'used'
        and customer_days.order_day <= params.year_ago
        and coalesce(look_days.is_purchase, customer_days.is_purchase)
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
    select earlier_first_purchases.customer_id
    from earlier_first_purchases
    inner join params
        on earlier_first_purchases.look_day = params.year_ago
),

-- nobody is in one unless channels have parameters of their own
groups as (
    select
        first_channels.customer_id,
        candidate_groups.fit_group
    from first_channels
    inner join params
        on first_channels.look_day = params.year_ago
    inner join candidate_groups
        on first_channels.first_channel = candidate_groups.first_channel
    union all
    select
        summary.customer_id,
        candidate_groups.fit_group
    from summary
    inner join candidate_groups
        on summary.first_channel = candidate_groups.first_channel
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
