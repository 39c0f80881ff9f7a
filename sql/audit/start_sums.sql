-- start_sums: what the customers who started by each value have done and are worth, summed.
-- Windows and ages count those who are old enough.
--
-- grain: one row per value_number
-- reads: start_members, start_customers
with

final as (
    select
        start_members.attribute_number,
        start_members.value_number,
        count(*) as customers,
        cast(sum(start_customers.first_purchase_minor) as bigint) as first_purchase_minor,
        cast(sum(start_customers.first_order_minor) as bigint) as first_order_minor,
        cast(sum(start_customers.focus_repeat_minor) as bigint) as focus_repeat_minor,
        cast(sum(start_customers.expected_millionths) as bigint) as expected_millionths,
        cast(sum(start_customers.focus_millionths) as bigint) as focus_millionths,
        cast(sum(case when start_customers.customer_age_days >= 30 then 1 else 0 end) as bigint) as customers_30,
        cast(sum(
            case when start_customers.customer_age_days >= 30 and start_customers.days_to_second_purchase <= 30 then 1 else 0 end
        ) as bigint) as repeaters_30,
        cast(sum(case when start_customers.customer_age_days >= 60 then 1 else 0 end) as bigint) as customers_60,
        cast(sum(
            case when start_customers.customer_age_days >= 60 and start_customers.days_to_second_purchase <= 60 then 1 else 0 end
        ) as bigint) as repeaters_60,
        cast(sum(case when start_customers.customer_age_days >= 90 then 1 else 0 end) as bigint) as customers_90,
        cast(sum(
            case when start_customers.customer_age_days >= 90 and start_customers.days_to_second_purchase <= 90 then 1 else 0 end
        ) as bigint) as repeaters_90,
        cast(sum(case when start_customers.customer_age_days >= 180 then 1 else 0 end) as bigint) as customers_180,
        cast(sum(
            case when start_customers.customer_age_days >= 180 and start_customers.days_to_second_purchase <= 180 then 1 else 0 end
        ) as bigint) as repeaters_180,
        cast(sum(case when start_customers.customer_age_days >= 365 then 1 else 0 end) as bigint) as customers_365,
        cast(sum(
            case when start_customers.customer_age_days >= 365 and start_customers.days_to_second_purchase <= 365 then 1 else 0 end
        ) as bigint) as repeaters_365,
        cast(sum(case when start_customers.customer_age_days >= 90 then start_customers.margin_90_minor else 0 end) as bigint)
            as margin_90_minor,
        cast(sum(case when start_customers.customer_age_days >= 180 then start_customers.margin_180_minor else 0 end) as bigint)
            as margin_180_minor,
        cast(sum(case when start_customers.customer_age_days >= 365 then start_customers.margin_365_minor else 0 end) as bigint)
            as margin_365_minor,
        cast(sum(start_customers.clv_minor) as bigint) as clv_minor,
        cast(cast(sum(cast(start_customers.clv_minor as decimal(19, 0)) * cast(start_customers.clv_minor as decimal(19, 0))) as decimal(38, 0)) as double)
            as clv_squares,
        cast(sum(start_customers.lifetime_minor) as bigint) as lifetime_minor,
        cast(cast(sum(cast(start_customers.lifetime_minor as decimal(19, 0)) * cast(start_customers.lifetime_minor as decimal(19, 0))) as decimal(38, 0)) as double)
            as lifetime_squares,
        cast(sum(start_customers.is_retained) as bigint) as retained
    from start_members
    inner join start_customers
        on start_members.customer_id = start_customers.customer_id
    group by start_members.attribute_number, start_members.value_number
)

select * from final
