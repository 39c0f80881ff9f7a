-- quarantine_places: where to look first for each reason.
--
-- grain: one row per (reason, file)
-- reads: quarantine
select
    reason,
    file,
    min(row_number) as first_row,
    count(*) as order_rows
from quarantine
group by reason, file
