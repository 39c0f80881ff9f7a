-- exited_rows: those by whom an earlier export had something in a file of the arm that
-- the target is to forget, since no file of this one has it: the identifiers that are
-- gone, with what people knows of the customer by the id of that time.
--
-- grain: one row per exit_key
-- reads: earlier_rows, exited_arm, held_keys, known_people, customers
with

given as (
    select
        earlier_rows.customer_id,
        earlier_rows.arm,
        earlier_rows.key_1,
        earlier_rows.key_2,
        earlier_rows.key_3
    from earlier_rows
    inner join exited_arm
        on earlier_rows.arm = exited_arm.arm
    group by earlier_rows.customer_id, earlier_rows.arm, earlier_rows.key_1, earlier_rows.key_2, earlier_rows.key_3
),

parted as (
    select
        given.customer_id,
        given.arm,
        case when first_held.key is null then given.key_1 end as gone_key_1,
        case when second_held.key is null then given.key_2 end as gone_key_2,
        case when third_held.key is null then given.key_3 end as gone_key_3
    from given
    left join held_keys as first_held
        on given.arm = first_held.arm
        and given.key_1 = first_held.key
    left join held_keys as second_held
        on given.arm = second_held.arm
        and given.key_2 = second_held.key
    left join held_keys as third_held
        on given.arm = third_held.arm
        and given.key_3 = third_held.key
),

gone as (
    select
        concat(
            customer_id,
            ' ', coalesce(cast(gone_key_1 as string), ''),
            ' ', coalesce(cast(gone_key_2 as string), ''),
            ' ', coalesce(cast(gone_key_3 as string), '')
        ) as exit_key,
        customer_id,
        arm,
        gone_key_1,
        gone_key_2,
        gone_key_3
    from parted
    where coalesce(gone_key_1, gone_key_2, gone_key_3) is not null
    group by customer_id, arm, gone_key_1, gone_key_2, gone_key_3
),

-- a customer may be gone from the orders altogether
final as (
    select
        customers.*,
        gone.exit_key,
        gone.customer_id as gone_id,
        gone.gone_key_1,
        gone.gone_key_2,
        gone.gone_key_3,
        known_people.customer_id is null as is_absent,
        known_people.email,
        known_people.phone,
        known_people.first_name,
        known_people.last_name,
        known_people.country,
        known_people.zip,
        known_people.city,
        known_people.state,
        known_people.consent_email,
        known_people.consent_ads,
        known_people.is_suppressed
    from gone
    left join known_people
        on gone.customer_id = known_people.known_id
    left join customers
        on gone.customer_id = customers.customer_id
)

select * from final
