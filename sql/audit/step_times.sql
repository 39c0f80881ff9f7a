-- step_times: how many days after each of their purchases customers made the next
-- (events), or as_of came without it (censored). Mature are the purchases that are
-- retention_days old or older.
--
-- grain: one row per (purchase_number, day)
-- reads: purchase_gaps, waiting_times, params
with

ends as (
    select
        purchase_gaps.purchase_number,
        purchase_gaps.gap_days as day,
        purchase_gaps.gaps as events,
        cast(0 as bigint) as censored,
        case when purchase_gaps.is_mature then purchase_gaps.gaps else 0 end as mature,
        case
            when purchase_gaps.is_mature and purchase_gaps.gap_days <= params.retention_days then purchase_gaps.gaps
            else 0
        end as mature_events
    from purchase_gaps
    cross join params
    where purchase_gaps.is_new
    union all
    select
        waiting_times.purchase_number,
        waiting_times.waiting_days as day,
        cast(0 as bigint) as events,
        waiting_times.customers as censored,
        case when waiting_times.waiting_days >= params.retention_days then waiting_times.customers else 0 end as mature,
        cast(0 as bigint) as mature_events
    from waiting_times
    cross join params
),

final as (
    select
        purchase_number,
        day,
        cast(sum(events) as bigint) as events,
        cast(sum(censored) as bigint) as censored,
        cast(sum(mature) as bigint) as mature,
        cast(sum(mature_events) as bigint) as mature_events
    from ends
    group by purchase_number, day
)

select * from final
