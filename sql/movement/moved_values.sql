-- moved_values: what the customers of both runs were worth at each step, in minor units,
-- and their chance of a purchase within 365 days. A step multiplies by what the models of
-- purchases say of the history behind it over what they say of the one before it: those
-- of the earlier run up to step 3, those of the later one at 4. Who made a purchase or
-- returned something is worth at 3 what they are worth now, by the earlier parameters,
-- so that the value of a purchase and the shares that are kept count with what they did;
-- of all others it counts with the parameters. With it counts what was restated of
-- someone who has done nothing since. Under other settings or by another program, what
-- the models and the value of a purchase do not explain is left for that, beyond 4.
--
-- grain: one row per customer_id of both runs
-- reads: moved_facts, moved_scores, predecessor
with

moved as (
    select
        moved_facts.*,
        not predecessor.has_other_terms as is_on_same_terms,
        coalesce(moved_facts.purchase_value_after / nullif(moved_facts.purchase_value_before, 0), 1e0) as purchase_value_ratio,
        -- null, which no score has, where the step changes nothing
        case when moved_facts.is_restated then moved_facts.repeats_0 end as restated_repeats,
        case when moved_facts.has_moved then moved_facts.repeats_3 end as moved_repeats
    from moved_facts
    cross join predecessor
    where moved_facts.is_before and moved_facts.is_after
),

-- the scores of the few who were restated or have done something: a join with all of them
-- at the steps that only these take costs as much as the rest
few_scores as (
    select *
    from moved_scores
    where (fit_group, repeat_purchases, age_at_last_purchase_days, customer_age_days) in (
        select
            fit_group,
            repeats_0,
            last_0,
            age_0
        from moved_facts
        where is_restated
        union all
        select
            fit_group,
            repeats_3,
            last_3,
            age_3
        from moved_facts
        where has_moved
    )
),

found as (
    select
        moved.*,
        score_0.purchases_before as purchases_0,
        score_1.purchases_before as purchases_1,
        score_2.purchases_before as purchases_2,
        case when moved.has_moved then score_3.purchases_before else score_2.purchases_before end as purchases_3,
        case when moved.has_moved then score_3.purchases_after else score_2.purchases_after end as purchases_4,
        score_0.chance_before as score_chance_0,
        score_1.chance_before as score_chance_1,
        score_2.chance_before as score_chance_2,
        score_3.chance_before as score_chance_3,
        score_3.chance_after as score_chance_4
    from moved
    left join few_scores as score_0
        on moved.fit_group = score_0.fit_group
        and moved.restated_repeats = score_0.repeat_purchases
        and moved.last_0 = score_0.age_at_last_purchase_days
        and moved.age_0 = score_0.customer_age_days
    left join moved_scores as score_1
        on moved.fit_group = score_1.fit_group
        and moved.repeats_1 = score_1.repeat_purchases
        and moved.last_1 = score_1.age_at_last_purchase_days
        and moved.age_1 = score_1.customer_age_days
    left join moved_scores as score_2
        on moved.fit_group = score_2.fit_group
        and moved.repeats_1 = score_2.repeat_purchases
        and moved.last_1 = score_2.age_at_last_purchase_days
        and moved.age_2 = score_2.customer_age_days
    left join few_scores as score_3
        on moved.fit_group = score_3.fit_group
        and moved.moved_repeats = score_3.repeat_purchases
        and moved.last_3 = score_3.age_at_last_purchase_days
        and moved.age_3 = score_3.customer_age_days
),

scored as (
    select
        found.*,
        coalesce(purchases_1 / nullif(purchases_0, 0), 1e0) as purchases_to_1,
        coalesce(purchases_2 / nullif(purchases_1, 0), 1e0) as purchases_to_2,
        coalesce(purchases_3 / nullif(purchases_2, 0), 1e0) as purchases_to_3,
        coalesce(purchases_4 / nullif(purchases_3, 0), 1e0) as purchases_to_4,
        coalesce(score_chance_1 / nullif(score_chance_0, 0), 1e0) as chance_to_1,
        coalesce(score_chance_2 / nullif(score_chance_1, 0), 1e0) as chance_to_2,
        coalesce(score_chance_4 / nullif(score_chance_3, 0), 1e0) as chance_to_4
    from found
),

restating as (
    select
        scored.*,
        case
            when not is_restated then cast(clv_before as double)
            when has_moved or not is_on_same_terms then clv_before * purchases_to_1
            else coalesce(clv_after / nullif(purchases_to_4 * purchases_to_2, 0), clv_after)
        end as value_1,
        least(1e0, chance_before * chance_to_1) as chance_1
    from scored
),

final as (
    select
        customer_id,
        is_restated,
        has_moved,
        days_passed,
        recency_0,
        recency_1,
        recency_3,
        repeats_0,
        repeats_1,
        repeats_3,
        revenue_0,
        revenue_1,
        revenue_3,
        age_0,
        age_1,
        age_2,
        age_3,
        segment_before,
        segment_after,
        lifecycle_before,
        lifecycle_after,
        mark_before,
        mark_after,
        clv_before,
        clv_after,
        chance_before,
        chance_after,
        chance_1,
        fixed_point(value_1, 1) as clv_1,
        fixed_point(value_1 * purchases_to_2, 1) as clv_2,
        fixed_point(
            case
                when not has_moved then value_1 * purchases_to_2
                when is_on_same_terms then coalesce(clv_after / nullif(purchases_to_4, 0), clv_after)
                else value_1 * purchases_to_2 * purchases_to_3 * purchase_value_ratio
            end,
            1
        ) as clv_3,
        case
            when is_on_same_terms then clv_after
            else fixed_point(value_1 * purchases_to_2 * purchases_to_3 * purchases_to_4 * purchase_value_ratio, 1)
        end as clv_4,
        least(1e0, chance_1 * chance_to_2) as chance_2,
        case
            when has_moved then least(1e0, coalesce(chance_after / nullif(chance_to_4, 0), chance_after))
            else least(1e0, chance_1 * chance_to_2)
        end as chance_3
    from restating
)

select * from final
