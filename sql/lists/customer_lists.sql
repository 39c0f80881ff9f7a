-- customer_lists: which lists each customer is on: every mark, lifecycle and segment is
-- one, and so are the seeds. New customers among the lookalikes are onboarded rather than
-- replaced, so they have a list of their own. All of them stand in lists too, a stroke
-- between two.
--
-- grain: one row per customer_id
-- reads: customers, segment_lists
with

listed as (
    select
        customers.*,
        case
            when customers.mark is not null and customers.mark_reason = 'new_onboard' then 'new_onboard'
            else customers.mark
        end as mark_list,
        'lifecycle_' || customers.lifecycle as lifecycle_list,
        segment_lists.list as segment_list,
        case when customers.seed then 'seed' end as seed_list
    from customers
    left join segment_lists
        on customers.segment = segment_lists.segment
),

final as (
    select
        listed.*,
        concat_ws('|', mark_list, lifecycle_list, segment_list, seed_list) as lists
    from listed
)

select * from final
