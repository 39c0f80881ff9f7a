-- clv_counts: how many customers have each clv, in minor units. Empty without a model.
--
-- grain: one row per clv_minor
-- reads: customers, params
with

final as (
    select
        to_minor(customers.clv, params.minor_per_unit) as clv_minor,
        count(*) as customers
    from customers
    cross join params
    where customers.clv is not null
    group by to_minor(customers.clv, params.minor_per_unit)
)

select * from final
