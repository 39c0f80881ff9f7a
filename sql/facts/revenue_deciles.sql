-- revenue_deciles: the tenths of revenue among the customers who purchased in the
-- last 12 months: inverted-CDF quantiles, so each is what some customer brought.
-- All null where nobody did.
--
-- grain: one row
-- reads: customer_totals
with

revenues as (
    select revenue_12m_minor, count(*) as customers
    from customer_totals
    where purchases_12m > 0
    group by revenue_12m_minor
),

revenues_up_to as (
    select
        revenue_12m_minor,
        sum(customers) over (order by revenue_12m_minor) as up_to,
        sum(customers) over () as customers
    from revenues
),

final as (
    select
        min(case when 10 * up_to >= customers then revenue_12m_minor end) as decile_1,
        min(case when 10 * up_to >= 2 * customers then revenue_12m_minor end) as decile_2,
        min(case when 10 * up_to >= 3 * customers then revenue_12m_minor end) as decile_3,
        min(case when 10 * up_to >= 4 * customers then revenue_12m_minor end) as decile_4,
        min(case when 10 * up_to >= 5 * customers then revenue_12m_minor end) as decile_5,
        min(case when 10 * up_to >= 6 * customers then revenue_12m_minor end) as decile_6,
        min(case when 10 * up_to >= 7 * customers then revenue_12m_minor end) as decile_7,
        min(case when 10 * up_to >= 8 * customers then revenue_12m_minor end) as decile_8,
        min(case when 10 * up_to >= 9 * customers then revenue_12m_minor end) as decile_9
    from revenues_up_to
)

select * from final
