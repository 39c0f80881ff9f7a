-- chance_figures: how many customers are expected to be alive, what part of these will
-- leave, and the chance to sell to those there are. Of the repeat customers also how many
-- are expected to have left, and of the silent ones how many are expected still to be
-- customers. Of customers without a value nothing is known.
--
-- grain: one row
-- reads: survivors
with

everybody as (
    select
        cast(sum(case when alive is not null then customers end) as bigint) as customers,
        cast(sum(case when alive is not null and is_repeat then customers end) as bigint) as repeat_customers,
        cast(sum(case when alive is not null and is_silent then customers end) as bigint) as silent_customers,
        cast(sum(alive) as double) as alive,
        cast(sum(case when is_repeat then alive end) as double) as repeat_alive,
        cast(sum(case when is_silent then alive end) as double) as silent_alive,
        cast(sum(gone_30d) as double) as gone_30d,
        cast(sum(gone_90d) as double) as gone_90d,
        cast(sum(gone_180d) as double) as gone_180d,
        cast(sum(gone_365d) as double) as gone_365d,
        cast(sum(buying_30d) as double) as buying_30d,
        cast(sum(buying_90d) as double) as buying_90d,
        cast(sum(buying_365d) as double) as buying_365d,
        cast(sum(alive_buying_30d) as double) as alive_buying_30d,
        cast(sum(alive_buying_90d) as double) as alive_buying_90d,
        cast(sum(alive_buying_365d) as double) as alive_buying_365d,
        cast(sum(case when is_repeat then buying_30d end) as double) as repeat_buying_30d,
        cast(sum(case when is_repeat then buying_90d end) as double) as repeat_buying_90d,
        cast(sum(case when is_repeat then buying_365d end) as double) as repeat_buying_365d
    from survivors
),

final as (
    select
        customers as n,
        alive / 1e9 as expected_alive_customers,
        gone_30d / nullif(alive, 0) as expected_churn_30d,
        gone_90d / nullif(alive, 0) as expected_churn_90d,
        gone_180d / nullif(alive, 0) as expected_churn_180d,
        gone_365d / nullif(alive, 0) as expected_churn_365d,
        (alive - gone_90d) / nullif(alive, 0) as expected_survival_90d,
        (alive - gone_180d) / nullif(alive, 0) as expected_survival_180d,
        (alive - gone_365d) / nullif(alive, 0) as expected_survival_365d,
        1 - repeat_alive / 1e9 / nullif(repeat_customers, 0) as expected_gone_share_of_repeat_customers,
        repeat_customers as expected_gone_share_of_repeat_customers_n,
        silent_alive / 1e9 / nullif(silent_customers, 0) as expected_alive_share_of_silent_customers,
        silent_customers as expected_alive_share_of_silent_customers_n,
        buying_30d / 1e9 / nullif(customers, 0) as sale_chance_all_30d,
        buying_90d / 1e9 / nullif(customers, 0) as sale_chance_all_90d,
        buying_365d / 1e9 / nullif(customers, 0) as sale_chance_all_365d,
        alive_buying_30d / nullif(alive, 0) as sale_chance_alive_30d,
        alive_buying_90d / nullif(alive, 0) as sale_chance_alive_90d,
        alive_buying_365d / nullif(alive, 0) as sale_chance_alive_365d,
        repeat_buying_30d / 1e9 / nullif(repeat_customers, 0) as sale_chance_repeat_30d,
        repeat_customers as sale_chance_repeat_30d_n,
        repeat_buying_90d / 1e9 / nullif(repeat_customers, 0) as sale_chance_repeat_90d,
        repeat_customers as sale_chance_repeat_90d_n,
        repeat_buying_365d / 1e9 / nullif(repeat_customers, 0) as sale_chance_repeat_365d,
        repeat_customers as sale_chance_repeat_365d_n
    from everybody
)

select * from final
