-- alike_ids: the customers whose ids differ from another's in case, blanks or width alone,
-- how many people they would be, and how many of the customers lower(trim()) would join
-- with another.
--
-- In case alone the ids of some systems differ on purpose. Regular are people whose ids
-- are addresses, or each wholly in one case or capitalised, as people write them.
--
-- grain: one row per is_case_alone
-- reads: profile_customers
with

-- by a number of the key, which is counted faster than a text is: those whose number is
-- another's by chance are left out below
repeated as (
    select text_hash(id_key) as key_number
    from profile_customers
    group by text_hash(id_key)
    having count(*) > 1
),

alike as (
    select
        profile_customers.id_key,
        profile_customers.customer_id,
        profile_customers.net_minor
    from profile_customers
    inner join repeated
        on text_hash(profile_customers.id_key) = repeated.key_number
),

shared as (
    select
        id_key,
        count(distinct lower(customer_id)) = 1 as is_case_alone,
        min(case
            when customer_id like '%@%'
                or customer_id = lower(customer_id)
                or customer_id = upper(customer_id)
                or customer_id = concat(upper(substr(customer_id, 1, 1)), lower(substr(customer_id, 2))) then 1
            else 0
        end) as is_regular
    from alike
    group by id_key
    having count(*) > 1
),

plain as (
    select
        shared.id_key,
        shared.is_case_alone,
        shared.is_regular,
        lower(trim(alike.customer_id)) as plain_id,
        count(*) as customers,
        cast(sum(alike.net_minor) as bigint) as net_minor
    from alike
    inner join shared
        on alike.id_key = shared.id_key
    group by shared.id_key, shared.is_case_alone, shared.is_regular, lower(trim(alike.customer_id))
),

people as (
    select
        is_case_alone,
        is_regular,
        cast(sum(customers) as bigint) as customers,
        cast(sum(net_minor) as bigint) as net_minor,
        cast(sum(case when customers > 1 then customers else 0 end) as bigint) as plain_customers
    from plain
    group by id_key, is_case_alone, is_regular
),

final as (
    select
        is_case_alone,
        cast(sum(customers) as bigint) as customers,
        count(*) as people,
        cast(sum(is_regular) as bigint) as regular_people,
        cast(sum(net_minor) as bigint) as net_minor,
        cast(sum(plain_customers) as bigint) as plain_customers
    from people
    group by is_case_alone
)

select * from final
