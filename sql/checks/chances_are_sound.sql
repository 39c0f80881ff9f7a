-- chances_are_sound: no published chance, churn or survival of the base outside 0 to 1.
--
-- grain: one row
-- reads: kpis
with

improbable as (
    select
        cast(count(*) as bigint) as figures,
        min(metric) as example
    from kpis
    where (metric like 'sale_chance_%' or metric like 'expected_churn_%' or metric like 'expected_survival_%')
        and not value between 0 and 1
),

final as (
    select
        'chances of the base lie in 0 to 1' as rule,
        figures as got,
        cast(0 as bigint) as want,
        example
    from improbable
)

select * from final
