-- seed_cut: the lifetime value from which a repeat customer who is worth retaining is
-- among the top tenth: the ones whose likeness an ad platform should look for.
--
-- Counted by value first: percentile_disc holds each customer's value in memory.
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

lifetimes as (
    select lifetime_minor, count(*) as customers
    from repeaters
    group by lifetime_minor
),

lifetimes_down_to as (
    select
        lifetime_minor,
        sum(customers) over (order by lifetime_minor desc) as down_to,
        sum(customers) over () as customers
    from lifetimes
),

final as (
    select max(case when 10 * down_to >= customers then lifetime_minor end) as lifetime_minor
    from lifetimes_down_to
)

select * from final
