-- rows_add_up: every row that the files' footers promise is used, excluded or
-- quarantined, once.
--
-- grain: one row per rule
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
        counted.order_rows as got,
        files.order_rows as want,
        cast(null as string) as example
    from files
    cross join counted
)

select * from final
