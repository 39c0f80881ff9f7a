-- seed_cut: the lifetime value from which a repeat customer is among the top
-- tenth: the ones whose likeness an ad platform should look for.
--
-- grain: one row
-- reads: value, params
with

repeaters as (
    select
        coalesce(value.margin_minor, value.revenue_minor)
            + to_minor(value.clv, params.minor_per_unit) as lifetime_minor
    from value
    cross join params
    where value.repeat_purchases > 0
        and value.clv is not null
),

final as (
    select cast(percentile_disc(0.1) within group (order by lifetime_minor desc) as bigint) as lifetime_minor
    from repeaters
)

select * from final
