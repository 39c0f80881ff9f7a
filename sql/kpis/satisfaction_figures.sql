-- satisfaction_figures: the Net Promoter Score of the base and of each mark; null where
-- nobody answered.
--
-- grain: one row
-- reads: satisfaction
select
    max(case when scope = 'all' then nps end) as nps,
    max(case when scope = 'all' then nps_low end) as nps_low,
    max(case when scope = 'all' then nps_high end) as nps_high,
    coalesce(max(case when scope = 'all' then answers end), 0) as nps_n,
    max(case when scope = 'mark' and name = 'retain' then nps end) as nps_retain,
    max(case when scope = 'mark' and name = 'retain' then nps_low end) as nps_retain_low,
    max(case when scope = 'mark' and name = 'retain' then nps_high end) as nps_retain_high,
    coalesce(max(case when scope = 'mark' and name = 'retain' then answers end), 0) as nps_retain_n,
    max(case when scope = 'mark' and name = 'acquisition_lookalike' then nps end) as nps_lookalike,
    max(case when scope = 'mark' and name = 'acquisition_lookalike' then nps_low end) as nps_lookalike_low,
    max(case when scope = 'mark' and name = 'acquisition_lookalike' then nps_high end) as nps_lookalike_high,
    coalesce(max(case when scope = 'mark' and name = 'acquisition_lookalike' then answers end), 0) as nps_lookalike_n
from satisfaction
