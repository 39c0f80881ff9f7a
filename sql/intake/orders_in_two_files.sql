-- orders_in_two_files: the orders of which a day's rows stand in several files, none
-- of them a return, by the first and the last of the files.
--
-- grain: one row per (first_file, last_file)
-- reads: order_parts
select
    first_file,
    last_file,
    count(*) as orders,
    cast(sum(net_minor) as bigint) as net_minor
from order_parts
where first_file < last_file
    and negative_rows = 0
group by first_file, last_file
