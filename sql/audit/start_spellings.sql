-- start_spellings: values of an attribute that differ in case, blanks or width alone, each
-- of which counts by itself.
--
-- grain: one row per (attribute, spelling) with several values
-- reads: start_labels, start_attributes
with

spellings as (
    select
        attribute_number,
        id_key(content) as spelling,
        count(*) as contents,
        min(content) as content,
        max(content) as other_content
    from start_labels
    group by attribute_number, id_key(content)
    having count(*) > 1
),

final as (
    select
        start_attributes.attribute,
        spellings.spelling,
        spellings.contents,
        spellings.content,
        spellings.other_content
    from spellings
    inner join start_attributes
        on spellings.attribute_number = start_attributes.attribute_number
)

select * from final
