-- replacement_figures: the terms of the mark, per customer: what a new customer brings
-- and costs, and the costs of acquisition that could have been taken instead.
--
-- grain: one row
-- reads: replacement, base_sums, params
with

terms as (
    select
        replacement.*,
        base_sums.customers,
        params.cac as configured_cac,
        params.minor_per_unit
    from replacement
    cross join base_sums
    cross join params
),

final as (
    select
        customers as n,
        money(to_minor(first_order_margin, minor_per_unit), minor_per_unit) as first_order_margin,
        newcomers as first_order_margin_n,
        money(to_minor(newcomer_clv, minor_per_unit), minor_per_unit) as newcomer_clv,
        money(to_minor(newcomer_value, minor_per_unit), minor_per_unit) as newcomer_value,
        money(to_minor(cac, minor_per_unit), minor_per_unit) as cac,
        money(to_minor(replacement, minor_per_unit), minor_per_unit) as replacement,
        money(to_minor(keep_floor, minor_per_unit), minor_per_unit) as keep_floor,
        configured_cac as cac_configured,
        money(to_minor(first_order_margin, minor_per_unit), minor_per_unit) as cac_of_first_order
    from terms
)

select * from final
