-- exited_rows: the customers who were in a file of the arm in an earlier export
-- and are not in this one, with what people knows of them by the id of that time.
--
-- grain: one row per gone_id
-- reads: earlier_members, exited_arm, members, known_people, customers
with

gone as (
    select
        earlier_members.customer_id,
        earlier_members.arm as earlier_arm
    from earlier_members
    inner join exited_arm
        on earlier_members.arm = exited_arm.arm
    left join members
        on earlier_members.customer_id = members.customer_id
        and earlier_members.arm = members.arm
    where members.as_of is null
),

-- a customer may be gone from the orders altogether
final as (
    select
        customers.*,
        gone.customer_id as gone_id,
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
        known_people.is_suppressed,
        gone.earlier_arm
    from gone
    left join known_people
        on gone.customer_id = known_people.known_id
    left join customers
        on gone.customer_id = customers.customer_id
)

select * from final
