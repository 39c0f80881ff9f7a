-- unused_versions: the orders whose rows have different values in a column that no setting
-- uses and whose name says that it is a version: how many, in how many of them a later
-- version has the rows and the money of the one before, or stands in other files, or is
-- one row as every other, or are of one time of day; and the money of those that are not
-- the latest.
--
-- The rows of a version are told from lines of an order that were changed one by one:
-- they are of the same time of order, none is a return, and two versions lie an hour
-- apart, or in different files, or are numbers. equal_pairs are the pairs of orders whose
-- first versions have the same rows and money: as often a line has those of another.
--
-- grain: one row
-- reads: unmapped_input, input_limits
with

version_rows as (
    select
        unmapped_input.order_id,
        text_hash(unmapped_input.order_id) as id_number,
        unmapped_input.ordered_at,
        unmapped_input.file_number,
        unmapped_input.version_number,
        unmapped_input.version_time,
        unmapped_input.is_kept,
        to_minor(unmapped_input.amount, unmapped_input.minor_per_unit) as amount_minor
    from unmapped_input
    cross join input_limits
    where (unmapped_input.version_number is not null or unmapped_input.version_time is not null)
        and not is_blank(unmapped_input.order_id)
        and is_finite(unmapped_input.amount)
        and abs(unmapped_input.amount) <= input_limits.max_amount
),

-- numbers of ids are counted several times faster than the texts
several as (
    select
        id_number,
        coalesce(min(version_number) < max(version_number), false)
            or coalesce(min(version_time) < max(version_time), false) as has_versions
    from version_rows
    group by id_number
    having count(*) > 1
),

steady as (
    select count(*) as steady_orders
    from several
    where not has_versions
),

versions as (
    select
        version_rows.order_id,
        version_rows.version_number,
        version_rows.version_time,
        count(*) as order_rows,
        cast(sum(version_rows.amount_minor) as bigint) as amount_minor,
        cast(sum(case when version_rows.is_kept then version_rows.amount_minor else 0 end) as bigint) as kept_minor,
        min(version_rows.amount_minor) as least_minor,
        min(version_rows.ordered_at) as first_ordered_at,
        max(version_rows.ordered_at) as last_ordered_at,
        min(version_rows.file_number) as first_file,
        max(version_rows.file_number) as last_file
    from version_rows
    inner join several
        on version_rows.id_number = several.id_number
    where several.has_versions
    group by version_rows.order_id, version_rows.version_number, version_rows.version_time
),

ranked as (
    select
        versions.*,
        row_number() over (
            partition by order_id order by version_number nulls first, version_time nulls first
        ) as version_rank
    from versions
),

-- each version beside the one before
steps as (
    select
        later.order_id,
        earlier.kept_minor as earlier_minor,
        later.order_rows = earlier.order_rows and later.amount_minor = earlier.amount_minor as is_equal,
        later.first_file > earlier.last_file or later.last_file < earlier.first_file as is_in_other_files,
        later.order_rows = 1 and earlier.order_rows = 1 as is_single,
        later.version_number is not null or later.version_time >= earlier.version_time + interval 1 hour as is_later,
        least(earlier.least_minor, later.least_minor) as least_minor,
        least(earlier.first_ordered_at, later.first_ordered_at) as first_ordered_at,
        greatest(earlier.last_ordered_at, later.last_ordered_at) as last_ordered_at
    from ranked as later
    inner join ranked as earlier
        on later.order_id = earlier.order_id
        and later.version_rank = earlier.version_rank + 1
),

versioned as (
    select
        order_id,
        cast(sum(earlier_minor) as bigint) as earlier_minor,
        max(case when is_equal then 1 else 0 end) as is_equal,
        min(case when is_in_other_files then 1 else 0 end) as is_in_other_files,
        min(case when is_single then 1 else 0 end) as is_single,
        max(case when first_ordered_at <> cast(first_ordered_at as date) then 1 else 0 end) as is_timed
    from steps
    group by order_id
    having min(least_minor) >= 0
        and min(first_ordered_at) = max(last_ordered_at)
        and max(case when is_in_other_files or is_later then 1 else 0 end) = 1
),

first_versions as (
    select
        count(*) as orders
    from ranked
    inner join versioned
        on ranked.order_id = versioned.order_id
    where ranked.version_rank = 1
    group by ranked.order_rows, ranked.amount_minor
),

alike as (
    select coalesce(cast(sum(orders * (orders - 1)) as bigint), 0) as equal_pairs
    from first_versions
),

counted as (
    select
        count(*) as orders,
        coalesce(cast(sum(is_equal) as bigint), 0) as equal_orders,
        coalesce(cast(sum(is_in_other_files) as bigint), 0) as apart_orders,
        coalesce(cast(sum(is_single) as bigint), 0) as single_orders,
        coalesce(cast(sum(is_timed) as bigint), 0) as timed_orders,
        coalesce(cast(sum(earlier_minor) as bigint), 0) as earlier_minor
    from versioned
),

final as (
    select
        counted.orders,
        counted.equal_orders,
        counted.apart_orders,
        counted.single_orders,
        counted.timed_orders,
        counted.earlier_minor,
        alike.equal_pairs,
        steady.steady_orders
    from counted
    cross join alike
    cross join steady
)

select * from final
