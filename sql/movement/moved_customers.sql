-- moved_customers: who moved from one segment, mark or stage of life to another, by what,
-- and what that did to their value.
--
-- grain: one row per (customer_id, measure, cause) that moved the customer
-- reads: moves, predecessor
with

measured as (
    select
        customer_id,
        'segment' as measure,
        segment_from as moved_from,
        segment_to as moved_to,
        cause,
        clv_to_minor - clv_from_minor as change_minor
    from moves
    union all
    select
        customer_id,
        'lifecycle',
        lifecycle_from,
        lifecycle_to,
        cause,
        clv_to_minor - clv_from_minor
    from moves
    union all
    select
        customer_id,
        'mark',
        mark_from,
        mark_to,
        cause,
        clv_to_minor - clv_from_minor
    from moves
),

final as (
    select
        measured.customer_id,
        measured.measure,
        measured.moved_from,
        measured.moved_to,
        measured.cause,
        money(measured.change_minor, predecessor.minor_per_unit) as clv_change
    from measured
    cross join predecessor
    where measured.moved_from is distinct from measured.moved_to
)

select * from final
