-- purchases_add_up: what purchases are worth and what was returned of none make the
-- money of the used rows, and margin likewise; the customers hold both.
--
-- grain: one row per rule
-- reads: day_money, order_returns, base_rates, returns_only, row_counts
with

days as (
    select
        coalesce(cast(sum(purchase_minor) as bigint), 0) as purchase_minor,
        coalesce(cast(sum(other_day_minor) as bigint), 0) as other_day_minor,
        coalesce(cast(sum(margin_minor) as bigint), 0) as margin_minor,
        coalesce(cast(sum(worth_margin_minor) as bigint), 0) as worth_margin_minor
    from day_money
),

left_over as (
    select
        coalesce(cast(sum(left_minor) as bigint), 0) as left_minor,
        coalesce(cast(sum(left_margin_minor) as bigint), 0) as left_margin_minor
    from order_returns
),

used as (
    select coalesce(cast(sum(case when reason = 'used' then amount_minor else 0 end) as bigint), 0) as amount_minor
    from row_counts
),

compared as (
    select
        'purchases and other returns hold the used orders (minor units)' as rule,
        days.purchase_minor + days.other_day_minor + left_over.left_minor as got,
        used.amount_minor as want
    from days cross join left_over cross join used
    union all
    select
        'purchases and other returns hold the margin (minor units)',
        days.worth_margin_minor + left_over.left_margin_minor,
        days.margin_minor
    from days cross join left_over
    union all
    select 'customers hold the purchases (minor units)', base_rates.purchase_revenue_minor, days.purchase_minor
    from base_rates cross join days
    union all
    select
        'customers and returns-only hold the other returns (minor units)',
        base_rates.later_returns_minor + returns_only.revenue_minor,
        days.other_day_minor + left_over.left_minor
    from base_rates cross join returns_only cross join days cross join left_over
),

final as (
    select
        rule,
        got,
        want,
        cast(null as string) as example
    from compared
)

select * from final
