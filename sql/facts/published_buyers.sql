-- published_buyers: of the customers that the files knew on the day of an earlier run, how
-- many made a purchase within the days after it that the run spoke of.
--
-- grain: one row per published_on of published_chances on which there were customers
-- reads: published_chances, summary, customer_days
with

buyers as (
    select
        published_chances.published_on,
        customer_days.customer_id
    from published_chances
    inner join customer_days
        on customer_days.order_day > published_chances.published_on
        and customer_days.order_day <= days_after(published_chances.published_on, published_chances.days)
    where customer_days.is_purchase
    group by published_chances.published_on, customer_days.customer_id
),

final as (
    select
        published_chances.published_on,
        count(*) as customers,
        count(buyers.customer_id) as buyers
    from published_chances
    inner join summary
        on summary.first_purchase_date <= published_chances.published_on
    left join buyers
        on published_chances.published_on = buyers.published_on
        and summary.customer_id = buyers.customer_id
    group by published_chances.published_on
)

select * from final
