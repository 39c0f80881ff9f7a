-- newcomer_values: what the customers who came by each channel on each day
-- brought at each age, and what they are worth over the first horizon_days of
-- their lives: the margin they brought in them, and what is expected of the days
-- that are left; both discounted to the first purchase. Squares are there for
-- the spread between customers. Empty without spend.
--
-- grain: one row per (first_channel, first_purchase_date)
-- reads: value, newcomer_margins, params
with

customers as (
    select
        value.first_channel,
        value.first_purchase_date,
        newcomer_margins.first_order_minor,
        newcomer_margins.margin_90_minor,
        newcomer_margins.margin_180_minor,
        newcomer_margins.margin_365_minor,
        newcomer_margins.horizon_minor + to_minor(
            value.rest_of_horizon_purchases * value.expected_purchase_value * value.kept_share, params.minor_per_unit
        ) as value_minor
    from value
    inner join newcomer_margins
        on value.customer_id = newcomer_margins.customer_id
    cross join params
),

final as (
    select
        first_channel,
        first_purchase_date,
        cast(sum(first_order_minor) as bigint) as first_order_minor,
        cast(sum(margin_90_minor) as bigint) as margin_90_minor,
        cast(sum(margin_180_minor) as bigint) as margin_180_minor,
        cast(sum(margin_365_minor) as bigint) as margin_365_minor,
        cast(sum(value_minor) as bigint) as value_minor,
        cast(sum(cast(margin_90_minor as decimal(19, 0)) * cast(margin_90_minor as decimal(19, 0))) as decimal(38, 0))
            as margin_90_squares,
        cast(sum(cast(margin_180_minor as decimal(19, 0)) * cast(margin_180_minor as decimal(19, 0))) as decimal(38, 0))
            as margin_180_squares,
        cast(sum(cast(margin_365_minor as decimal(19, 0)) * cast(margin_365_minor as decimal(19, 0))) as decimal(38, 0))
            as margin_365_squares,
        cast(sum(cast(value_minor as decimal(19, 0)) * cast(value_minor as decimal(19, 0))) as decimal(38, 0))
            as value_squares
    from customers
    group by first_channel, first_purchase_date
)

select * from final
