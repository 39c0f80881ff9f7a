-- repeat_rate_figures: how many customers purchased again, ever and within windows of
-- days; the latter also as the chances to sell to a new customer, beside those to
-- sell to others.
--
-- grain: one row
-- reads: repeat_counts
select
    max(case when window_days is null then repeaters end) as repeat_rate_counted,
    max(case when window_days is null then customers end) as repeat_rate_n,
    max(case when window_days = 30 then repeaters end) as repeat_rate_30d_counted,
    max(case when window_days = 30 then customers end) as repeat_rate_30d_n,
    max(case when window_days = 60 then repeaters end) as repeat_rate_60d_counted,
    max(case when window_days = 60 then customers end) as repeat_rate_60d_n,
    max(case when window_days = 90 then repeaters end) as repeat_rate_90d_counted,
    max(case when window_days = 90 then customers end) as repeat_rate_90d_n,
    max(case when window_days = 180 then repeaters end) as repeat_rate_180d_counted,
    max(case when window_days = 180 then customers end) as repeat_rate_180d_n,
    max(case when window_days = 365 then repeaters end) as repeat_rate_365d_counted,
    max(case when window_days = 365 then customers end) as repeat_rate_365d_n,
    max(case when window_days = 30 then repeaters end) as sale_chance_newcomer_30d_counted,
    max(case when window_days = 30 then customers end) as sale_chance_newcomer_30d_n,
    max(case when window_days = 90 then repeaters end) as sale_chance_newcomer_90d_counted,
    max(case when window_days = 90 then customers end) as sale_chance_newcomer_90d_n,
    max(case when window_days = 365 then repeaters end) as sale_chance_newcomer_365d_counted,
    max(case when window_days = 365 then customers end) as sale_chance_newcomer_365d_n
from repeat_counts
where scope = 'all'
