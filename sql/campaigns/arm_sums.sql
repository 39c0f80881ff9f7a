-- arm_sums: what a comparison needs of an arm's people: how many they are, how many
-- of them have no order before their assignment, and sums of their outcomes y, of
-- the covariate x, of squares and products. The sums are exact whole numbers of up to 38 digits, written as text.
--
-- grain: one row per arm
-- reads: outcomes, winsorise_cap
with

people as (
    select
        outcomes.arm,
        outcomes.assigned_on,
        outcomes.without_prior_order,
        -- wide enough for products: two of 19 digits have 38
        cast(outcomes.converted as decimal(19, 0)) as conversion,
        cast(outcomes.revenue_minor as decimal(19, 0)) as revenue,
        cast(least(outcomes.revenue_minor, winsorise_cap.cap_minor) as decimal(19, 0)) as winsorised,
        cast(outcomes.margin_minor as decimal(19, 0)) as margin,
        cast(outcomes.covariate_minor as decimal(19, 0)) as covariate
    from outcomes
    cross join winsorise_cap
),

final as (
    select
        arm,
        count(*) as customers,
        cast(sum(without_prior_order) as bigint) as without_prior_order,
        min(assigned_on) as first_assigned_on,
        max(assigned_on) as last_assigned_on,
        cast(sum(covariate) as string) as covariate,
        cast(sum(covariate * covariate) as string) as covariate_squared,
        cast(sum(conversion) as string) as conversion,
        cast(sum(conversion * conversion) as string) as conversion_squared,
        cast(sum(conversion * covariate) as string) as conversion_products,
        cast(sum(revenue) as string) as revenue,
        cast(sum(revenue * revenue) as string) as revenue_squared,
        cast(sum(revenue * covariate) as string) as revenue_products,
        cast(sum(winsorised) as string) as winsorised,
        cast(sum(winsorised * winsorised) as string) as winsorised_squared,
        cast(sum(winsorised * covariate) as string) as winsorised_products,
        cast(sum(margin) as string) as margin,
        cast(sum(margin * margin) as string) as margin_squared,
        cast(sum(margin * covariate) as string) as margin_products
    from people
    group by arm
)

select * from final
