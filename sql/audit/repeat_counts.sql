-- repeat_counts: of how many customers, how many purchased again: ever, and
-- within each window among those who are old enough to have had the whole of it;
-- in all, by cohort, and by channel where channels are known. Windows begin with
-- the first purchase, so only customers whose first it is known to be are in them.
--
-- grain: one row per (scope, cohort_month, channel, window_days); window_days null: ever
-- reads: repeat_scopes, windows
with

final as (
    select
        repeat_scopes.scope,
        repeat_scopes.cohort_month,
        repeat_scopes.channel,
        windows.window_days,
        cast(sum(
            case
                when repeat_scopes.is_new
                    and repeat_scopes.customer_age_days >= windows.window_days then repeat_scopes.customers
                else 0
            end
        ) as bigint) as customers,
        cast(sum(
            case
                when repeat_scopes.is_new
                    and repeat_scopes.customer_age_days >= windows.window_days
                    and repeat_scopes.days_to_second_purchase <= windows.window_days then repeat_scopes.customers
                else 0
            end
        ) as bigint) as repeaters
    from repeat_scopes
    cross join windows
    group by repeat_scopes.scope, repeat_scopes.cohort_month, repeat_scopes.channel, windows.window_days
    union all
    select
        scope,
        cohort_month,
        channel,
        cast(null as bigint) as window_days,
        cast(sum(customers) as bigint) as customers,
        cast(sum(case when days_to_second_purchase is not null then customers else 0 end) as bigint) as repeaters
    from repeat_scopes
    group by scope, cohort_month, channel
)

select * from final
