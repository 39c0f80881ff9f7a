-- start_outcomes: what came of the customers who began with each value, and what was
-- expected of them but for the attribute: as of their history and, by the effects that the
-- samples show, of their values of the other attributes. How many purchases came, and what
-- one is worth on the mean of each customer's. Of a customer with several values of an
-- attribute each has its part; spread is what is expected by the squares of the parts. Who
-- has a history of which the sample has nobody is left out. Empty where the samples are
-- everybody.
--
-- grain: one row per (past_day, attribute_number, label, repeat_band)
-- reads: window_customers, start_expected, first_labels, start_given
with

of_attributes as (
    select
        first_labels.customer_id,
        first_labels.attribute_number,
        count(*) as labels,
        cast(round(cast(sum(coalesce(start_given.purchase_billionths, 0)) as double) / count(*)) as bigint) as purchase_billionths,
        cast(round(cast(sum(coalesce(start_given.spend_billionths, 0)) as double) / count(*)) as bigint) as spend_billionths
    from first_labels
    left join start_given
        on first_labels.attribute_number = start_given.attribute_number
        and first_labels.label = start_given.content
    group by first_labels.customer_id, first_labels.attribute_number
),

of_customers as (
    select
        customer_id,
        cast(sum(purchase_billionths) as bigint) as purchase_billionths,
        cast(sum(spend_billionths) as bigint) as spend_billionths
    from of_attributes
    group by customer_id
),

expected as (
    select
        window_customers.past_day,
        window_customers.customer_id,
        window_customers.repeat_band,
        window_customers.came_purchases,
        start_expected.purchases,
        case when window_customers.spend_purchases > 0 and start_expected.spend_minor is not null
            then window_customers.spend_minor / window_customers.spend_purchases
            else 0e0
        end as spent_minor,
        case when window_customers.spend_purchases > 0 then coalesce(start_expected.spend_minor, 0e0) else 0e0 end as worth_minor
    from window_customers
    inner join start_expected
        on window_customers.past_day = start_expected.past_day
        and window_customers.fit_group = start_expected.fit_group
        and window_customers.repeats = start_expected.repeats
        and window_customers.silent = start_expected.silent
        and window_customers.age = start_expected.age
),

parts as (
    select
        expected.past_day,
        expected.repeat_band,
        first_labels.attribute_number,
        first_labels.label,
        cast(of_attributes.labels as double) as labels,
        expected.came_purchases,
        expected.purchases * exp((of_customers.purchase_billionths - of_attributes.purchase_billionths) / 1e9) as purchases,
        expected.spent_minor,
        expected.worth_minor * exp((of_customers.spend_billionths - of_attributes.spend_billionths) / 1e9) as worth_minor
    from expected
    inner join of_customers
        on expected.customer_id = of_customers.customer_id
    inner join of_attributes
        on expected.customer_id = of_attributes.customer_id
    inner join first_labels
        on of_attributes.customer_id = first_labels.customer_id
        and of_attributes.attribute_number = first_labels.attribute_number
),

final as (
    select
        past_day,
        attribute_number,
        label,
        repeat_band,
        cast(sum(fixed_point(came_purchases / labels, 1000000)) as bigint) as came_millionths,
        cast(sum(fixed_point(purchases / labels, 1000000000)) as bigint) as expected_billionths,
        cast(sum(fixed_point(purchases / labels / labels, 1000000000)) as bigint) as spread_billionths,
        cast(sum(fixed_point(spent_minor / labels, 1000)) as bigint) as spent_thousandths,
        cast(sum(fixed_point(worth_minor / labels, 1000)) as bigint) as worth_thousandths,
        cast(sum(fixed_point(worth_minor / labels / labels, 1000)) as bigint) as worth_spread
    from parts
    group by past_day, attribute_number, label, repeat_band
)

select * from final
