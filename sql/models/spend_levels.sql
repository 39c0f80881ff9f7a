-- spend_levels: what first purchases are worth beside the later ones of the same
-- customers, and how many purchases are worth anything, of those who are fitted. The
-- first is told from repeat customers all of whose purchases have a positive value: of
-- all customers the ratio would say who comes back, and the first that is known of old
-- ones is a later one. Mean values of later purchases are
-- counted in thousandths of the minor unit, so that their sum is exact.
--
-- grain: one row
-- reads: summary
with

customers as (
    select
        purchases,
        positive_purchases,
        first_purchase_minor,
        cast(repeat_revenue_minor as double) / nullif(repeat_purchases, 0) as mean_repeat_minor,
        repeat_purchases > 0 and positive_purchases = purchases and not is_old as is_compared
    from summary
    where is_fitted
),

sums as (
    select
        cast(sum(purchases) as bigint) as purchases,
        cast(sum(positive_purchases) as bigint) as positive_purchases,
        cast(sum(case when is_compared then 1 else 0 end) as bigint) as compared_customers,
        cast(sum(case when is_compared then first_purchase_minor else 0 end) as bigint) as first_minor,
        cast(sum(case when is_compared then fixed_point(mean_repeat_minor, 1000) else 0 end) as bigint)
            as mean_repeat_thousandths
    from customers
),

final as (
    select
        compared_customers,
        1e3 * first_minor / nullif(mean_repeat_thousandths, 0) as first_to_later,
        coalesce(cast(positive_purchases as double) / nullif(purchases, 0), 1e0) as positive_share
    from sums
)

select * from final
