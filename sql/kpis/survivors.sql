-- survivors: how many of the customers are expected to be alive, how many of these
-- to leave within windows of days, and the summed chances to sell to them. In
-- thousandths of a millionth of a customer: whole numbers, whose sum does not depend
-- on their order. All null where no model could be fitted. A repeat customer is silent
-- after more than silent_gaps times their own mean gap between purchases, t_x / x,
-- without one. Chances to sell are those of the customers, by the pool where that
-- forecasts their purchases. Beside those who are alive stand the family's, which knows
-- both: the pool may expect more than of who is alive by the family.
--
-- grain: one row per (is_repeat, is_silent)
-- reads: histories, fit_groups, scores, conditional_forecasts, pooled, params
with

scored as (
    select
        histories.repeat_purchases > 0 as is_repeat,
        -- not so without a repeat: 0 is not above 0
        histories.repeat_purchases * (histories.customer_age_days - histories.age_at_last_purchase_days)
            > params.silent_gaps * histories.age_at_last_purchase_days as is_silent,
        histories.customers,
        fixed_point(scores.p_alive, 1000000000) as alive,
        fixed_point(scores.p_alive * (1 - conditional_forecasts.survival_30d), 1000000000) as gone_30d,
        fixed_point(scores.p_alive * (1 - conditional_forecasts.survival_90d), 1000000000) as gone_90d,
        fixed_point(scores.p_alive * (1 - conditional_forecasts.survival_180d), 1000000000) as gone_180d,
        fixed_point(scores.p_alive * (1 - conditional_forecasts.survival_365d), 1000000000) as gone_365d,
        fixed_point(scores.p_alive * conditional_forecasts.p_purchase_30d, 1000000000) as buying_30d,
        fixed_point(scores.p_alive * conditional_forecasts.p_purchase_90d, 1000000000) as buying_90d,
        fixed_point(scores.p_alive * conditional_forecasts.p_purchase_365d, 1000000000) as buying_365d
    from histories
    cross join params
    -- the histories are of the groups that might have got parameters of their own, the
    -- scores of those that have
    left join fit_groups
        on histories.fit_group = fit_groups.fit_group
    left join scores
        on coalesce(fit_groups.fit_group, 0) = scores.fit_group
        and histories.repeat_purchases = scores.repeat_purchases
        and histories.age_at_last_purchase_days = scores.age_at_last_purchase_days
        and histories.customer_age_days = scores.customer_age_days
    left join conditional_forecasts
        on coalesce(fit_groups.fit_group, 0) = conditional_forecasts.fit_group
        and histories.repeat_purchases = conditional_forecasts.repeat_purchases
        and histories.customer_age_days = conditional_forecasts.customer_age_days
),

pooled_customers as (
    select
        pooled.repeat_purchases > 0 as is_repeat,
        pooled.repeat_purchases * (pooled.customer_age_days - pooled.age_at_last_purchase_days)
            > params.silent_gaps * pooled.age_at_last_purchase_days as is_silent,
        fixed_point(pooled.p_purchase_30d, 1000000000) as buying_30d,
        fixed_point(pooled.p_purchase_90d, 1000000000) as buying_90d,
        fixed_point(pooled.p_purchase_365d, 1000000000) as buying_365d
    from pooled
    cross join params
),

pooled_sums as (
    select
        is_repeat,
        is_silent,
        cast(sum(buying_30d) as bigint) as buying_30d,
        cast(sum(buying_90d) as bigint) as buying_90d,
        cast(sum(buying_365d) as bigint) as buying_365d
    from pooled_customers
    group by is_repeat, is_silent
),

sums as (
    select
        is_repeat,
        is_silent,
        cast(sum(customers) as bigint) as customers,
        cast(sum(customers * alive) as bigint) as alive,
        cast(sum(customers * gone_30d) as bigint) as gone_30d,
        cast(sum(customers * gone_90d) as bigint) as gone_90d,
        cast(sum(customers * gone_180d) as bigint) as gone_180d,
        cast(sum(customers * gone_365d) as bigint) as gone_365d,
        cast(sum(customers * buying_30d) as bigint) as buying_30d,
        cast(sum(customers * buying_90d) as bigint) as buying_90d,
        cast(sum(customers * buying_365d) as bigint) as buying_365d
    from scored
    group by is_repeat, is_silent
),

final as (
    select
        sums.is_repeat,
        sums.is_silent,
        sums.customers,
        sums.alive,
        sums.gone_30d,
        sums.gone_90d,
        sums.gone_180d,
        sums.gone_365d,
        coalesce(pooled_sums.buying_30d, sums.buying_30d) as buying_30d,
        coalesce(pooled_sums.buying_90d, sums.buying_90d) as buying_90d,
        coalesce(pooled_sums.buying_365d, sums.buying_365d) as buying_365d,
        sums.buying_30d as alive_buying_30d,
        sums.buying_90d as alive_buying_90d,
        sums.buying_365d as alive_buying_365d
    from sums
    left join pooled_sums
        on sums.is_repeat = pooled_sums.is_repeat
        and sums.is_silent = pooled_sums.is_silent
)

select * from final
