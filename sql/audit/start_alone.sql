-- start_alone: what a customer who alone in a cell started by a value would have bought
-- again, by their age, at the ages that not all of the cell have reached, had they bought
-- as all of the cell but one did (see start_tails).
--
-- grain: one row per (cell_number, customer_age_days) above the age that all have reached
-- reads: start_base, start_days
select
    start_base.cell_number,
    start_base.customer_age_days,
    cast(sum(fixed_point(start_days.repeats / cast(start_days.at_risk - 1 as double), 1000000000)) as bigint) as billionths,
    cast(sum(fixed_point(start_days.repeat_minor / cast(start_days.at_risk - 1 as double), 1000)) as bigint) as minor_thousandths
from start_base
inner join start_days
    on start_base.cell_number = start_days.cell_number
    and start_base.customer_age_days >= start_days.age_days
where start_days.at_risk > 1
group by start_base.cell_number, start_base.customer_age_days
