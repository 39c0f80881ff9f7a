-- repeated_orders: at order grain, the rows whose order another row stands for: the
-- earliest one, ties by content. A row that equals it in all that is mapped is
-- repeated, any other is a duplicate_order. Where returns belong to their order, its
-- negative rows repeat nothing. A version that stood until a newer one was known is
-- compared within itself, for what was known on an earlier day.
--
-- grain: one row per (file_number, file_row)
-- reads: order_rows, superseded_rows
with

candidates as (
    select
        -- a blank id, as exports write a missing one, is none
        case when not is_blank(order_rows.order_id) then order_rows.order_id end as order_id,
        order_rows.ordered_at,
        order_rows.customer_id,
        order_rows.amount_minor,
        order_rows.margin_minor,
        order_rows.currency,
        order_rows.channel,
        order_rows.version_number,
        order_rows.versioned_at,
        order_rows.attribute_1,
        order_rows.attribute_2,
        order_rows.attribute_3,
        order_rows.attribute_4,
        order_rows.attribute_5,
        order_rows.attribute_6,
        order_rows.attribute_7,
        order_rows.attribute_8,
        coalesce(superseded_rows.version_rank, 0) as version_rank, -- what stands now has none
        order_rows.file_number,
        order_rows.file_row
    from order_rows
    left join superseded_rows
        on order_rows.file_number = superseded_rows.file_number
        and order_rows.file_row = superseded_rows.file_row
    where order_rows.is_order_grain
        and order_rows.row_reason is null
        and (superseded_rows.file_row is null or superseded_rows.known_until is not null)
        and not (order_rows.nets_by_order and order_rows.amount_minor < 0)
),

several as (
    select
        order_id,
        version_rank
    from candidates
    where order_id is not null
    group by order_id, version_rank
    having count(*) > 1
),

ranked as (
    select
        candidates.file_number,
        candidates.file_row,
        -- rows of one content are of one rank
        rank() over (
            partition by candidates.order_id, candidates.version_rank
            order by
                candidates.ordered_at,
                candidates.customer_id,
                candidates.amount_minor,
                candidates.margin_minor nulls last,
                candidates.channel nulls last,
                candidates.currency nulls last,
                candidates.version_number nulls last,
                candidates.versioned_at nulls last,
                candidates.attribute_1 nulls last,
                candidates.attribute_2 nulls last,
                candidates.attribute_3 nulls last,
                candidates.attribute_4 nulls last,
                candidates.attribute_5 nulls last,
                candidates.attribute_6 nulls last,
                candidates.attribute_7 nulls last,
                candidates.attribute_8 nulls last
        ) as content_rank,
        candidates.order_id,
        candidates.version_rank
    from candidates
    inner join several
        on candidates.order_id = several.order_id
        and candidates.version_rank = several.version_rank
),

placed as (
    select
        file_number,
        file_row,
        content_rank,
        row_number() over (partition by order_id, version_rank order by content_rank, file_number, file_row) as row_rank
    from ranked
),

final as (
    select
        file_number,
        file_row,
        case when content_rank = 1 then 'repeated' else 'duplicate_order' end as reason
    from placed
    where row_rank > 1
)

select * from final
