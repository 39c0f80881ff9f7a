-- orders_in_two_files: the orders of which a day's rows stand in two files with the same
-- money, none of them a return, by these files. Lines that only arrived with a later file
-- have other money than those before.
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
    and net_minor > 0
    and 2 * weighted_minor = net_minor * (first_file + last_file)
group by first_file, last_file
