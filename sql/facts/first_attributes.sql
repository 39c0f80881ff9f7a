-- first_attributes: the attributes of each customer's first purchase that are one value:
-- of the earliest row of its day that has one, ties by order_id, then value. Null are
-- those of the latest, and those of which all values count.
--
-- grain: one row per customer_id
-- reads: attribute_rows, attribute_slots
with

first_rows as (
    select
        attribute_rows.customer_id,
        attribute_rows.ordered_at,
        attribute_rows.order_id,
        case when attribute_slots.first_1 and not attribute_slots.many_1 and not is_blank(attribute_rows.attribute_1) then attribute_rows.attribute_1 end as attribute_1,
        case when attribute_slots.first_2 and not attribute_slots.many_2 and not is_blank(attribute_rows.attribute_2) then attribute_rows.attribute_2 end as attribute_2,
        case when attribute_slots.first_3 and not attribute_slots.many_3 and not is_blank(attribute_rows.attribute_3) then attribute_rows.attribute_3 end as attribute_3,
        case when attribute_slots.first_4 and not attribute_slots.many_4 and not is_blank(attribute_rows.attribute_4) then attribute_rows.attribute_4 end as attribute_4,
        case when attribute_slots.first_5 and not attribute_slots.many_5 and not is_blank(attribute_rows.attribute_5) then attribute_rows.attribute_5 end as attribute_5,
        case when attribute_slots.first_6 and not attribute_slots.many_6 and not is_blank(attribute_rows.attribute_6) then attribute_rows.attribute_6 end as attribute_6,
        case when attribute_slots.first_7 and not attribute_slots.many_7 and not is_blank(attribute_rows.attribute_7) then attribute_rows.attribute_7 end as attribute_7,
        case when attribute_slots.first_8 and not attribute_slots.many_8 and not is_blank(attribute_rows.attribute_8) then attribute_rows.attribute_8 end as attribute_8
    from attribute_rows
    cross join attribute_slots
    where attribute_rows.is_first
),

-- nearly everybody has one value on that day; only of the others is it asked which row
-- was first
day_values as (
    select
        customer_id,
        min(attribute_1) as attribute_1,
        max(attribute_1) as last_1,
        min(attribute_2) as attribute_2,
        max(attribute_2) as last_2,
        min(attribute_3) as attribute_3,
        max(attribute_3) as last_3,
        min(attribute_4) as attribute_4,
        max(attribute_4) as last_4,
        min(attribute_5) as attribute_5,
        max(attribute_5) as last_5,
        min(attribute_6) as attribute_6,
        max(attribute_6) as last_6,
        min(attribute_7) as attribute_7,
        max(attribute_7) as last_7,
        min(attribute_8) as attribute_8,
        max(attribute_8) as last_8
    from first_rows
    group by customer_id
),

unclear as (
    select customer_id
    from day_values
    where attribute_1 <> last_1
        or attribute_2 <> last_2
        or attribute_3 <> last_3
        or attribute_4 <> last_4
        or attribute_5 <> last_5
        or attribute_6 <> last_6
        or attribute_7 <> last_7
        or attribute_8 <> last_8
),

first_keys as (
    select
        first_rows.customer_id,
        min(case
            when first_rows.attribute_1 is not null
                then content_key(first_rows.ordered_at, first_rows.order_id, first_rows.attribute_1)
        end) as key_1,
        min(case
            when first_rows.attribute_2 is not null
                then content_key(first_rows.ordered_at, first_rows.order_id, first_rows.attribute_2)
        end) as key_2,
        min(case
            when first_rows.attribute_3 is not null
                then content_key(first_rows.ordered_at, first_rows.order_id, first_rows.attribute_3)
        end) as key_3,
        min(case
            when first_rows.attribute_4 is not null
                then content_key(first_rows.ordered_at, first_rows.order_id, first_rows.attribute_4)
        end) as key_4,
        min(case
            when first_rows.attribute_5 is not null
                then content_key(first_rows.ordered_at, first_rows.order_id, first_rows.attribute_5)
        end) as key_5,
        min(case
            when first_rows.attribute_6 is not null
                then content_key(first_rows.ordered_at, first_rows.order_id, first_rows.attribute_6)
        end) as key_6,
        min(case
            when first_rows.attribute_7 is not null
                then content_key(first_rows.ordered_at, first_rows.order_id, first_rows.attribute_7)
        end) as key_7,
        min(case
            when first_rows.attribute_8 is not null
                then content_key(first_rows.ordered_at, first_rows.order_id, first_rows.attribute_8)
        end) as key_8
    from first_rows
    inner join unclear
        on first_rows.customer_id = unclear.customer_id
    group by first_rows.customer_id
),

final as (
    select
        day_values.customer_id,
        coalesce(first_keys.key_1.content, day_values.attribute_1) as attribute_1,
        coalesce(first_keys.key_2.content, day_values.attribute_2) as attribute_2,
        coalesce(first_keys.key_3.content, day_values.attribute_3) as attribute_3,
        coalesce(first_keys.key_4.content, day_values.attribute_4) as attribute_4,
        coalesce(first_keys.key_5.content, day_values.attribute_5) as attribute_5,
        coalesce(first_keys.key_6.content, day_values.attribute_6) as attribute_6,
        coalesce(first_keys.key_7.content, day_values.attribute_7) as attribute_7,
        coalesce(first_keys.key_8.content, day_values.attribute_8) as attribute_8
    from day_values
    left join first_keys
        on day_values.customer_id = first_keys.customer_id
)

select * from final
