-- rounding: what rounding each amount to the minor unit moves, in hundredths of that
-- unit, beside the money after rounding. Rows that are not kept have no part in it.
--
-- grain: one row
-- reads: orders_input, input_limits
with

amounts as (
    select
        orders_input.amount,
        orders_input.minor_per_unit,
        to_minor(orders_input.amount, orders_input.minor_per_unit) as amount_minor
    from orders_input
    cross join input_limits
    where orders_input.is_kept
        and is_finite(orders_input.amount)
        and abs(orders_input.amount) <= input_limits.max_amount
),

-- most amounts are whole, and spared the arithmetic
moves as (
    select
        amount_minor,
        case
            when amount * minor_per_unit = amount_minor then 0
            else fixed_point(amount * minor_per_unit - amount_minor, 1e2)
        end as moved_hundredths
    from amounts
),

final as (
    select
        coalesce(cast(sum(moved_hundredths) as bigint), 0) as moved_hundredths,
        coalesce(cast(sum(amount_minor) as bigint), 0) as rounded_minor,
        coalesce(cast(sum(case when moved_hundredths <> 0 then 1 else 0 end) as bigint), 0) as moved_rows
    from moves
)

select * from final
