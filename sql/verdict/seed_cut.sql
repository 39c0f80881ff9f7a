-- seed_cut: the lifetime value from which a repeat customer who is worth retaining is
-- among the top tenth: the ones whose likeness an ad platform should look for.
--
-- grain: one row
-- reads: marks, params
with

repeaters as (
    select
        coalesce(marks.margin_minor, marks.revenue_minor)
            + to_minor(marks.clv, params.minor_per_unit) as lifetime_minor
    from marks
    cross join params
    where marks.repeat_purchases > 0
        and marks.mark = 'retain'
),

final as (
    select cast(percentile_disc(0.1) within group (order by lifetime_minor desc) as bigint) as lifetime_minor
    from repeaters
)

select * from final
