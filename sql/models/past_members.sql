-- past_members: the customers of the past days: known on the day, fitted, and in its
-- sample. A customer's id decides, so that most of a small sample are in a larger one too.
--
-- grain: one row per (past_day, customer_id)
-- reads: past_known, candidate_groups, past_sample
with

known as (
    select
        past_known.past_day,
        past_known.customer_id,
        past_known.first_channel,
        coalesce(candidate_groups.fit_group, 0) as fit_group,
        past_known.first_purchase_date
    from past_known
    inner join past_sample
        on past_known.past_day = past_sample.past_day
        and past_known.bucket < past_sample.buckets
    left join candidate_groups
        on past_known.is_old = candidate_groups.is_old
        and case when past_known.is_old then '' else past_known.first_channel end = candidate_groups.first_channel
    where past_known.is_fitted
),

final as (
    select
        past_day,
        customer_id,
        first_channel,
        fit_group,
        first_purchase_date,
        id_fraction(customer_id) as id_fraction
    from known
)

select * from final
