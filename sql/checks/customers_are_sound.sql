-- customers_are_sound: no value missing where it must stand, no NaN, no infinity,
-- no probability outside 0 to 1. Who purchases is a customer still: by one model of both
-- no chance of it is above p_alive, which the pool knows nothing of.
--
-- grain: one row per rule
-- reads: customers, pool_terms, params
with

pools as (
    select count(*) as pools
    from pool_terms
),

sums as (
    select
        cast(sum(case when segment is null or revenue is null or first_purchase_date is null then 1 else 0 end) as bigint)
            as incomplete,
        cast(sum(case
            when not (p_alive between 0 and 1 and p_purchase_30d between 0 and p_purchase_90d
                and p_purchase_90d <= p_purchase_365d
                and p_purchase_365d <= case when pools > 0 then 1e0 else p_alive end
                and keep_probability between 0 and case when pools > 0 then 1e0 else p_alive end) then 1
            else 0
        end) as bigint) as improbable,
        cast(sum(case
            when isnan(clv) or isnan(expected_purchases) or isnan(expected_purchase_value) or isnan(keep_value)
                or isnan(clv_low) or isnan(clv_high) or clv_low > clv_high
                or abs(clv) > params.max_sound_money or abs(clv_high) > params.max_sound_money
                or expected_purchases < 0 or expected_purchases > params.max_sound_purchases then 1
            else 0
        end) as bigint) as unsound,
        cast(sum(case
            when age_at_last_purchase_days > customer_age_days or age_at_last_purchase_days < 0
                or (repeat_purchases = 0) <> (age_at_last_purchase_days = 0)
                or repeat_purchases > age_at_last_purchase_days then 1
            else 0
        end) as bigint) as impossible
    from customers
    cross join params
    cross join pools
),

broken as (
    select 'segment, revenue and first_purchase_date are known' as rule, incomplete as customers from sums
    union all select 'probabilities lie in 0 to 1 and grow with the horizon', improbable from sums
    union all select 'model values are finite', unsound from sums
    union all select 'histories are possible: x days of purchase within t_x days, t_x within T', impossible from sums
),

final as (
    select
        rule,
        customers as got,
        cast(0 as bigint) as want,
        cast(null as string) as example
    from broken
)

select * from final
