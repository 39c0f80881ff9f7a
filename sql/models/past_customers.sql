-- past_customers: what was known of each customer of the past days on the day, and what
-- they did in the windows after it. Returns made later are not known on it, whatever
-- order they belong to, nor are newer versions of orders; money counts when it moved, and
-- a purchase after the day as what is known of it on as_of: an order of before that is
-- returned and booked again after the day is one of them. Recent is the stretch as long
-- as the holdout that ends with the day; the first purchase is not among the recent
-- ones. A window that as_of cuts off holds what has come so far. Faded are the repeat
-- purchases, each with a weight in billionths that halves as often as the half-life has
-- passed since.
--
-- grain: one row per (past_day, customer_id)
-- reads: past_members, past_days, customer_days, look_days, version_money, purchase_weights
with

members as (
    select
        past_members.*,
        past_days.recent_from,
        past_days.half_from,
        past_days.holdout_to,
        past_days.horizon_to,
        past_days.month_to,
        past_days.quarter_to,
        past_days.year_to
    from past_members
    inner join past_days
        on past_members.past_day = past_days.past_day
),

member_days as (
    select
        members.*,
        customer_days.order_day,
        -- a look has no day after its own
        coalesce(look_days.is_purchase, customer_days.is_purchase) as is_purchase,
        coalesce(look_days.purchase_minor, customer_days.purchase_minor) as purchase_minor,
        coalesce(look_days.purchase_margin_minor, customer_days.purchase_margin_minor) as purchase_margin_minor,
        customer_days.net_minor,
        customer_days.margin_minor
    from members
    inner join customer_days
        on members.customer_id = customer_days.customer_id
    left join look_days
        on members.past_day = look_days.look_day
        and customer_days.customer_id = look_days.customer_id
        and customer_days.order_day = look_days.order_day
    union all
    -- days on which a newer version has left nothing since
    select
        members.*,
        look_days.order_day,
        look_days.is_purchase,
        look_days.purchase_minor,
        look_days.purchase_margin_minor,
        0 as net_minor,
        0 as margin_minor
    from members
    inner join look_days
        on members.customer_id = look_days.customer_id
        and members.past_day = look_days.look_day
    left join customer_days
        on look_days.customer_id = customer_days.customer_id
        and look_days.order_day = customer_days.order_day
    where customer_days.customer_id is null
    union all
    select
        members.*,
        version_money.moved_on as order_day,
        false as is_purchase,
        0 as purchase_minor,
        0 as purchase_margin_minor,
        version_money.net_minor,
        version_money.margin_minor
    from members
    inner join version_money
        on members.customer_id = version_money.customer_id
),

placed as (
    select
        member_days.*,
        order_day <= past_day as is_known,
        order_day > recent_from
            and order_day <= past_day
            and order_day > first_purchase_date as is_recent,
        case
            when is_purchase and order_day <= past_day and order_day > first_purchase_date then day_difference(order_day, past_day)
        end as repeat_age_days,
        order_day > past_day and order_day <= holdout_to as is_in_holdout,
        order_day > past_day and order_day <= horizon_to as is_in_horizon,
        order_day > past_day and order_day <= month_to as is_in_month,
        order_day > past_day and order_day <= quarter_to as is_in_quarter,
        order_day > past_day and order_day <= year_to as is_in_year
    from member_days
),

weighed as (
    select
        placed.*,
        purchase_weights.half_30,
        purchase_weights.half_60,
        purchase_weights.half_120,
        purchase_weights.half_240,
        purchase_weights.half_480,
        purchase_weights.half_960
    from placed
    left join purchase_weights
        on placed.repeat_age_days = purchase_weights.age_days
),

