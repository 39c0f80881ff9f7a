-- moved_facts: what the customers of two runs had done, step by step from the earlier run
-- to the later one: 0 as the earlier one had it, 1 as it should have had it by what the
-- files now say of its day, 2 once time has passed, 3 with what they have done since.
-- Between 1 and 2 the days alone differ.
--
-- grain: one row per customer_id of either run, none without an earlier one
-- reads: before, customers, restated, predecessor, moved_groups
with

joined as (
    select
        coalesce(customers.customer_id, before.customer_id) as customer_id,
        before.customer_id is not null as is_before,
        customers.customer_id is not null as is_after,
        coalesce(before.first_channel, '') as first_channel,
        predecessor.before_day,
        predecessor.days_passed,
        predecessor.minor_per_unit,
        before.repeat_purchases as repeats_0,
        before.age_at_last_purchase_days as last_0,
        before.customer_age_days as age_0,
        before.days_since_last_purchase as recency_0,
        to_minor(before.revenue, predecessor.minor_per_unit) as revenue_0,
        customers.first_purchase_date as first_purchase_after,
        customers.repeat_purchases as repeats_3,
        customers.age_at_last_purchase_days as last_3,
        customers.customer_age_days as age_3,
        customers.days_since_last_purchase as recency_3,
        to_minor(customers.revenue, predecessor.minor_per_unit) as revenue_3,
        before.p_purchase_365d as chance_before,
        customers.p_purchase_365d as chance_after,
        to_minor(before.clv, predecessor.minor_per_unit) as clv_before,
        to_minor(customers.clv, predecessor.minor_per_unit) as clv_after,
        before.expected_purchase_value as purchase_value_before,
        customers.expected_purchase_value as purchase_value_after,
        before.segment as segment_before,
        customers.segment as segment_after,
        before.lifecycle as lifecycle_before,
        customers.lifecycle as lifecycle_after,
        before.mark as mark_before,
        customers.mark as mark_after
    from before
    full outer join customers
        on before.customer_id = customers.customer_id
    cross join predecessor
),

stepped as (
    select
        joined.*,
        coalesce(moved_groups.fit_group, 0) as fit_group,
        restated.customer_id is not null as is_restated,
        coalesce(restated.purchases - 1, joined.repeats_0) as repeats_1,
        coalesce(day_difference(restated.first_purchase_date, restated.last_purchase_date), joined.last_0) as last_1,
        coalesce(day_difference(restated.first_purchase_date, joined.before_day), joined.age_0) as age_1,
        coalesce(day_difference(restated.first_purchase_date, joined.before_day), joined.age_0) + joined.days_passed as age_2,
        coalesce(day_difference(restated.last_purchase_date, joined.before_day), joined.recency_0) as recency_1,
        coalesce(to_minor(restated.revenue, joined.minor_per_unit), joined.revenue_0) as revenue_1
    from joined
    left join restated
        on joined.customer_id = restated.customer_id
    left join moved_groups
        on joined.first_channel = moved_groups.first_channel
),

-- who has purchased or returned something since, or whose first purchase came to nothing
final as (
    select
        stepped.*,
        repeats_1 <> repeats_3 or revenue_1 <> revenue_3 or last_1 <> last_3 or age_2 <> age_3 as has_moved
    from stepped
)

select * from final
