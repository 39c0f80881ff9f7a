-- superseded_rows: where orders have versions, the rows that do not stand because of
-- theirs: those of a lower version than the highest of their order, and those of a
-- version that is not known yet on a day that was asked for, which supersede nothing.
-- Without such a day the files are taken for what is known. A row without a
-- version is lower than any with one. A version that is a number is known from the day
-- of its row on.
--
-- grain: one row per (file_number, file_row)
-- reads: order_rows, order_files, params
with

-- joined rather than compared, so that orders without versions are not read
versioned_files as (
    select
        order_files.file_number,
        params.versions_until
    from order_files
    cross join params
    where params.has_version
),

versions as (
    select
        -- a blank id, as exports write a missing one, is none
        case when not is_blank(order_rows.order_id) then order_rows.order_id end as order_id,
        order_rows.version_number,
        order_rows.versioned_at,
        order_rows.version_day > versioned_files.versions_until as is_of_later,
        coalesce(order_rows.version_day, order_rows.order_day) > versioned_files.versions_until as is_unknown,
        order_rows.file_number,
        order_rows.file_row
    from order_rows
    inner join versioned_files
        on order_rows.file_number = versioned_files.file_number
),

highest as (
    select
        order_id,
        max(version_number) as version_number,
        max(versioned_at) as versioned_at
    from versions
    where order_id is not null
        and not coalesce(is_unknown, false)
        and (version_number is not null or versioned_at is not null)
    group by order_id
),

final as (
    select
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
)

select * from final
