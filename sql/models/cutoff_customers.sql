-- cutoff_customers: the customers that were known at the cutoff of the backtest, and
-- when and by which channel they had been acquired, as known then: an order that was
-- returned in full later was one. Old are those whom the files show from their start,
-- as in summary.
--
-- grain: one row per customer_id
-- reads: summary, earlier_first_purchases, first_channels, newcomer_span, params
with

earlier as (
    select
        earlier_first_purchases.look_day,
        earlier_first_purchases.customer_id,
        earlier_first_purchases.first_purchase_date
    from earlier_first_purchases
    inner join params
        on earlier_first_purchases.look_day = params.backtest_cutoff
),

known as (
    select
        summary.customer_id,
        summary.first_channel,
        summary.first_purchase_date
    from summary
    cross join params
    left join earlier
        on summary.customer_id = earlier.customer_id
    where earlier.customer_id is null
        and summary.first_purchase_date <= params.backtest_cutoff
    union all
    select
        earlier.customer_id,
        coalesce(first_channels.first_channel, '') as first_channel,
        earlier.first_purchase_date
    from earlier
    left join first_channels
        on earlier.customer_id = first_channels.customer_id
        and earlier.look_day = first_channels.look_day
    where earlier.first_purchase_date is not null
),

final as (
    select
        known.customer_id,
        known.first_channel,
        known.first_purchase_date,
        known.first_purchase_date >= params.fit_from as is_fitted,
        known.first_purchase_date >= params.fit_from
            and known.first_purchase_date < newcomer_span.new_from as is_old
    from known
    cross join params
    cross join newcomer_span
)

select * from final
