-- contacts_add_up: every row that the footers of the contact files promise is
-- used, of another campaign or quarantined, once; and the people and the cost of
-- the arms are those of the rows used.
--
-- grain: one row per broken rule
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
        coalesce(cast(sum(case when reason = 'used' then cost_minor else 0 end) as bigint), 0) as cost_minor
    from contact_row_counts
),

arms as (
    select
        coalesce(cast(sum(messages) as bigint), 0) as messages,
        coalesce(cast(sum(cost_minor) as bigint), 0) as cost_minor
    from contact_counts
),

rules as (
    select
        'rows classified = rows in the files' as rule,
        abs(files.contacts - counted.contacts) as offenders
    from files
    cross join counted
    union all
    select 'messages of the arms = rows used', abs(arms.messages - counted.used) from arms cross join counted
    union all
    select 'cost of the arms = cost of the rows used', abs(arms.cost_minor - counted.cost_minor) from arms cross join counted
),

final as (
    select
        rule,
        offenders,
        'contacts' as example
    from rules
    where offenders > 0
)

select * from final
