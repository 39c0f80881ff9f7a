-- value_distribution: how many customers are worth how much: the base by bands of clv, in
-- steps of 1, 2 and 5, from the band of the least valuable customer to that of the most
-- valuable; and which part of the value each band holds. Empty without a model.
--
-- grain: one row per place
-- reads: customers, value_bands, params
with

amounts as (
    select
        to_minor(customers.clv, params.minor_per_unit) as clv_minor,
        count(*) as customers,
        cast(sum(case when customers.mark = 'retain' then 1 else 0 end) as bigint) as retain_customers
    from customers
    cross join params
    where customers.clv is not null
    group by to_minor(customers.clv, params.minor_per_unit)
),

-- the band below 0 has no lower bound, and the highest no upper one
filled as (
    select
        value_bands.place,
        cast(sum(amounts.customers) as bigint) as customers,
        cast(sum(amounts.clv_minor * amounts.customers) as bigint) as clv_minor,
        cast(sum(amounts.retain_customers) as bigint) as retain_customers
    from value_bands
    inner join amounts
        on (value_bands.from_minor is null or amounts.clv_minor >= value_bands.from_minor)
        and (value_bands.below_minor is null or amounts.clv_minor < value_bands.below_minor)
    group by value_bands.place
),

totals as (
    select
        min(place) as first_place,
        max(place) as last_place,
        cast(sum(customers) as bigint) as customers,
        cast(sum(clv_minor) as bigint) as clv_minor
    from filled
),

final as (
    select
        params.as_of,
        value_bands.place,
        money(value_bands.from_minor, params.minor_per_unit) as from_clv,
        money(value_bands.below_minor, params.minor_per_unit) as below_clv,
        coalesce(filled.customers, 0) as customers,
        cast(coalesce(filled.customers, 0) as double) / nullif(totals.customers, 0) as share_of_customers,
        money(coalesce(filled.clv_minor, 0), params.minor_per_unit) as clv,
        cast(coalesce(filled.clv_minor, 0) as double) / nullif(greatest(totals.clv_minor, 0), 0) as share_of_clv,
        coalesce(filled.retain_customers, 0) as retain_customers
    from value_bands
    inner join totals
        on value_bands.place >= totals.first_place
        and value_bands.place <= totals.last_place
    cross join params
    left join filled
        on value_bands.place = filled.place
)

select * from final
