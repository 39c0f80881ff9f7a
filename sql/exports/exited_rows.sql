-- exited_rows: the customers who were in a file of the arm in an earlier export
-- and are not in this one, with what people knows of them.
--
-- grain: one row per gone_id
-- reads: earlier_members, exited_arm, members, people, customers
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
        people.customer_id is null as is_absent,
        people.email,
        people.phone,
        people.first_name,
        people.last_name,
        people.country,
        people.zip,
        people.city,
        people.state,
        people.consent_email,
        people.consent_ads,
        people.is_suppressed,
        gone.earlier_arm
    from gone
    left join people
        on gone.customer_id = people.customer_id
    left join customers
        on gone.customer_id = customers.customer_id
)

select * from final
