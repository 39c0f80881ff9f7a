-- last_attributes: the attributes of each customer's latest purchase: of the latest row
-- of its day that has one, ties by order_id, then value. Null are those of the first.
--
-- grain: one row per customer_id
-- reads: attribute_rows, attribute_slots
with

keys as (
    select
        attribute_rows.customer_id,
        max(case
            when not is_blank(attribute_rows.attribute_1) and not attribute_slots.first_1
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_1)
        end) as attribute_1,
        max(case
            when not is_blank(attribute_rows.attribute_2) and not attribute_slots.first_2
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_2)
        end) as attribute_2,
        max(case
            when not is_blank(attribute_rows.attribute_3) and not attribute_slots.first_3
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_3)
        end) as attribute_3,
        max(case
            when not is_blank(attribute_rows.attribute_4) and not attribute_slots.first_4
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_4)
        end) as attribute_4,
        max(case
            when not is_blank(attribute_rows.attribute_5) and not attribute_slots.first_5
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_5)
        end) as attribute_5,
        max(case
            when not is_blank(attribute_rows.attribute_6) and not attribute_slots.first_6
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_6)
        end) as attribute_6,
        max(case
            when not is_blank(attribute_rows.attribute_7) and not attribute_slots.first_7
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_7)
        end) as attribute_7,
        max(case
            when not is_blank(attribute_rows.attribute_8) and not attribute_slots.first_8
                then content_key(attribute_rows.ordered_at, attribute_rows.order_id, attribute_rows.attribute_8)
        end) as attribute_8
    from attribute_rows
    cross join attribute_slots
    where not attribute_rows.is_first
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
