-- own_shares: every customer with how far what they keep of their purchases lies from
-- what is usual: their margin from that of their channel's (else the base's) first and
-- repeat purchases, and what they returned of no purchase from the base's. Both are
-- shares of what their purchases are worth, and at the most 1.
--
-- Beside each stands how many purchases say so. A share of unequal ones says less: n of
-- them count as (Σz)² / Σz² equal ones, which is n / (1 + v²), v² being the square of
-- their coefficient of variation, about 2 (ln of the mean - mean of ln). A purchase
-- younger than return_days may still come back, and says nothing of returns.
--
-- grain: one row per customer_id
-- reads: rfm, base_rates, channel_margins, params
with

counted as (
    select
        rfm.*,
        coalesce(channel_margins.margin_share, base_rates.margin_share) as usual_margin_share,
        coalesce(channel_margins.first_margin_share, base_rates.first_margin_share) as first_margin_share,
        base_rates.later_return_share as usual_return_share,
        params.margin_rate is null and params.has_margin as has_own_margin,
        case
            when rfm.positive_purchases > 0
                then greatest(
                    1e0,
                    rfm.positive_purchases / (
                        1 + 2 * greatest(
                            0e0,
                            ln(cast(rfm.purchase_revenue_minor as double) / nullif(rfm.positive_purchases, 0))
                            - rfm.purchase_log_millionths / 1e6 / nullif(rfm.positive_purchases, 0)
                        )
                    )
                )
            else 0e0
        end as equal_purchases,
        rfm.positive_purchases
        - case when rfm.days_since_last_purchase < params.return_days then 1 else 0 end as settled_purchases
    from rfm
    cross join base_rates
    cross join params
    left join channel_margins
        on rfm.first_channel = channel_margins.first_channel
),

compared as (
    select
        counted.*,
        case
            when has_own_margin and positive_purchases > 0
                then (purchase_margin_minor - first_margin_share * first_purchase_minor - usual_margin_share * repeat_revenue_minor)
                    / nullif(purchase_revenue_minor, 0)
            else 0e0
        end as margin_difference,
        -cast(later_returns_minor as double) / nullif(purchase_revenue_minor, 0) as own_return_share
    from counted
),

final as (
    select
        compared.*,
        greatest(-1e0, least(1e0, margin_difference)) as margin_deviation,
        equal_purchases as margin_purchases,
        case
            when positive_purchases > 0 then greatest(0e0, least(1e0, own_return_share)) - usual_return_share
            else 0e0
        end as return_deviation,
        case
            when settled_purchases > 0
                then greatest(1e0, equal_purchases * settled_purchases / nullif(positive_purchases, 0))
            else 0e0
        end as return_purchases
    from compared
)

select * from final
