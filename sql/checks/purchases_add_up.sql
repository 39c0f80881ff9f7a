-- purchases_add_up: what purchases are worth and what was returned of none make the
-- money of the used rows, and margin likewise; the customers hold the purchases.
--
-- grain: one row per rule
-- reads: day_money, base_rates, returns_only, row_counts
with

days as (
    select
        coalesce(cast(sum(purchase_minor) as bigint), 0) as purchase_minor,
        coalesce(cast(sum(other_return_minor) as bigint), 0) as other_return_minor,
        coalesce(cast(sum(margin_minor) as bigint), 0) as margin_minor,
        coalesce(cast(sum(purchase_margin_minor) as bigint), 0) as purchase_margin_minor,
        coalesce(cast(sum(case when other_return_minor > 0 then 1 else 0 end) as bigint), 0) as gains
    from day_money
),

used as (
    select coalesce(cast(sum(case when reason = 'used' then amount_minor else 0 end) as bigint), 0) as amount_minor
    from row_counts
),

compared as (
    select
        'purchases and other returns hold the used orders (minor units)' as rule,
        days.purchase_minor + days.other_return_minor as got,
        used.amount_minor as want
    from days cross join used
    union all
    select 'purchases and other returns hold the margin (minor units)', days.purchase_margin_minor, days.margin_minor
    from days
    union all
    select 'customers hold the purchases (minor units)', base_rates.purchase_revenue_minor, days.purchase_minor
    from base_rates cross join days
    union all
    select 'customers and returns-only hold the other returns (minor units)',
        base_rates.later_returns_minor + returns_only.revenue_minor, days.other_return_minor
    from base_rates cross join returns_only cross join days
    union all
    select 'no day without a purchase is worth more than nothing', days.gains, 0
    from days
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
