-- start_medians: the day by which half of the customers who started by each value have
-- purchased again: where the Kaplan-Meier estimate has fallen to a half. Its logarithm is
-- summed in whole millionths of a millionth, with the last of those at risk as a fall to
-- nothing; a product of shares may miss the half that it equals by one of them.
--
-- grain: one row per value_number whose estimate falls so far
-- reads: start_times
with

steps as (
    select
        value_number,
        day,
        case
            when events = at_risk then fixed_point(-1e3, 1000000000000)
            else fixed_point(ln((at_risk - events) / cast(at_risk as double)), 1000000000000)
        end as fall
    from start_times
),

curve as (
    select
        value_number,
        day,
        cast(
            sum(fall) over (
                partition by value_number
                order by day
                rows between unbounded preceding and current row
            ) as bigint
        ) as log_survival
    from steps
),

final as (
    select
        value_number,
        min(day) as median_days
    from curve
    where log_survival <= fixed_point(ln(0.5e0), 1000000000000) + 1000
    group by value_number
)

select * from final
