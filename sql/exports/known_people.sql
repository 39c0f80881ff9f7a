-- known_people: what is known of each person by every id that a target may know them by:
-- the customer's own, and those that were merged into it.
--
-- grain: one row per known_id
-- reads: people, merged_people
with

final as (
    select
        people.customer_id as known_id,
        people.*
    from people
    union all
    select merged_people.*
    from merged_people
)

select * from final
