-- The functions that differ between engines, and rules that several files share, in
-- DuckDB's words. Scalar, over columns already cast in stage, used in projections only.

-- whole days from one date to another
create or replace macro day_difference(from_day, to_day) as
    cast(date_diff('day', from_day, to_day) as bigint);

-- the date that lies whole days after another
create or replace macro days_after(from_day, days) as
    cast(from_day + cast(days as integer) as date);

-- a number as a whole number of parts of 1/scale, whose sums are exact: a probability
-- in billionths, or an amount of minor units, which has a scale of 1. Halves go away
-- from zero. The first rounding takes back what a double adds to or takes from a
-- decimal half: 1.005 in hundredths is 101. It is round(…, 6) of a double, written out
-- because that takes a power for each row.
create or replace macro fixed_point(number, scale) as
    cast(round(round(number * scale * 1e6) / 1e6) as bigint);

-- a whole number whose sum may have more than 19 digits: here sums of whole numbers have
-- up to 38, and those of decimals take twice the time
create or replace macro long_summed(number) as
    number;

-- money as integer minor units (cents), and minor units as money
create or replace macro to_minor(amount, minor_per_unit) as
    fixed_point(amount, minor_per_unit);
create or replace macro money(minor, minor_per_unit) as
    cast(minor as double) / cast(minor_per_unit as double);

-- whether a customer-day is a purchase, by its worth and how many of its rows are of
-- orders without a return: a worth of 0 that returns have left is none
create or replace macro counts_as_purchase(worth_minor, kept_rows, zero_is_purchase) as
    worth_minor > 0 or (zero_is_purchase and worth_minor = 0 and kept_rows > 0);

