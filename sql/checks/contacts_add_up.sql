-- contacts_add_up: every row that the footers of the contact files promise is
-- used, of another campaign or quarantined, once; and the people and the cost of
-- the arms are those of the rows used.
--
-- grain: one row per rule
-- reads: campaign_files, contact_row_counts, contact_counts
with

files as (
    select coalesce(cast(sum(input_rows) as bigint), 0) as contacts
    from campaign_files
    where input = 'contacts'
),

counted as (
    select
        coalesce(cast(sum(contacts) as bigint), 0) as contacts,
        coalesce(cast(sum(case when reason = 'used' then contacts else 0 end) as bigint), 0) as used,
        coalesce(cast(sum(case when reason = 'used' then cost else 0 end) as decimal(38, 4)), 0) as cost
    from contact_row_counts
),

arms as (
    select
        coalesce(cast(sum(messages) as bigint), 0) as messages,
        coalesce(cast(sum(cost) as decimal(38, 4)), 0) as cost
    from contact_counts
),

compared as (
    select 'rows classified = rows in the files' as rule, counted.contacts as got, files.contacts as want
    from files cross join counted
    union all
    select 'messages of the arms = rows used', arms.messages, counted.used
    from arms cross join counted
    union all
    select 'cost of the arms = cost of the rows used (ten-thousandths of the minor unit)',
        cast(arms.cost * 10000 as bigint), cast(counted.cost * 10000 as bigint)
    from arms cross join counted
),

final as (
    select
        rule,
        got,
        want,
        cast(null as string) as example
    from compared
)

select * from final
