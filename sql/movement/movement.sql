-- movement: how many customers, and what of their value, each cause has moved from one
-- segment, mark or stage of life to another since the run before; those whose value alone
-- it changed stay where they are. The causes of a measure, taken one after the other, take
-- it from what that run published to what this one does.
--
-- grain: one row per (measure, moved_from, moved_to, cause), none without a run before
-- reads: moves, predecessor
with

sums as (
    select
        cause,
        segment_from,
        segment_to,
        lifecycle_from,
        lifecycle_to,
        mark_from,
        mark_to,
        is_before,
        is_after,
        count(*) as customers,
        cast(sum(clv_from_minor) as bigint) as before_minor,
        cast(sum(clv_to_minor) as bigint) as after_minor,
        max(clv_from_minor <> clv_to_minor) as is_changed
    from moves
    group by cause, segment_from, segment_to, lifecycle_from, lifecycle_to, mark_from, mark_to, is_before, is_after
),

measured as (
    select
        'segment' as measure,
        segment_from as moved_from,
        segment_to as moved_to,
        sums.*
    from sums
    union all
    select
        'lifecycle',
        lifecycle_from,
        lifecycle_to,
        sums.*
    from sums
    union all
    select
        'mark',
        mark_from,
        mark_to,
        sums.*
    from sums
),

-- who is in a run without a model is somewhere, and not nowhere
named as (
    select
        measure,
        case when is_before then coalesce(moved_from, 'not_valued') end as moved_from,
        case when is_after then coalesce(moved_to, 'not_valued') end as moved_to,
        cause,
        customers,
        before_minor,
        after_minor,
        is_changed
    from measured
),

totals as (
    select
        measure,
        moved_from,
        moved_to,
        cause,
        cast(sum(customers) as bigint) as customers,
        cast(sum(before_minor) as bigint) as before_minor,
        cast(sum(after_minor) as bigint) as after_minor,
        max(is_changed) as is_changed
    from named
    group by measure, moved_from, moved_to, cause
),

final as (
    select
        predecessor.as_of,
        totals.measure,
        totals.moved_from,
        totals.moved_to,
        totals.cause,
        totals.customers,
        money(totals.before_minor, predecessor.minor_per_unit) as clv_before,
        money(totals.after_minor, predecessor.minor_per_unit) as clv_after,
        money(totals.after_minor - totals.before_minor, predecessor.minor_per_unit) as clv_change
    from totals
    cross join predecessor
    where totals.is_changed
        or totals.moved_from is null
        or totals.moved_to is null
        or totals.moved_from <> totals.moved_to
)

select * from final
