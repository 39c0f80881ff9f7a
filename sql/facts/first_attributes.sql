-- first_attributes: the attributes of each customer's first purchase that are one value:
-- of the earliest row of its day that has one, ties by order_id, then value. Null are
-- those of the latest, and those of which all values count.
--
-- grain: one row per customer_id
-- reads: attribute_rows, attribute_slots
with

keys as (
    select
        attribute_rows.customer_id,
        min(case
            when not is_blank(attribute_rows.attribute_1) and attribute_slots.first_1 and not attribute_slots.many_1
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_1)
        end) as attribute_1,
        min(case
            when not is_blank(attribute_rows.attribute_2) and attribute_slots.first_2 and not attribute_slots.many_2
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_2)
        end) as attribute_2,
        min(case
            when not is_blank(attribute_rows.attribute_3) and attribute_slots.first_3 and not attribute_slots.many_3
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_3)
        end) as attribute_3,
        min(case
            when not is_blank(attribute_rows.attribute_4) and attribute_slots.first_4 and not attribute_slots.many_4
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_4)
        end) as attribute_4,
        min(case
            when not is_blank(attribute_rows.attribute_5) and attribute_slots.first_5 and not attribute_slots.many_5
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_5)
        end) as attribute_5,
        min(case
            when not is_blank(attribute_rows.attribute_6) and attribute_slots.first_6 and not attribute_slots.many_6
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_6)
        end) as attribute_6,
        min(case
            when not is_blank(attribute_rows.attribute_7) and attribute_slots.first_7 and not attribute_slots.many_7
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_7)
        end) as attribute_7,
        min(case
            when not is_blank(attribute_rows.attribute_8) and attribute_slots.first_8 and not attribute_slots.many_8
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_8)
        end) as attribute_8
    from attribute_rows
    cross join attribute_slots
    where attribute_rows.is_first
    group by attribute_rows.customer_id
),

final as (
    select
        customer_id,
        attribute_1.content as attribute_1,
        attribute_2.content as attribute_2,
        attribute_3.content as attribute_3,
        attribute_4.content as attribute_4,
        attribute_5.content as attribute_5,
        attribute_6.content as attribute_6,
        attribute_7.content as attribute_7,
        attribute_8.content as attribute_8
    from keys
)

select * from final
