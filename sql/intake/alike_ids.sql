-- alike_ids: how many customers have an id that differs from another's in case,
-- blanks or width alone, how many people they would be, and how many of the
-- customers lower(trim()) would join with another.
--
-- grain: one row
-- reads: profile_customers
with

shared as (
    select id_key
    from profile_customers
    group by id_key
    having count(*) > 1
),

alike as (
    select
        profile_customers.id_key,
        lower(trim(profile_customers.customer_id)) as plain_id,
        profile_customers.net_minor
    from profile_customers
    inner join shared
        on profile_customers.id_key = shared.id_key
),

plain as (
    select
        id_key,
        plain_id,
        count(*) as customers,
        cast(sum(net_minor) as bigint) as net_minor
    from alike
    group by id_key, plain_id
),

final as (
    select
        coalesce(cast(sum(customers) as bigint), 0) as customers,
        count(distinct id_key) as people,
        coalesce(cast(sum(net_minor) as bigint), 0) as net_minor,
        coalesce(cast(sum(case when customers > 1 then customers else 0 end) as bigint), 0) as plain_customers
    from plain
)

select * from final
