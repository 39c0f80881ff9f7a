-- superseded_rows: where orders have versions, the rows that do not stand because of
-- theirs: those of a lower version than the highest of their order, and those of a
-- version that is not known yet on a day that was asked for, which supersede nothing.
-- Without such a day the files are taken for what is known, but for what has a day that
-- cannot be: it says that there is none. A row without a
-- version is lower than any with one. A version that is a number is known from the day
-- of its row on.
--
-- A superseded row stood until a higher version was known: from known_from on, the first
-- version from the day of its order on, to the day before known_until. Both are null
-- where it never did. What has no day, or a later one than as_of, is known on that: the day
-- that was asked for, else the last one of a row that breaks no rule by itself.
--
-- grain: one row per (file_number, file_row)
-- reads: order_rows, input_limits
with

known_days as (
    select coalesce(asked_as_of, cast(readable_before as date)) as known_until
    from input_limits
),

versions as (
    select
        -- a blank id, as exports write a missing one, is none
        case when not is_blank(order_rows.order_id) then order_rows.order_id end as order_id,
        order_rows.version_number,
        order_rows.versioned_at,
        input_limits.asked_as_of,
        order_rows.order_day,
        coalesce(order_rows.version_day > known_days.known_until, false) as is_of_later,
        coalesce(coalesce(order_rows.version_day, order_rows.order_day) > known_days.known_until, false) as is_unknown,
        coalesce(order_rows.version_day, order_rows.order_day) as known_day,
        order_rows.row_reason,
        order_rows.file_number,
        order_rows.file_row
    from order_rows
    cross join input_limits
    cross join known_days
    where order_rows.has_version
),

as_of_days as (
    select coalesce(max(asked_as_of), max(case when row_reason is null then order_day end)) as as_of
    from versions
),

highest as (
    select
        order_id,
        max(version_number) as version_number,
        max(versioned_at) as versioned_at
    from versions
    where order_id is not null
        and not is_unknown
        and (version_number is not null or versioned_at is not null)
    group by order_id
),

unfit as (
    select
        versions.order_id,
        versions.row_reason,
        versions.file_number,
        versions.file_row,
        case when versions.is_of_later then 'after_as_of' else 'superseded' end as reason
    from versions
    left join highest
        on versions.order_id = highest.order_id
    where versions.is_of_later
        or (
            highest.order_id is not null
            and coalesce(
                versions.version_number < highest.version_number,
                versions.versioned_at < highest.versioned_at,
                true
            )
        )
),

several as (
    select order_id
    from unfit
    where reason = 'superseded'
    group by order_id
),

ranked as (
    select
        versions.order_id,
        least(coalesce(versions.known_day, as_of_days.as_of), as_of_days.as_of) as known_on,
        versions.file_number,
        versions.file_row,
        cast(dense_rank() over (
            partition by versions.order_id
            order by versions.version_number nulls first, versions.versioned_at nulls first
        ) as bigint) as version_rank
    from versions
    cross join as_of_days
    inner join several
        on versions.order_id = several.order_id
    where not versions.is_unknown
),

first_known as (
    select
        order_id,
        version_rank,
        min(known_on) as known_on
    from ranked
    group by order_id, version_rank
),

spans as (
    select
        order_id,
        version_rank,
        case when version_rank > 1 then known_on end as known_from,
        min(known_on) over (
            partition by order_id
            order by version_rank
            rows between 1 following and unbounded following
        ) as known_until
    from first_known
),

stood as (
    select
        ranked.file_number,
        ranked.file_row,
        ranked.version_rank,
        spans.known_from,
        spans.known_until
    from ranked
    inner join spans
        on ranked.order_id = spans.order_id
        and ranked.version_rank = spans.version_rank
    where spans.known_from is null
        or spans.known_from < spans.known_until
),

final as (
    select
        unfit.file_number,
        unfit.file_row,
        unfit.reason,
        unfit.row_reason,
        stood.version_rank,
        stood.known_from,
        stood.known_until
    from unfit
    left join stood
        on unfit.file_number = stood.file_number
        and unfit.file_row = stood.file_row
)

select * from final
