-- order_days: the rows of each day, those that can be used and all of them: from the
-- former the as-of day is taken, by the latter it is judged which days are missing,
-- for a shop whose late orders still wait for their status has rows for them.
--
-- A row can be used that breaks no rule by itself, whatever its version, its order or
-- its day says.
--
-- grain: one row per order_day
-- reads: orders, superseded_rows, input_limits
with

judged as (
    select
        orders.order_day,
        case
            when superseded_rows.file_row is null
                then orders.reason in ('used', 'after_as_of', 'repeated', 'duplicate_order')
            else superseded_rows.row_reason is null
        end as is_usable
    from orders
    cross join input_limits
    left join superseded_rows
        on orders.file_number = superseded_rows.file_number
        and orders.file_row = superseded_rows.file_row
    where orders.order_day >= cast(input_limits.readable_from as date)
        and orders.order_day < cast(input_limits.readable_before as date)
),

final as (
    select
        order_day,
        cast(sum(case when is_usable then 1 else 0 end) as bigint) as order_rows,
        count(*) as all_rows
    from judged
    group by order_day
)

select * from final
