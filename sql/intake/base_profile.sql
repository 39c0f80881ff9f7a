-- base_profile: how many ids have a used row, how many of them are customers, who of
-- these bought again, the largest customer, and
-- the median purchase: the smallest value that at least half of the purchases do not
-- exceed.
--
-- grain: one row
-- reads: profile_customers, purchase_values
with

customers as (
    select
        count(*) as ids,
        coalesce(cast(sum(case when purchase_days > 0 then 1 else 0 end) as bigint), 0) as customers,
        coalesce(cast(sum(case when purchase_days > 1 then 1 else 0 end) as bigint), 0) as repeat_customers,
        coalesce(cast(sum(purchase_days) as bigint), 0) as purchases,
        coalesce(cast(sum(case when purchase_days > 0 then net_minor else 0 end) as bigint), 0) as net_minor,
        coalesce(max(case when purchase_days > 0 then net_minor end), 0) as largest_minor
    from profile_customers
),

cumulated as (
    select
        purchase_minor,
        sum(purchases) over (order by purchase_minor) as purchases_up_to,
        sum(purchases) over () as purchases_in_all
    from purchase_values
),

median as (
    select min(purchase_minor) as median_minor
    from cumulated
    where purchases_up_to * 2 >= purchases_in_all
),

final as (
    select
        customers.ids,
        customers.customers,
        customers.repeat_customers,
        customers.purchases,
        customers.net_minor,
        customers.largest_minor,
        coalesce(median.median_minor, 0) as median_minor
    from customers
    cross join median
)

select * from final
