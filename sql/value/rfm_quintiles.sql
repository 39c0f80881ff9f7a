-- rfm_quintiles: the quintiles of recency and monetary value: inverted-CDF
-- quantiles, so each is a value that some customer has.
--
-- Counted by value first: percentile_disc holds each customer's value in memory.
--
-- grain: one row
-- reads: summary
with

days as (
    select days_since_last_purchase, count(*) as customers
    from summary
    group by days_since_last_purchase
),

days_up_to as (
    select
        days_since_last_purchase,
        sum(customers) over (order by days_since_last_purchase) as up_to,
        sum(customers) over () as customers
    from days
),

recency as (
    select
        min(case when 5 * up_to >= customers then days_since_last_purchase end) as recency_20,
        min(case when 5 * up_to >= 2 * customers then days_since_last_purchase end) as recency_40,
        min(case when 5 * up_to >= 3 * customers then days_since_last_purchase end) as recency_60,
        min(case when 5 * up_to >= 4 * customers then days_since_last_purchase end) as recency_80
    from days_up_to
),

revenues as (
    select revenue_minor, count(*) as customers
    from summary
    group by revenue_minor
),

revenues_up_to as (
    select
        revenue_minor,
        sum(customers) over (order by revenue_minor) as up_to,
        sum(customers) over () as customers
    from revenues
),

monetary as (
    select
        min(case when 5 * up_to >= customers then revenue_minor end) as monetary_20,
        min(case when 5 * up_to >= 2 * customers then revenue_minor end) as monetary_40,
        min(case when 5 * up_to >= 3 * customers then revenue_minor end) as monetary_60,
        min(case when 5 * up_to >= 4 * customers then revenue_minor end) as monetary_80
    from revenues_up_to
),

final as (
    select
        recency.recency_20,
        recency.recency_40,
        recency.recency_60,
        recency.recency_80,
        monetary.monetary_20,
        monetary.monetary_40,
        monetary.monetary_60,
        monetary.monetary_80
    from recency
    cross join monetary
)

select * from final
