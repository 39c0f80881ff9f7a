-- moves: the steps of every customer from the earlier run to the later one: what each is
-- by, and the segment, the stage of life, the mark and the clv before it and behind it. Up
-- to step 4 the cut points and the worth of a replacement are those of the earlier run; 5
-- takes the later ones, 6 what the later run published. Where nothing that a mark rests on
-- has changed yet, or nothing will any more, it is the published one: marks are set
-- before values are rounded. Who is in one run alone has one step: input_restated, where
-- the files know otherwise of the earlier day, else new or gone.
--
-- grain: one row per (customer_id, cause)
-- reads: moved_facts, moved_values, movement_terms, movement_maps
with

stepped as (
    select
        moved_values.customer_id,
        moved_values.segment_before,
        moved_values.segment_after,
        moved_values.lifecycle_before,
        moved_values.lifecycle_after,
        moved_values.mark_before,
        moved_values.mark_after,
        moved_values.clv_before,
        moved_values.clv_after,
        later.step,
        later.cause,
        known_at_step(earlier.step, moved_values.recency_0, moved_values.recency_1, moved_values.recency_1 + moved_values.days_passed, moved_values.recency_3) as recency_from,
        known_at_step(earlier.step, moved_values.repeats_0, moved_values.repeats_1, moved_values.repeats_1, moved_values.repeats_3) as repeats_from,
        known_at_step(earlier.step, moved_values.revenue_0, moved_values.revenue_1, moved_values.revenue_1, moved_values.revenue_3) as revenue_from,
        known_at_step(earlier.step, moved_values.age_0, moved_values.age_1, moved_values.age_2, moved_values.age_3) as age_from,
        at_step(earlier.step, moved_values.chance_before, moved_values.chance_1, moved_values.chance_2, moved_values.chance_3, moved_values.chance_after) as chance_from,
        at_step(earlier.step, moved_values.clv_before, moved_values.clv_1, moved_values.clv_2, moved_values.clv_3, moved_values.clv_4) as clv_from,
        known_at_step(later.step, moved_values.recency_0, moved_values.recency_1, moved_values.recency_1 + moved_values.days_passed, moved_values.recency_3) as recency_to,
        known_at_step(later.step, moved_values.repeats_0, moved_values.repeats_1, moved_values.repeats_1, moved_values.repeats_3) as repeats_to,
        known_at_step(later.step, moved_values.revenue_0, moved_values.revenue_1, moved_values.revenue_1, moved_values.revenue_3) as revenue_to,
        known_at_step(later.step, moved_values.age_0, moved_values.age_1, moved_values.age_2, moved_values.age_3) as age_to,
        at_step(later.step, moved_values.chance_before, moved_values.chance_1, moved_values.chance_2, moved_values.chance_3, moved_values.chance_after) as chance_to,
        at_step(later.step, moved_values.clv_before, moved_values.clv_1, moved_values.clv_2, moved_values.clv_3, moved_values.clv_4) as clv_to,
        earlier.step = 0
            or (earlier.cause = 'input_restated' and not moved_values.is_restated) as is_from_published,
        later.is_last as is_to_published,
        earlier.is_before_terms as is_before_from,
        earlier.is_after_terms as is_after_from,
        later.is_before_terms as is_before_to,
        later.is_after_terms as is_after_to
    from moved_values
    cross join movement_terms as later
    inner join movement_terms as earlier
        on later.step = earlier.step + 1
    where (later.cause <> 'input_restated' or moved_values.is_restated)
        and (later.cause <> 'purchases_and_returns' or moved_values.has_moved)
),

