-- past_known: the customers that were known on each past day, and when and by which
-- channel they had been acquired, as known then: an order that was returned in full later
-- was one. Old are those whom the files show from their start, as in summary.
--
-- grain: one row per (past_day, customer_id)
-- reads: past_days, summary, earlier_first_purchases, first_channels, newcomer_span, params
with

earlier as (
    select
        earlier_first_purchases.look_day,
        earlier_first_purchases.customer_id,
        earlier_first_purchases.first_purchase_date
    from earlier_first_purchases
    inner join past_days
        on earlier_first_purchases.look_day = past_days.past_day
),

known as (
    select
        past_days.past_day,
        summary.customer_id,
        summary.first_channel,
        summary.first_purchase_date,
        summary.bucket
    from summary
    inner join past_days
        on summary.first_purchase_date <= past_days.past_day
    left join earlier
        on summary.customer_id = earlier.customer_id
        and past_days.past_day = earlier.look_day
    where earlier.customer_id is null
    union all
    select
        earlier.look_day as past_day,
        earlier.customer_id,
        coalesce(first_channels.first_channel, '') as first_channel,
        earlier.first_purchase_date,
        id_bucket(earlier.customer_id, params.id_buckets) as bucket
    from earlier
    cross join params
    left join first_channels
        on earlier.customer_id = first_channels.customer_id
        and earlier.look_day = first_channels.look_day
    where earlier.first_purchase_date is not null
),

final as (
    select
        known.past_day,
        known.customer_id,
        known.first_channel,
        known.first_purchase_date,
        known.bucket,
        known.first_purchase_date >= params.fit_from as is_fitted,
        known.first_purchase_date >= params.fit_from
            and known.first_purchase_date < newcomer_span.new_from as is_old
    from known
    cross join params
    cross join newcomer_span
)

select * from final
