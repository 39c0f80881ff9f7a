-- recent_purchases: what the customers of the past days before a tested quarter had
-- bought by the day and bought in the quarter after it, and what those bought who were
-- acquired in it: the customers of the past day's sample, and newcomers by the same id
-- buckets. Money counts as it moved on its day, before returns and newer versions that
-- came later: of the last days they have not come yet, and what was bought at different
-- times is to be compared. A purchase is a day on which more came than went back. Who had
-- none by the day is new; recent_first_minor is the first purchase of those.
--
-- grain: one row per (past_day, customer_id) with a purchase up to the end of the quarter
-- reads: past_days, past_sample, past_members, summary, customer_days, version_money, newcomer_span
with

tested as (
    select
        past_days.past_day,
        past_days.quarter_to,
        past_sample.buckets
    from past_days
    inner join past_sample
        on past_days.past_day = past_sample.past_day
    where past_days.is_before_tested_quarter
),

acquired as (
    select
        tested.past_day,
        summary.customer_id
    from summary
    inner join tested
        on summary.first_purchase_date > tested.past_day
        and summary.first_purchase_date <= tested.quarter_to
        and summary.bucket < tested.buckets
    where summary.is_fitted
),

-- who is known on the day for a purchase that was undone later is one customer
customers as (
    select
        past_members.past_day,
        past_members.customer_id
    from past_members
    inner join tested
        on past_members.past_day = tested.past_day
    union
    select
        past_day,
        customer_id
    from acquired
),

moves as (
    select
        customers.past_day,
        customers.customer_id,
        customer_days.order_day as moved_on,
        customer_days.net_minor
    from customers
    inner join customer_days
        on customers.customer_id = customer_days.customer_id
    union all
    select
        customers.past_day,
        customers.customer_id,
        version_money.moved_on,
        version_money.net_minor
    from customers
    inner join version_money
        on customers.customer_id = version_money.customer_id
),

days as (
    select
        moves.past_day,
        moves.customer_id,
        moves.moved_on,
        cast(sum(moves.net_minor) as bigint) as value_minor
    from moves
    inner join tested
        on moves.past_day = tested.past_day
        and moves.moved_on <= tested.quarter_to
    group by moves.past_day, moves.customer_id, moves.moved_on
),

firsts as (
    select
        past_day,
        customer_id,
        min(moved_on) as first_purchase_date
    from days
    where value_minor > 0
    group by past_day, customer_id
),

purchases as (
    select
        days.past_day,
        days.customer_id,
        days.moved_on <= days.past_day as is_known,
        days.moved_on = firsts.first_purchase_date as is_first,
        firsts.first_purchase_date < newcomer_span.new_from as is_old,
        days.value_minor
    from days
    cross join newcomer_span
    inner join firsts
        on days.past_day = firsts.past_day
        and days.customer_id = firsts.customer_id
    where days.value_minor > 0
),

final as (
    select
        past_day,
        customer_id,
        is_old,
        cast(sum(case when is_known then 1 else 0 end) as bigint) as known_purchases,
        cast(sum(case when is_known and is_first then value_minor else 0 end) as bigint) as known_first_minor,
        cast(sum(case when is_known then value_minor else 0 end) as bigint) as known_minor,
        cast(sum(case when is_known then log_millionths(value_minor) else 0 end) as bigint) as known_log_millionths,
        cast(sum(case when is_known then 0 else 1 end) as bigint) as recent_purchases,
        cast(sum(case when is_first and not is_known then value_minor else 0 end) as bigint) as recent_first_minor,
        cast(sum(case when is_known then 0 else value_minor end) as bigint) as recent_minor
    from purchases
    group by past_day, customer_id, is_old
)

select * from final
