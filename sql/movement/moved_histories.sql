-- moved_histories: the distinct histories that the customers of both runs have at a step.
--
-- grain: one row per (fit_group, repeat_purchases, age_at_last_purchase_days, customer_age_days)
-- reads: moved_facts
with

stayed as (
    select *
    from moved_facts
    where is_before and is_after
),

final as (
    select
        fit_group,
        repeats_0 as repeat_purchases,
        last_0 as age_at_last_purchase_days,
        age_0 as customer_age_days
    from stayed
    union
    select
        fit_group,
        repeats_1,
        last_1,
        age_1
    from stayed
    union
    select
        fit_group,
        repeats_1,
        last_1,
        age_2
    from stayed
    union
    select
        fit_group,
        repeats_3,
        last_3,
        age_3
    from stayed
)

select * from final
