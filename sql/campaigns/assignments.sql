-- assignments: everyone assigned by as_of, each once, with the day from which
-- on they are watched. No text is null here: see orders on stored texts.
--
-- grain: one row per customer_id
-- reads: assignment_parts, input_limits, params
select
    coalesce(assignment_parts.customer_id, '') as customer_id,
    coalesce(assignment_parts.arm, '') as arm,
    assignment_parts.as_of as assigned_on,
    -- a value that is no amount is 0 here, and a check stops the measurement
    case
        when is_finite(assignment_parts.clv) and abs(assignment_parts.clv) <= input_limits.max_amount
            then to_minor(assignment_parts.clv, params.minor_per_unit)
        else 0
    end as clv_minor
from assignment_parts
cross join input_limits
cross join params
where assignment_parts.as_of <= params.as_of
