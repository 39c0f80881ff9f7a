-- top_customers: the residual value from which a customer is among the top 1 % and
-- the top 5 %, as clv in customers has it, and the last of the ten most valuable,
-- equals in the order of their ids. All null where nobody has a value.
--
-- grain: one row
-- reads: customers, clv_counts, params
with

valued as (
    select
        customers.customer_id,
        to_minor(customers.clv, params.minor_per_unit) as clv_minor
    from customers
    cross join params
    where customers.clv is not null
),

counts_down_to as (
    select
        clv_minor,
        sum(customers) over (order by clv_minor desc) as down_to,
        sum(customers) over () as customers
    from clv_counts
),

cuts as (
    select
        max(case when 100 * down_to >= customers then clv_minor end) as top_1_minor,
        max(case when 100 * down_to >= 5 * customers then clv_minor end) as top_5_minor
    from counts_down_to
),

ten as (
    select
        customer_id,
        clv_minor
    from valued
    order by clv_minor desc, customer_id
    limit 10
),

tenth as (
    select min(clv_minor) as clv_minor
    from ten
),

last_ids as (
    select max(ten.customer_id) as customer_id
    from ten
    inner join tenth
        on ten.clv_minor = tenth.clv_minor
),

final as (
    select
        cuts.top_1_minor,
        cuts.top_5_minor,
        tenth.clv_minor as tenth_minor,
        last_ids.customer_id as tenth_customer_id
    from cuts
    cross join tenth
    cross join last_ids
)

select * from final
