-- acquisition_adds_up: every row that the auxiliary files promise is used
-- or quarantined, once, and listed; the channels of each period hold its spend and
-- its new customers; the months, the quarters and the years hold the used spend
-- and the customers of the base.
--
-- grain: one row per rule
-- reads: input_files, input_counts, input_quarantine, channels, segments, params
with

files as (
    select coalesce(cast(sum(input_rows) as bigint), 0) as input_rows
    from input_files
),

counted as (
    select
        coalesce(cast(sum(input_rows) as bigint), 0) as input_rows,
        coalesce(cast(sum(case when reason <> 'used' then input_rows else 0 end) as bigint), 0) as quarantined_rows,
        coalesce(cast(sum(case when reason = 'used' then amount_minor else 0 end) as bigint), 0) as spend_minor
    from input_counts
),

listed as (
    select count(*) as quarantined_rows
    from input_quarantine
),

base as (
    select cast(sum(customers) as bigint) as customers
    from segments
),

scopes as (
    select
        channels.period,
        channels.period_start,
        cast(sum(case when channels.scope = 'channel' then channels.new_customers else 0 end) as bigint) as customers,
        cast(sum(case when channels.scope = 'blended' then channels.new_customers else 0 end) as bigint)
            as blended_customers,
        cast(sum(case when channels.scope = 'channel' then to_minor(channels.spend, params.minor_per_unit) else 0 end)
            as bigint) as spend_minor,
        cast(sum(case when channels.scope = 'paid' then to_minor(channels.spend, params.minor_per_unit) else 0 end)
            as bigint) as paid_minor,
        cast(sum(case when channels.scope = 'blended' then to_minor(channels.spend, params.minor_per_unit) else 0 end)
            as bigint) as blended_minor
    from channels
    cross join params
    group by channels.period, channels.period_start
),

mismatches as (
    select
        cast(sum(
            case
                when customers <> blended_customers or spend_minor <> blended_minor or paid_minor <> blended_minor then 1
                else 0
            end
        ) as bigint) as periods
    from scopes
),

calendars as (
    select
        period,
        cast(sum(blended_customers) as bigint) as customers,
        cast(sum(blended_minor) as bigint) as spend_minor
    from scopes
    where period <> 'trailing_12m'
    group by period
),

-- a figure of a channel stands or says why not, and none is a division by zero
unexplained as (
    select
        cast(sum(
            case
                when (channels.cac is null) <> (channels.cac_reason is not null)
                    or isnan(channels.cac) or abs(channels.cac) > params.max_sound_money
                    or (channels.payback_days is null) <> (channels.payback_reason is not null)
                    or (channels.median_payback_days is null) <> (channels.median_payback_reason is not null) then 1
                else 0
            end
        ) as bigint) as channels
    from channels
    cross join params
),

compared as (
    select 'rows classified = rows in the auxiliary files' as rule, counted.input_rows as got,
        files.input_rows as want
    from counted cross join files
    union all
    select 'input_quarantine lists what was counted', listed.quarantined_rows, counted.quarantined_rows
    from listed cross join counted
    union all
    select 'channels make each period', mismatches.periods, 0
    from mismatches
    union all
    select concat('new customers by ', calendars.period, ' are the customers'), calendars.customers, base.customers
    from calendars cross join base
    union all
    select concat('spend by ', calendars.period, ' is the used spend (minor units)'), calendars.spend_minor,
        counted.spend_minor
    from calendars cross join counted
    union all
    select 'a figure stands or says why not', unexplained.channels, 0
    from unexplained
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