judged as (
    select
        stepped.*,
        recency_score(
            stepped.recency_from, earlier.recency_1, earlier.recency_2, earlier.recency_3, earlier.recency_4
        ) as r_from,
        frequency_score(
            stepped.repeats_from + 1, earlier.frequency_2, earlier.frequency_3, earlier.frequency_4, earlier.frequency_5
        ) as f_from,
        monetary_score(
            stepped.revenue_from, earlier.monetary_1, earlier.monetary_2, earlier.monetary_3, earlier.monetary_4
        ) as m_from,
        lifecycle_of(
            stepped.chance_from,
            stepped.repeats_from,
            stepped.age_from,
            earlier.median_days,
            earlier.active_from,
            earlier.cooling_from
        ) as lifecycle_from,
        mark_of(stepped.clv_from - earlier.cost_to_beat_minor, stepped.clv_from, earlier.keep_floor_minor) as mark_from,
        earlier.is_later_map as is_later_map_from,
        recency_score(
            stepped.recency_to, later.recency_1, later.recency_2, later.recency_3, later.recency_4
        ) as r_to,
        frequency_score(
            stepped.repeats_to + 1, later.frequency_2, later.frequency_3, later.frequency_4, later.frequency_5
        ) as f_to,
        monetary_score(
            stepped.revenue_to, later.monetary_1, later.monetary_2, later.monetary_3, later.monetary_4
        ) as m_to,
        lifecycle_of(
            stepped.chance_to,
            stepped.repeats_to,
            stepped.age_to,
            later.median_days,
            later.active_from,
            later.cooling_from
        ) as lifecycle_to,
        mark_of(stepped.clv_to - later.cost_to_beat_minor, stepped.clv_to, later.keep_floor_minor) as mark_to,
        later.is_later_map as is_later_map_to
    from stepped
    inner join movement_terms as later
        on stepped.step = later.step
    inner join movement_terms as earlier
        on stepped.step = earlier.step + 1
),

-- a value of the last step is published, as that of the first is
published as (
    select
        judged.customer_id,
        judged.cause,
        judged.is_from_published,
        judged.is_to_published,
        judged.segment_before,
        judged.segment_after,
        judged.lifecycle_before,
        judged.lifecycle_after,
        judged.mark_before,
        judged.mark_after,
        map_from.segment as segment_from,
        map_to.segment as segment_to,
        judged.lifecycle_from,
        judged.lifecycle_to,
        case
            when judged.is_before_from and judged.clv_from = judged.clv_before then judged.mark_before
            when judged.is_after_from and judged.clv_from = judged.clv_after then judged.mark_after
            else judged.mark_from
        end as mark_from,
        case
            when judged.is_before_to and judged.clv_to = judged.clv_before then judged.mark_before
            when judged.is_after_to and judged.clv_to = judged.clv_after then judged.mark_after
            else judged.mark_to
        end as mark_to,
        cast(judged.clv_from as bigint) as clv_from_minor,
        case when judged.is_to_published then judged.clv_after else cast(judged.clv_to as bigint) end as clv_to_minor
    from judged
    left join movement_maps as map_from
        on judged.is_later_map_from = map_from.is_later_map
        and judged.r_from = map_from.r_score
        and judged.f_from = map_from.f_score
        and judged.m_from = map_from.m_score
    left join movement_maps as map_to
        on judged.is_later_map_to = map_to.is_later_map
        and judged.r_to = map_to.r_score
        and judged.f_to = map_to.f_score
        and judged.m_to = map_to.m_score
),

final as (
    select
        customer_id,
        cause,
        case when is_from_published then segment_before else segment_from end as segment_from,
        case when is_to_published then segment_after else segment_to end as segment_to,
        case when is_from_published then lifecycle_before else lifecycle_from end as lifecycle_from,
        case when is_to_published then lifecycle_after else lifecycle_to end as lifecycle_to,
        case when is_from_published then mark_before else mark_from end as mark_from,
        case when is_to_published then mark_after else mark_to end as mark_to,
        true as is_before,
        true as is_after,
        coalesce(clv_from_minor, 0) as clv_from_minor,
        coalesce(clv_to_minor, 0) as clv_to_minor
    from published
    union all
    select
        customer_id,
        case
            when is_restated or first_purchase_after <= before_day then 'input_restated'
            when is_after then 'new'
            else 'gone'
        end as cause,
        segment_before,
        segment_after,
        lifecycle_before,
        lifecycle_after,
        mark_before,
        mark_after,
        is_before,
        is_after,
        coalesce(clv_before, 0) as clv_from_minor,
        coalesce(clv_after, 0) as clv_to_minor
    from moved_facts
    where not (is_before and is_after)
)

select * from final