-- which part of a customer's deviation from a usual share is their own: purchases over
-- purchases and weight (Bühlmann & Straub 1970), none where the weight is null; but all
-- beyond what chance explains of one who deviates by more than so many standard errors
-- (the factor of Breiman's garrote, 1995), which a rare customer would not get from a
-- weight that suits the others. 1/n² is the step by which a single purchase moves a share.
create or replace macro own_part(deviation, purchases, variance, weight, errors) as
    greatest(
        0e0,
        coalesce(purchases / nullif(purchases + weight, 0), 0e0),
        coalesce(
            1 - errors * errors * (variance / nullif(purchases, 0) + 1 / nullif(purchases * purchases, 0))
                / nullif(deviation * deviation, 0),
            0e0
        )
    );

-- how old a customer is on a day: what moved before the first purchase counts on its day
create or replace macro age_on(first_purchase_date, order_day) as
    greatest(cast(0 as bigint), day_difference(first_purchase_date, order_day));

-- the money that a base is counted in: margin where rows have it, and revenue where
-- margin is a share of it, to be applied after summing, or is not known
create or replace macro counted_money(margin_minor, revenue_minor, margin_rate, has_margin) as
    case when margin_rate is null and has_margin then margin_minor else revenue_minor end;

-- how long ago a customer came, in bands of 30 days of the year that they came in: the
-- trailing one, or the year before it, counted back from its own end
create or replace macro year_band(days_ago, year_days) as
    cast(floor((days_ago - case when days_ago >= year_days then year_days else 0 end) / 3e1) as bigint);

-- what of a deviation lies beyond chance: all but so many standard errors' part of it
-- (the factor of Breiman's garrote, 1995), 0 where it or its variance is not known
create or replace macro beyond_chance(deviation, variance, errors) as
    coalesce(deviation * greatest(0e0, 1 - errors * errors * variance / nullif(deviation * deviation, 0)), 0e0);

-- a cost as minor units to four decimals, which are rounded once they are summed: a
-- message may cost less than a cent
create or replace macro cost_minor(amount, minor_per_unit) as
    cast(round(round(amount * minor_per_unit * 1e10) / 1e6) / 1e4 as decimal(22, 4));

-- the natural logarithm of a positive number in whole millionths, rounded down, whose
-- sums are exact
create or replace macro log_millionths(number) as
    cast(floor(ln(number) * 1e6) as bigint);

-- false for NaN and the infinities
create or replace macro is_finite(number) as
    isfinite(number);

-- whether a text is empty or nothing but blanks: spaces of any width, also those of
-- none, tabs and ends of lines. A look at its first character spares most the pattern.
create or replace macro is_blank(content) as
    case
        when content >= '!' and content < '~' then false
        else regexp_full_match(content, '[\s\p{Z}\p{Cc}\p{Cf}]*')
    end;

-- an id without what a reader would not see a difference in: case, blanks, and the
-- width of letters. Most are plain, and spared the patterns.
create or replace macro id_key(id) as
    case
        when regexp_full_match(id, '[!-~]*') then lower(id)
        else lower(translate(
            regexp_replace(id, '[\s\p{Z}\p{Cc}\p{Cf}]', '', 'g'),
            'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９＠．＿－＋',
            'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._-+'
        ))
    end;

-- a number that is the same for rows with the same content, and for no others but by
-- chance
create or replace macro row_hash(customer_id, order_id, ordered_at, amount_minor, margin_minor, channel, attributes) as
    hash(customer_id, order_id, ordered_at, amount_minor, margin_minor, channel, attributes);

-- a number that is the same for the same text, and for no others but by chance
create or replace macro text_hash(content) as
    hash(content);

-- a number from 0 to buckets - 1 that depends on the id alone, for stable samples
create or replace macro id_bucket(id, buckets) as
    cast(cast('0x' || substr(md5(id), 1, 8) as bigint) % buckets as bigint);

-- a number between 0 and 1 that depends on the id alone, and not on its bucket
create or replace macro id_fraction(id) as
    (cast(cast('0x' || substr(md5(id), 9, 8) as bigint) as double) + 0.5e0) / 4294967296e0;

-- a customer's part for a campaign, from 0 to 9999: the first 15 hex digits of the
-- text's SHA-256 as a number, modulo 10,000
create or replace macro bucket(content) as
    cast(cast('0x' || substr(sha256(content), 1, 15) as bigint) % 10000 as bigint);

-- what a purchase is expected to be worth after some of positive value: Fader & Hardie
-- (2013), of n purchases that add up to S: E[M | n, S] = p (γ + S) / (p n + q - 1), of
-- those worth anything; the usual value without any, and where there is no spend model, p
-- being null then
create or replace macro purchase_value(positive_share, p, q, gamma, spent, purchases, usual) as
    case
        when purchases > 0
            then coalesce(positive_share * p * (gamma + spent) / nullif(p * purchases + q - 1, 0), usual)
        else usual
    end;

-- the chance of a purchase where so many times as many come as of those who have it
create or replace macro chance_times(chance, factor) as
    case when factor is null then chance else 1 - power(greatest(0e0, 1 - chance), factor) end;

-- the chance of a purchase where their number is negative binomial
create or replace macro purchase_chance(counts_size, counts_mean) as
    1 - exp(-counts_size * ln(1 + counts_mean / nullif(counts_size, 0)));

-- the scores of 1 to 5: of recency by upper bounds of days, of frequency by lower bounds of
-- purchases, of money by upper bounds. Equal values get equal scores.
create or replace macro recency_score(days, most_5, most_4, most_3, most_2) as
    case when days <= most_5 then 5 when days <= most_4 then 4 when days <= most_3 then 3 when days <= most_2 then 2 else 1 end;
create or replace macro frequency_score(purchases, from_2, from_3, from_4, from_5) as
    case when purchases >= from_5 then 5 when purchases >= from_4 then 4 when purchases >= from_3 then 3 when purchases >= from_2 then 2 else 1 end;
create or replace macro monetary_score(minor, most_1, most_2, most_3, most_4) as
    case when minor <= most_1 then 1 when minor <= most_2 then 2 when minor <= most_3 then 3 when minor <= most_4 then 4 else 5 end;

-- the stage of a customer: new is a one-timer younger than the median time to a second
-- purchase, others go by their chance of a purchase within 365 days; null without one
create or replace macro lifecycle_of(chance, repeats, age_days, median_days, active_from, cooling_from) as
    case
        when chance is null then null
        when repeats = 0 and age_days < median_days then 'new'
        when chance >= active_from then 'active'
        when chance >= cooling_from then 'cooling'
        else 'lapsed'
    end;

-- whether a customer is worth more than a new one in their place; null without a value
create or replace macro mark_of(keep_value, clv, keep_floor) as
    case
        when keep_value is null then null
        when keep_value > 0 and clv >= keep_floor then 'retain'
        else 'acquisition_lookalike'
    end;

-- the value of a step of movement, counted from 0; those after the last one have its value
create or replace macro at_step(step, value_0, value_1, value_2, value_3, value_4) as
    case step when 0 then value_0 when 1 then value_1 when 2 then value_2 when 3 then value_3 else value_4 end;

-- what a customer has done at a step of movement, which is the same from 3 on
create or replace macro known_at_step(step, value_0, value_1, value_2, value_3) as
    case step when 0 then value_0 when 1 then value_1 when 2 then value_2 else value_3 end;

-- the number of values in a list, and the one at a place, the first at 0
create or replace macro list_size(list) as
    cast(len(list) as bigint);
create or replace macro at_place(list, place) as
    list_extract(list, cast(place as bigint) + 1);

-- how many values of a list are above a number
create or replace macro count_above(list, number) as
    cast(len(list_filter(list, lambda value: value > number)) as bigint);

-- the place of a chance among the falling ones of a list, of which so many are above it:
-- between two of them in proportion, and at the first or the last where it is beyond
create or replace macro knot_at(list, above, chance) as
    case
        when above = 0 then 0e0
        when above = list_size(list) then above - 1e0
        else above - (chance - at_place(list, above)) / nullif(at_place(list, above - 1) - at_place(list, above), 0)
    end;

-- a value whose smallest is that of the earliest row and whose greatest that of the
-- latest, ties by order_id, then content; its field content gives the content back
create or replace macro content_key(ordered_at, order_id, content) as
    struct_pack(ordered_at := ordered_at, order_id := order_id, content := content);

-- what a first purchase was of an attribute, the channel being number 0
create or replace macro start_content(attribute_number, channel, content, unknown_value) as
    coalesce(case when attribute_number = 0 then nullif(channel, '') else content end, unknown_value);

-- the value that a content stands under which so many customers have: itself, or others
-- where they are fewer than the least that a value has; what is unknown is no other
create or replace macro start_label(content, customers, least_customers, unknown_value, others_value) as
    case when customers >= least_customers or content = unknown_value then content else others_value end;

-- the least of the band of customers who bought as often, and of those whose latest
-- purchase was as many days ago: what buyers spend within a window goes by both
create or replace macro purchases_band(purchases) as
    case when purchases <= 2 then purchases when purchases <= 4 then 3 when purchases <= 8 then 5 else 9 end;
create or replace macro days_since_band(days_since) as
    case
        when days_since <= 30 then 0
        when days_since <= 60 then 31
        when days_since <= 120 then 61
        when days_since <= 240 then 121
        else 241
    end;

-- free text as a spreadsheet may open it: what it would take for a formula gets
-- an apostrophe in front, unless it is a sign and a number, or a + and 7 to 15 digits
-- as people set phones. A look at its first character, which is a digit or a letter mostly,
-- spares most the patterns.
create or replace macro csv_text(content) as
    case
        when content >= '.' and content < '=' or content >= 'A' then content
        when regexp_matches(content, '^[=+@\t\r-]')
            and not regexp_matches(content, '^[+-][0-9]+([.][0-9]+)?$')
            and not regexp_matches(content, '^[+][ .()-]*([0-9][ .()-]*){6,14}[0-9]$')
            then concat('''', content)
        else content
    end;
