-- repeated_orders: at order grain, the order ids that more than one usable row
-- carries, and the row that stands: the earliest, ties by content first so that
-- the choice does not depend on how the rows are spread over files.
--
-- grain: one row per order_id
-- reads: order_rows, params
with

candidates as (
    select
        -- a blank id, as exports write a missing one, is none
        case when not is_blank(order_rows.order_id) then order_rows.order_id end as order_id,
        order_rows.ordered_at,
        order_rows.customer_id,
        order_rows.amount_minor,
        order_rows.margin_minor,
        order_rows.channel,
        order_rows.file_number,
        order_rows.file_row
    from order_rows
    cross join params
    where params.is_order_grain
        and order_rows.row_reason is null
),

repeated as (
    select order_id
    from candidates
    where order_id is not null
    group by order_id
    having count(*) > 1
),

ranked as (
    select
        candidates.order_id,
        candidates.file_number,
        candidates.file_row,
        row_number() over (
            partition by candidates.order_id
            order by
                candidates.ordered_at,
                candidates.customer_id,
                candidates.amount_minor,
                candidates.margin_minor nulls last,
                candidates.channel nulls last,
                candidates.file_number,
                candidates.file_row
        ) as row_rank
    from candidates
    inner join repeated
        on candidates.order_id = repeated.order_id
),

final as (
    select
        order_id,
        file_number,
        file_row
    from ranked
    where row_rank = 1
)

select * from final
