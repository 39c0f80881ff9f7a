-- suspect_ids: the customers who may be many people: those with most days of
-- purchase, and those whose id is a word for nobody; and that whose id is 1, where 0 may
-- be somebody.
--
-- grain: one row per customer_id
-- reads: profile_customers
with

busiest as (
    select customer_id
    from profile_customers
    order by purchase_days desc, customer_id
    limit 20
),

named as (
    select customer_id
    from profile_customers
    where id_key in (
        '0', '1', '-1', 'guest', 'guests', 'gast', 'invite', 'invitado', 'unknown', 'unbekannt', 'anonymous', 'anonym', 'nobody',
        'n/a', '#n/a', '<na>', 'null', '(null)', 'none', 'nil', 'nan', 'nat', 'undefined', 'missing', 'default', 'dummy',
        'test', 'tester', 'customer', 'kunde', 'walkin', 'walk-in', '-', '--', '?'
    )
),

suspects as (
    select
        customer_id,
        cast(max(is_named) as bigint) as is_named
    from (
        select customer_id, 0 as is_named from busiest
        union all
        select customer_id, 1 as is_named from named
    ) as found
    group by customer_id
),

final as (
    select
        profile_customers.customer_id,
        profile_customers.id_key,
        suspects.is_named = 1 as is_named,
        profile_customers.purchase_days,
        profile_customers.net_minor
    from profile_customers
    inner join suspects
        on profile_customers.customer_id = suspects.customer_id
)

select * from final
