-- assignments: everyone assigned by as_of, each once and by their first assignment,
-- with the day from which on they are watched. No text is null here: see orders on stored texts.
--
-- grain: one row per customer_id
-- reads: first_assignments, input_limits, params
select
    coalesce(first_assignments.customer_id, '') as customer_id,
    coalesce(first_assignments.arm, '') as arm,
    first_assignments.as_of as assigned_on,
    -- a value that is no amount is 0 here, and a check stops the measurement
    case
        when is_finite(first_assignments.clv) and abs(first_assignments.clv) <= input_limits.max_amount
            then to_minor(first_assignments.clv, params.minor_per_unit)
        else 0
    end as clv_minor
from first_assignments
cross join input_limits
cross join params
where first_assignments.as_of <= params.as_of
