-- start_places: the cells in which each customer is compared: by the channel, and by
-- everything else; and what they have bought again.
--
-- grain: one row per customer_id
-- reads: start_cells, start_customers
select
    start_customers.customer_id,
    start_customers.first_channel,
    by_month.cell_number as month_cell_number,
    by_channel.cell_number as channel_cell_number,
    start_customers.customer_age_days,
    start_customers.days_to_second_purchase,
    start_customers.repeat_purchases,
    start_customers.repeat_minor
from start_customers
inner join start_cells as by_month
    on start_customers.cohort_month = by_month.cohort_month
    and not by_month.is_by_channel
inner join start_cells as by_channel
    on start_customers.cohort_month = by_channel.cohort_month
    and start_customers.first_channel = by_channel.first_channel
    and by_channel.is_by_channel
