-- outcomes: what each assigned person did from the day after the assignment on,
-- for as long as the window lasts or until as_of; nothing is an outcome too.
--
-- A person converted who has a day of purchase as the valuation counts purchases, on
-- the last day of the window: a return, or a newer version, that undoes an order within
-- it takes the conversion back, a later one does not. Money counts when it moved. The
-- covariate is what was known before the campaign could do anything: the revenue of as
-- many days before the day of the assignment, on which the message may have gone out, or
-- the value predicted then. Without a margin, revenue stands in. A discount takes all of
-- itself from the margin, and under a rate of what was paid only that share of it is in
-- the revenue: the rest is taken off here. cost_parts is what a message to the person
-- cost, in ten-thousandths of the minor unit; what arm none was sent is a mistake, and
-- no cost of the campaign. is_mature says that the window has closed.
--
-- grain: one row per customer_id
-- reads: assignments, customer_days, look_days, version_money, contacted, campaign_terms, params
with

-- what was known on the last day of each window
last_looks as (
    select
        look_days.customer_id,
        look_days.order_day,
        look_days.is_purchase
    from assignments
    inner join look_days
        on assignments.customer_id = look_days.customer_id
    cross join campaign_terms
    where day_difference(assignments.assigned_on, look_days.look_day) = campaign_terms.window_days
),

days as (
    select
        customer_days.customer_id,
        customer_days.order_day,
        coalesce(last_looks.is_purchase, customer_days.is_purchase) as is_purchase,
        customer_days.net_minor,
        customer_days.margin_minor
    from customer_days
    left join last_looks
        on customer_days.customer_id = last_looks.customer_id
        and customer_days.order_day = last_looks.order_day
    union all
    -- days on which a newer version has left nothing since
    select
        last_looks.customer_id,
        last_looks.order_day,
        last_looks.is_purchase,
        0 as net_minor,
        0 as margin_minor
    from last_looks
    left join customer_days
        on last_looks.customer_id = customer_days.customer_id
        and last_looks.order_day = customer_days.order_day
    where customer_days.customer_id is null
    union all
    select
        customer_id,
        moved_on as order_day,
        false as is_purchase,
        net_minor,
        margin_minor
    from version_money
),

placed as (
    select
        assignments.customer_id,
        day_difference(assignments.assigned_on, days.order_day) as days_after,
        days.is_purchase,
        days.net_minor,
        days.margin_minor
    from assignments
    inner join days
        on assignments.customer_id = days.customer_id
),

counted as (
    select
        placed.customer_id,
        placed.days_after between 1 and campaign_terms.window_days as is_watched,
        placed.days_after between -campaign_terms.window_days and -1 as is_prior,
        placed.days_after <= 0 as is_known,
        placed.is_purchase,
        placed.net_minor,
        placed.margin_minor
    from placed
    cross join campaign_terms
),

added as (
    select
        customer_id,
        max(case when is_watched and is_purchase then 1 else 0 end) as converted,
        max(case when is_known then 1 else 0 end) as is_known,
        cast(sum(case when is_watched then net_minor else 0 end) as bigint) as revenue_minor,
        cast(sum(case when is_watched then margin_minor else 0 end) as bigint) as margin_minor,
        cast(sum(case when is_prior then net_minor else 0 end) as bigint) as prior_spend_minor
    from counted
    group by customer_id
),

final as (
    select
        assignments.customer_id,
        assignments.arm,
        assignments.assigned_on,
        -- everyone who was assigned had an order by then
        cast(1 - coalesce(added.is_known, 0) as bigint) as without_prior_order,
        cast(coalesce(added.converted, 0) as bigint) as converted,
        coalesce(added.revenue_minor, 0) as revenue_minor,
        case
            when params.margin_rate is not null then fixed_point(
                params.margin_rate * coalesce(added.revenue_minor, 0)
                    - (1 - params.margin_rate) * cast(coalesce(contacted.discount, 0) as double),
                1
            )
            when params.has_margin then coalesce(added.margin_minor, 0)
            else coalesce(added.revenue_minor, 0)
        end as margin_minor,
        case
            when assignments.arm = 'none' then 0
            else cast(coalesce(contacted.cost, 0) * 10000 as bigint)
        end as cost_parts,
        day_difference(assignments.assigned_on, params.as_of) >= campaign_terms.window_days as is_mature,
        case
            when campaign_terms.is_covariate_clv then assignments.clv_minor
            else coalesce(added.prior_spend_minor, 0)
        end as covariate_minor
    from assignments
    cross join campaign_terms
    cross join params
    left join added
        on assignments.customer_id = added.customer_id
    left join contacted
        on assignments.customer_id = contacted.customer_id
)

select * from final