sums as (
    select
        past_day,
        customer_id,
        first_channel,
        fit_group,
        first_purchase_date,
        id_fraction,
        cast(sum(case when is_known and is_purchase then 1 else 0 end) as bigint) as purchases,
        max(case when is_known and is_purchase then order_day end) as last_purchase_date,
        cast(sum(case when is_known and is_purchase then purchase_minor else 0 end) as bigint) as purchase_revenue_minor,
        cast(sum(case when is_known and is_purchase then purchase_margin_minor else 0 end) as bigint) as purchase_margin_minor,
        cast(sum(case when is_known and is_purchase and order_day = first_purchase_date then purchase_minor else 0 end)
            as bigint) as first_purchase_minor,
        cast(sum(case when is_known and is_purchase and order_day = first_purchase_date then purchase_margin_minor else 0 end)
            as bigint) as first_purchase_margin_minor,
        cast(sum(case when is_known and is_purchase and purchase_minor > 0 then 1 else 0 end) as bigint) as positive_purchases,
        cast(sum(case when is_known and is_purchase and purchase_minor > 0 then log_millionths(purchase_minor) else 0 end)
            as bigint) as purchase_log_millionths,
        cast(sum(case when is_known then net_minor else 0 end) as bigint) as known_revenue_minor,
        cast(sum(case when is_recent and is_purchase then 1 else 0 end) as bigint) as recent_purchases,
        cast(sum(case when is_recent then net_minor else 0 end) as bigint) as recent_revenue_minor,
        cast(sum(case when is_recent then margin_minor else 0 end) as bigint) as recent_margin_minor,
        cast(sum(case when repeat_age_days is not null and order_day > half_from then 1 else 0 end) as bigint) as half_window_purchases,
        cast(coalesce(sum(half_30), 0) as bigint) as faded_30,
        cast(coalesce(sum(half_60), 0) as bigint) as faded_60,
        cast(coalesce(sum(half_120), 0) as bigint) as faded_120,
        cast(coalesce(sum(half_240), 0) as bigint) as faded_240,
        cast(coalesce(sum(half_480), 0) as bigint) as faded_480,
        cast(coalesce(sum(half_960), 0) as bigint) as faded_960,
        cast(sum(case when is_in_holdout and is_purchase then 1 else 0 end) as bigint) as holdout_purchases,
        cast(sum(case when is_in_holdout then net_minor else 0 end) as bigint) as holdout_revenue_minor,
        cast(sum(case when is_in_holdout then margin_minor else 0 end) as bigint) as holdout_margin_minor,
        cast(sum(case when is_in_horizon and is_purchase then 1 else 0 end) as bigint) as horizon_purchases,
        cast(sum(case when is_in_horizon then net_minor else 0 end) as bigint) as horizon_revenue_minor,
        cast(sum(case when is_in_horizon then margin_minor else 0 end) as bigint) as horizon_margin_minor,
        cast(sum(case when is_in_month and is_purchase then 1 else 0 end) as bigint) as month_purchases,
        cast(sum(case when is_in_month then net_minor else 0 end) as bigint) as month_revenue_minor,
        cast(sum(case when is_in_month then margin_minor else 0 end) as bigint) as month_margin_minor,
        cast(sum(case when is_in_quarter and is_purchase then 1 else 0 end) as bigint) as quarter_purchases,
        cast(sum(case when is_in_quarter then net_minor else 0 end) as bigint) as quarter_revenue_minor,
        cast(sum(case when is_in_quarter then margin_minor else 0 end) as bigint) as quarter_margin_minor,
        cast(sum(case when is_in_year and is_purchase then 1 else 0 end) as bigint) as year_purchases,
        cast(sum(case when is_in_year then net_minor else 0 end) as bigint) as year_revenue_minor,
        cast(sum(case when is_in_year then margin_minor else 0 end) as bigint) as year_margin_minor
    from weighed
    group by past_day, customer_id, first_channel, fit_group, first_purchase_date, id_fraction
),

final as (
    select
        past_day,
        customer_id,
        first_channel,
        fit_group,
        purchases - 1 as repeat_purchases,
        positive_purchases,
        day_difference(first_purchase_date, last_purchase_date) as age_at_last_purchase_days,
        day_difference(first_purchase_date, past_day) as customer_age_days,
        purchase_revenue_minor,
        purchase_margin_minor,
        purchase_log_millionths,
        first_purchase_minor,
        purchase_revenue_minor - first_purchase_minor as repeat_revenue_minor,
        purchase_margin_minor - first_purchase_margin_minor as repeat_margin_minor,
        known_revenue_minor - purchase_revenue_minor as later_returns_minor,
        recent_purchases,
        recent_revenue_minor,
        recent_margin_minor,
        half_window_purchases,
        faded_30,
        faded_60,
        faded_120,
        faded_240,
        faded_480,
        faded_960,
        holdout_purchases,
        holdout_revenue_minor,
        holdout_margin_minor,
        horizon_purchases,
        horizon_revenue_minor,
        horizon_margin_minor,
        month_purchases,
        month_revenue_minor,
        month_margin_minor,
        quarter_purchases,
        quarter_revenue_minor,
        quarter_margin_minor,
        year_purchases,
        year_revenue_minor,
        year_margin_minor,
        id_fraction
    from sums
)

select * from final
