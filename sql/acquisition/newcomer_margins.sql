-- newcomer_margins: what each customer's margin added up to at ages at which
-- customers are compared, returns netted on the day they arrived; horizon_minor is
-- that of the first horizon_days, discounted to the first purchase, and focus_minor that
-- of the first focus_days. Beside it what the first order is worth and, as the money that
-- is counted, the days after it. Empty where aged_days is.
--
-- grain: one row per customer_id
-- reads: aged_days, params
with

sums as (
    select
        aged_days.customer_id,
        cast(sum(aged_days.first_minor) as bigint) as first_minor,
        cast(sum(aged_days.repeat_minor) as bigint) as repeat_minor,
        cast(sum(case when aged_days.age_days = 0 then aged_days.money_minor else 0 end) as bigint) as first_day_minor,
        cast(sum(case when aged_days.age_days <= 90 then aged_days.money_minor else 0 end) as bigint) as money_90_minor,
        cast(sum(case when aged_days.age_days <= 180 then aged_days.money_minor else 0 end) as bigint) as money_180_minor,
        cast(sum(case when aged_days.age_days <= 365 then aged_days.money_minor else 0 end) as bigint) as money_365_minor,
        cast(sum(case when aged_days.age_days <= params.horizon_days then aged_days.discounted_minor else 0 end) as bigint)
            as horizon_minor,
        cast(sum(case when aged_days.age_days <= params.focus_days then aged_days.discounted_minor else 0 end) as bigint)
            as focus_minor
    from aged_days
    cross join params
    group by aged_days.customer_id
),

final as (
    select
        sums.customer_id,
        fixed_point(coalesce(params.margin_rate, 1e0) * sums.first_minor, 1) as first_order_minor,
        sums.repeat_minor,
        fixed_point(coalesce(params.margin_rate, 1e0) * sums.first_day_minor, 1) as first_day_minor,
        fixed_point(coalesce(params.margin_rate, 1e0) * sums.money_90_minor, 1) as margin_90_minor,
        fixed_point(coalesce(params.margin_rate, 1e0) * sums.money_180_minor, 1) as margin_180_minor,
        fixed_point(coalesce(params.margin_rate, 1e0) * sums.money_365_minor, 1) as margin_365_minor,
        sums.horizon_minor,
        sums.focus_minor
    from sums
    cross join params
)

select * from final
