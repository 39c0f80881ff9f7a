-- channel_margins: the margin shares of each channel's repeat and first purchases, shrunk
-- towards the base's: a channel counts with its own revenue of them, the base with
-- that of margin_prior_customers of its customers, so that a handful of orders cannot
-- set a channel's worth.
--
-- grain: one row per known first_channel
-- reads: summary, base_rates, params
with

channels as (
    select
        first_channel,
        cast(cast(sum(repeat_revenue_minor) as bigint) as double) as revenue_minor,
        cast(cast(sum(repeat_margin_minor) as bigint) as double) as margin_minor,
        cast(cast(sum(first_purchase_minor) as bigint) as double) as first_revenue_minor,
        cast(cast(sum(purchase_margin_minor - repeat_margin_minor) as bigint) as double) as first_margin_minor
    from summary
    where first_channel <> ''
    group by first_channel
),

priors as (
    select
        base_rates.margin_share,
        base_rates.first_margin_share,
        params.margin_prior_customers * base_rates.revenue_per_customer * params.minor_per_unit as revenue_minor,
        params.has_margin
    from base_rates
    cross join params
),

final as (
    select
        channels.first_channel,
        case
            when priors.has_margin
                then (channels.margin_minor + priors.margin_share * priors.revenue_minor)
                    / nullif(channels.revenue_minor + priors.revenue_minor, 0)
            else priors.margin_share
        end as margin_share,
        case
            when priors.has_margin
                then (channels.first_margin_minor + priors.first_margin_share * priors.revenue_minor)
                    / nullif(channels.first_revenue_minor + priors.revenue_minor, 0)
            else priors.first_margin_share
        end as first_margin_share
    from channels
    cross join priors
)

select * from final
