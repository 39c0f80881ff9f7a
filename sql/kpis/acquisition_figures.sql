-- acquisition_figures: what acquisition cost and brought over the trailing 12 months,
-- in the channels with spend (paid) and over all new customers (blended).
--
-- grain: one row
-- reads: channels, params
select
    blended.new_customers as n,
    case when params.has_spend then blended.spend end as acquisition_spend,
    blended.new_customers as newcomers,
    paid.cac as paid_cac,
    paid.new_customers as paid_cac_n,
    blended.cac as blended_cac,
    paid.ltv_cac,
    paid.ltv_cac_low,
    paid.ltv_cac_high,
    paid.new_customers as ltv_cac_n,
    blended.ltv_cac as blended_ltv_cac,
    blended.ltv_cac_low as blended_ltv_cac_low,
    blended.ltv_cac_high as blended_ltv_cac_high,
    paid.payback_days,
    paid.new_customers as payback_days_n,
    paid.median_payback_days,
    paid.median_payback_low as median_payback_days_low,
    paid.median_payback_high as median_payback_days_high,
    paid.new_customers as median_payback_days_n
from params
left join channels as blended
    on blended.period = 'trailing_12m'
    and blended.scope = 'blended'
left join channels as paid
    on paid.period = 'trailing_12m'
    and paid.scope = 'paid'
