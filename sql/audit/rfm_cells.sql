-- rfm_cells: the RFM map: how many customers each of its 125 cells holds, what they are
-- worth, and how many are worth retaining. A cell without customers has no row.
--
-- grain: one row per (r_score, f_score, m_score)
-- reads: customers, params
with

sums as (
    select
        customers.as_of,
        customers.r_score,
        customers.f_score,
        customers.m_score,
        customers.rfm,
        customers.segment,
        params.minor_per_unit,
        count(*) as customers,
        cast(sum(to_minor(customers.revenue, params.minor_per_unit)) as bigint) as revenue_minor,
        cast(sum(to_minor(customers.clv, params.minor_per_unit)) as bigint) as clv_minor,
        cast(sum(case when customers.mark = 'retain' then 1 when customers.mark is not null then 0 end) as bigint)
            as retain_customers
    from customers
    cross join params
    group by
        customers.as_of,
        customers.r_score,
        customers.f_score,
        customers.m_score,
        customers.rfm,
        customers.segment,
        params.minor_per_unit
),

totals as (
    select cast(sum(customers) as bigint) as customers
    from sums
),

final as (
    select
        sums.as_of,
        sums.r_score,
        sums.f_score,
        sums.m_score,
        sums.rfm,
        sums.segment,
        sums.customers,
        cast(sums.customers as double) / nullif(totals.customers, 0) as share_of_customers,
        money(sums.revenue_minor, sums.minor_per_unit) as revenue,
        money(sums.clv_minor, sums.minor_per_unit) as clv,
        money(fixed_point(cast(sums.clv_minor as double) / nullif(sums.customers, 0), 1), sums.minor_per_unit)
            as mean_clv,
        sums.retain_customers
    from sums
    cross join totals
)

select * from final
