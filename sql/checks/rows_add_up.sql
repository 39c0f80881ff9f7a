-- rows_add_up: every row that the files' footers promise is used, excluded or
-- quarantined, once.
--
-- grain: one row per broken rule
-- reads: order_files, row_counts
with

files as (
    select cast(sum(order_rows) as bigint) as order_rows
    from order_files
),

counted as (
    select cast(sum(order_rows) as bigint) as order_rows
    from row_counts
),

final as (
    select
        'rows classified = rows in the files' as rule,
        abs(files.order_rows - counted.order_rows) as offenders,
        concat(cast(counted.order_rows as string), ' classified, ', cast(files.order_rows as string), ' in the files')
            as example
    from files
    cross join counted
    where files.order_rows <> counted.order_rows
)

select * from final
