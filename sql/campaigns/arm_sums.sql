-- arm_sums: what a comparison needs of an arm's people, those whose window has closed
-- and the others: how many they are, how many of them have no order before their
-- assignment, and sums of their outcomes y, of the covariate x, of squares, products and
-- cubes. The sums are exact whole numbers of up to 38 digits, written as text.
--
-- net is margin less cost in ten-thousandths of the minor unit, times net_units; cubes
-- are of y / cube_units of the metric's kind and of x / covariate_cube_units. The units
-- are 1 but where somebody has vast amounts, whose cubes would not fit.
--
-- grain: one row per (arm, is_mature)
-- reads: outcomes, winsorise_cap
with

people as (
    select
        outcomes.arm,
        outcomes.is_mature,
        outcomes.assigned_on,
        outcomes.without_prior_order,
        outcomes.converted as conversion,
        outcomes.revenue_minor as revenue,
        least(outcomes.revenue_minor, winsorise_cap.cap_minor) as winsorised,
        outcomes.margin_minor as margin,
        outcomes.covariate_minor as covariate,
        cast(outcomes.margin_minor as decimal(19, 0)) * 10000 - cast(outcomes.cost_parts as decimal(19, 0)) as net
    from outcomes
    cross join winsorise_cap
),

largest as (
    select
        max(greatest(abs(cast(revenue as double)), abs(cast(margin as double)))) as money,
        max(abs(cast(covariate as double))) as covariate,
        max(abs(cast(net as double))) as net
    from people
),

-- cubes of numbers up to 10^6 are integers of 19 digits, and the sum of squares of
-- numbers up to 10^14 over 10^9 people one of 38
units as (
    select
        greatest(1, cast(ceil(money / 1e6) as bigint)) as money_cube_units,
        greatest(1, cast(ceil(covariate / 1e6) as bigint)) as covariate_cube_units,
        greatest(1, cast(ceil(net / 1e14) as bigint)) as net_units,
        greatest(1, cast(ceil(net / 1e6) as bigint)) as net_cube_units
    from largest
),

scaled as (
    select
        people.arm,
        people.is_mature,
        people.assigned_on,
        people.without_prior_order,
        people.conversion,
        -- wide enough for products: two of 19 digits have 38
        cast(people.revenue as decimal(19, 0)) as revenue,
        cast(people.winsorised as decimal(19, 0)) as winsorised,
        cast(people.margin as decimal(19, 0)) as margin,
        cast(round(cast(people.net as double) / units.net_units) as decimal(19, 0)) as net,
        cast(people.covariate as decimal(19, 0)) as covariate,
        cast(round(cast(people.revenue as double) / units.money_cube_units) as bigint) as revenue_part,
        cast(round(cast(people.winsorised as double) / units.money_cube_units) as bigint) as winsorised_part,
        cast(round(cast(people.margin as double) / units.money_cube_units) as bigint) as margin_part,
        cast(round(cast(people.net as double) / units.net_cube_units) as bigint) as net_part,
        cast(round(cast(people.covariate as double) / units.covariate_cube_units) as bigint) as covariate_part,
        units.money_cube_units,
        units.covariate_cube_units,
        units.net_units,
        units.net_cube_units
    from people
    cross join units
),

final as (
    select
        arm,
        is_mature,
        count(*) as customers,
        cast(sum(without_prior_order) as bigint) as without_prior_order,
        min(assigned_on) as first_assigned_on,
        max(assigned_on) as last_assigned_on,
        money_cube_units,
        covariate_cube_units,
        net_units,
        net_cube_units,
        cast(sum(covariate) as string) as covariate,
        cast(sum(covariate * covariate) as string) as covariate_squared,
        cast(sum(cast(covariate_part * covariate_part * covariate_part as decimal(19, 0))) as string) as covariate_cubed,
        cast(sum(conversion) as string) as conversion,
        cast(sum(conversion * covariate) as string) as conversion_products,
        -- a conversion is its own square and its own cube
        cast(sum(cast(conversion * covariate_part as decimal(19, 0))) as string) as conversion_squared_products,
        cast(sum(cast(conversion * covariate_part * covariate_part as decimal(19, 0))) as string) as conversion_products_squared,
        cast(sum(revenue) as string) as revenue,
        cast(sum(revenue * revenue) as string) as revenue_squared,
        cast(sum(cast(revenue_part * revenue_part * revenue_part as decimal(19, 0))) as string) as revenue_cubed,
        cast(sum(revenue * covariate) as string) as revenue_products,
        cast(sum(cast(revenue_part * revenue_part * covariate_part as decimal(19, 0))) as string) as revenue_squared_products,
        cast(sum(cast(revenue_part * covariate_part * covariate_part as decimal(19, 0))) as string) as revenue_products_squared,
        cast(sum(winsorised) as string) as winsorised,
        cast(sum(winsorised * winsorised) as string) as winsorised_squared,
        cast(sum(cast(winsorised_part * winsorised_part * winsorised_part as decimal(19, 0))) as string) as winsorised_cubed,
        cast(sum(winsorised * covariate) as string) as winsorised_products,
        cast(sum(cast(winsorised_part * winsorised_part * covariate_part as decimal(19, 0))) as string) as winsorised_squared_products,
        cast(sum(cast(winsorised_part * covariate_part * covariate_part as decimal(19, 0))) as string) as winsorised_products_squared,
        cast(sum(margin) as string) as margin,
        cast(sum(margin * margin) as string) as margin_squared,
        cast(sum(cast(margin_part * margin_part * margin_part as decimal(19, 0))) as string) as margin_cubed,
        cast(sum(margin * covariate) as string) as margin_products,
        cast(sum(cast(margin_part * margin_part * covariate_part as decimal(19, 0))) as string) as margin_squared_products,
        cast(sum(cast(margin_part * covariate_part * covariate_part as decimal(19, 0))) as string) as margin_products_squared,
        cast(sum(net) as string) as net,
        cast(sum(net * net) as string) as net_squared,
        cast(sum(cast(net_part * net_part * net_part as decimal(19, 0))) as string) as net_cubed,
        cast(sum(net * covariate) as string) as net_products,
        cast(sum(cast(net_part * net_part * covariate_part as decimal(19, 0))) as string) as net_squared_products,
        cast(sum(cast(net_part * covariate_part * covariate_part as decimal(19, 0))) as string) as net_products_squared
    from scaled
    group by arm, is_mature, money_cube_units, covariate_cube_units, net_units, net_cube_units
)

select * from final
