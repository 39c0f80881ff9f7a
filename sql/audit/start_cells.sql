-- start_cells: what the customers who started by each value add up to, by the month and
-- channel of their first order and by their age: sums and squares from which means,
-- spreads and comparisons follow.
--
-- grain: one row per (value_number, cohort_month, first_channel, customer_age_days)
-- reads: start_members, start_customers
with

final as (
    select
        start_members.attribute_number,
        start_members.value_number,
        start_customers.cohort_month,
        start_customers.first_channel,
        start_customers.customer_age_days,
        count(*) as customers,
        cast(sum(start_customers.repeat_purchases) as bigint) as repeats,
        cast(sum(start_customers.repeat_purchases * start_customers.repeat_purchases) as bigint) as repeat_squares,
        cast(sum(start_customers.repeat_minor) as bigint) as repeat_minor,
        cast(sum(cast(start_customers.repeat_minor as decimal(19, 0)) * cast(start_customers.repeat_minor as decimal(19, 0))) as decimal(38, 0))
            as repeat_minor_squares,
        cast(sum(start_customers.first_purchase_minor) as bigint) as first_purchase_minor,
        cast(sum(start_customers.first_order_minor) as bigint) as first_order_minor,
        cast(sum(start_customers.focus_repeat_minor) as bigint) as focus_repeat_minor,
        cast(sum(start_customers.margin_90_minor) as bigint) as margin_90_minor,
        cast(sum(start_customers.margin_180_minor) as bigint) as margin_180_minor,
        cast(sum(start_customers.margin_365_minor) as bigint) as margin_365_minor,
        cast(sum(case when start_customers.days_to_second_purchase <= 30 then 1 else 0 end) as bigint) as repeaters_30,
        cast(sum(case when start_customers.days_to_second_purchase <= 60 then 1 else 0 end) as bigint) as repeaters_60,
        cast(sum(case when start_customers.days_to_second_purchase <= 90 then 1 else 0 end) as bigint) as repeaters_90,
        cast(sum(case when start_customers.days_to_second_purchase <= 180 then 1 else 0 end) as bigint) as repeaters_180,
        cast(sum(case when start_customers.days_to_second_purchase <= 365 then 1 else 0 end) as bigint) as repeaters_365,
        cast(sum(start_customers.clv_minor) as bigint) as clv_minor,
        cast(sum(cast(start_customers.clv_minor as decimal(19, 0)) * cast(start_customers.clv_minor as decimal(19, 0))) as decimal(38, 0))
            as clv_squares,
        cast(sum(start_customers.lifetime_minor) as bigint) as lifetime_minor,
        cast(sum(cast(start_customers.lifetime_minor as decimal(19, 0)) * cast(start_customers.lifetime_minor as decimal(19, 0))) as decimal(38, 0))
            as lifetime_squares,
        cast(sum(start_customers.is_retained) as bigint) as retained
    from start_members
    inner join start_customers
        on start_members.customer_id = start_customers.customer_id
    group by
        start_members.attribute_number,
        start_members.value_number,
        start_customers.cohort_month,
        start_customers.first_channel,
        start_customers.customer_age_days
)

select * from final
