-- newcomer_activity: the margin that customers brought at each age in days, by channel
-- and month of acquisition; money_minor is revenue where margin is a share of it or is
-- not known. What moved before the first purchase counts at age 0. Without spend there is
-- nothing to compare with.
--
-- grain: one row per (first_channel, cohort_month, is_trailing, age_days)
-- reads: customer_days, summary, params
with

days as (
    select
        summary.first_channel,
        cast(date_trunc('month', summary.first_purchase_date) as date) as cohort_month,
        summary.is_trailing,
        age_on(summary.first_purchase_date, customer_days.order_day) as age_days,
        counted_money(customer_days.margin_minor, customer_days.net_minor, params.margin_rate, params.has_margin) as money_minor
    from customer_days
    inner join summary
        on customer_days.customer_id = summary.customer_id
    cross join params
    where params.has_spend
),

final as (
    select
        first_channel,
        cohort_month,
        is_trailing,
        age_days,
        cast(sum(money_minor) as bigint) as money_minor
    from days
    group by first_channel, cohort_month, is_trailing, age_days
)

select * from final
