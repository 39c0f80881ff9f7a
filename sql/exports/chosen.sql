-- chosen: the customers that the audience is made of, whatever people says of
-- them.
--
-- grain: one row per customer_id
-- reads: customers, list_membership, audience_terms
with

by_list as (
    select list_membership.customer_id
    from list_membership
    cross join audience_terms
    where audience_terms.choice = 'list'
        and list_membership.list = audience_terms.choice_value
),

by_column as (
    select customers.customer_id
    from customers
    cross join audience_terms
    where audience_terms.choice = 'mark' and customers.mark = audience_terms.choice_value
        or audience_terms.choice = 'segment' and customers.segment = audience_terms.choice_value
        or audience_terms.choice = 'lifecycle' and customers.lifecycle = audience_terms.choice_value
        or audience_terms.choice = 'where' and customers.is_chosen
),

final as (
    select customer_id
    from by_list
    union all
    select customer_id
    from by_column
)

select * from final
