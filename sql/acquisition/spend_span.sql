-- spend_span: from which day to which spend is known.
--
-- grain: one row
-- reads: spend_days
select
    min(spend_day) as first_day,
    max(spend_day) as last_day
from spend_days
