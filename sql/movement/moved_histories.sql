-- moved_histories: the distinct histories that the customers of both runs have at a step.
-- That of 0 is that of 1 where nothing was restated, and that of 3 that of 2 where nothing
-- has happened.
--
-- grain: one row per (fit_group, repeat_purchases, age_at_last_purchase_days, customer_age_days)
-- reads: moved_facts
with

steps as (
    select
        fit_group,
        repeats_1 as repeat_purchases,
        last_1 as age_at_last_purchase_days,
        age_1 as customer_age_days
    from moved_facts
    where is_before and is_after
    union all
    select
        fit_group,
        repeats_1,
        last_1,
        age_2
    from moved_facts
    where is_before and is_after
    union all
    select
        fit_group,
        repeats_0,
        last_0,
        age_0
    from moved_facts
    where is_before and is_after and is_restated
    union all
    select
        fit_group,
        repeats_3,
        last_3,
        age_3
    from moved_facts
    where is_before and is_after and has_moved
),

final as (
    select distinct
        fit_group,
        repeat_purchases,
        age_at_last_purchase_days,
        customer_age_days
    from steps
)

select * from final
