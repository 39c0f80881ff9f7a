-- audience_people: the rows of the audience with everything that people and earlier
-- exports know of each in one text, between unit separators: reading a text a row costs
-- a tenth of reading eighteen columns.
--
-- grain: one row per customer_id
-- reads: audience_rows
select
    audience_rows.*,
    concat_ws(
        chr(31),
        replace(coalesce(email, ''), chr(31), ' '),
        replace(coalesce(phone, ''), chr(31), ' '),
        replace(coalesce(first_name, ''), chr(31), ' '),
        replace(coalesce(last_name, ''), chr(31), ' '),
        replace(coalesce(country, ''), chr(31), ' '),
        replace(coalesce(zip, ''), chr(31), ' '),
        replace(coalesce(city, ''), chr(31), ' '),
        replace(coalesce(state, ''), chr(31), ' '),
        case when consent_email then '1' when not consent_email then '0' else '' end,
        case when consent_ads then '1' when not consent_ads then '0' else '' end,
        case when is_suppressed then '1' else '' end,
        case when is_absent then '1' else '' end,
        coalesce(earlier_arm, ''),
        coalesce(cast(earlier_key_1 as string), ''),
        coalesce(cast(earlier_key_2 as string), ''),
        coalesce(cast(earlier_key_3 as string), ''),
        coalesce(cast(least_row_key as string), ''),
        coalesce(cast(greatest_row_key as string), '')
    ) as person
from audience_rows
