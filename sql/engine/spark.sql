-- The functions that differ between engines, and rules that several files share, in
-- Spark's words (4.0 and later: functions with parameters), for a session in ANSI mode
-- whose time zone is UTC. Times are timestamp_ntz, as times without a zone are in Parquet.

-- whole days from one date to another
create or replace temporary function day_difference(from_day date, to_day date) returns bigint return
    cast(datediff(to_day, from_day) as bigint);

-- the date that lies whole days after another
create or replace temporary function days_after(from_day date, days bigint) returns date return
    date_add(from_day, cast(days as int));

-- a number as a whole number of parts of 1/scale, whose sums are exact: a probability
-- in billionths, or an amount of minor units, which has a scale of 1. Halves go away
-- from zero.
create or replace temporary function fixed_point(number double, scale double) returns bigint return
    cast(round(round(number * scale, 6)) as bigint);

-- a whole number whose sum may have more than 19 digits
create or replace temporary function long_summed(number bigint) returns decimal(19, 0) return
    cast(number as decimal(19, 0));

-- money as integer minor units (cents), and minor units as money
create or replace temporary function to_minor(amount double, minor_per_unit double) returns bigint return
    fixed_point(amount, minor_per_unit);
create or replace temporary function money(minor double, minor_per_unit double) returns double return
    minor / minor_per_unit;

-- whether a customer-day is a purchase, by its worth and how many of its rows are of
-- orders without a return: a worth of 0 that returns have left is none
create or replace temporary function counts_as_purchase(worth_minor bigint, kept_rows bigint, zero_is_purchase boolean)
    returns boolean return
    worth_minor > 0 or (zero_is_purchase and worth_minor = 0 and kept_rows > 0);

-- which part of a customer's deviation from a usual share is their own: purchases over
-- purchases and weight (Bühlmann & Straub 1970), none where the weight is null; but all
-- beyond what chance explains of one who deviates by more than so many standard errors
-- (the factor of Breiman's garrote, 1995), which a rare customer would not get from a
-- weight that suits the others. 1/n² is the step by which a single purchase moves a share.
create or replace temporary function own_part(deviation double, purchases double, variance double, weight double, errors double)
    returns double return
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
create or replace temporary function age_on(first_purchase_date date, order_day date) returns bigint return
    greatest(cast(0 as bigint), day_difference(first_purchase_date, order_day));

-- the money that a base is counted in: margin where rows have it, and revenue where
-- margin is a share of it, to be applied after summing, or is not known
create or replace temporary function counted_money(margin_minor bigint, revenue_minor bigint, margin_rate double, has_margin boolean)
    returns bigint return
    case when margin_rate is null and has_margin then margin_minor else revenue_minor end;

-- how long ago a customer came, in bands of 30 days of the year that they came in: the
-- trailing one, or the year before it, counted back from its own end
create or replace temporary function year_band(days_ago bigint, year_days bigint) returns bigint return
    cast(floor((days_ago - case when days_ago >= year_days then year_days else 0 end) / 3e1) as bigint);

-- what of a deviation lies beyond chance: all but so many standard errors' part of it
-- (the factor of Breiman's garrote, 1995), 0 where it or its variance is not known
create or replace temporary function beyond_chance(deviation double, variance double, errors double) returns double return
    coalesce(deviation * greatest(0e0, 1 - errors * errors * variance / nullif(deviation * deviation, 0)), 0e0);

-- a cost as minor units to four decimals, which are rounded once they are summed: a
-- message may cost less than a cent
create or replace temporary function cost_minor(amount double, minor_per_unit double) returns decimal(22, 4) return
    cast(round(round(amount * minor_per_unit * 1e4, 6)) / 1e4 as decimal(22, 4));

-- the natural logarithm of a positive number in whole millionths, rounded down, whose
-- sums are exact
create or replace temporary function log_millionths(number double) returns bigint return
    cast(floor(ln(number) * 1e6) as bigint);

-- false for NaN and the infinities
create or replace temporary function is_finite(number double) returns boolean return
    not isnan(number) and abs(number) < cast('infinity' as double);

-- whether a text is empty or nothing but blanks: spaces of any width, also those of
-- none, tabs and ends of lines
create or replace temporary function is_blank(content string) returns boolean return
    content rlike '^[\\s\\p{Z}\\p{Cc}\\p{Cf}]*\\z';

-- an id without what a reader would not see a difference in: case, blanks, and the
-- width of letters
create or replace temporary function id_key(id string) returns string return
    lower(translate(
        regexp_replace(id, '[\\s\\p{Z}\\p{Cc}\\p{Cf}]', ''),
        'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９＠．＿－＋',
        'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._-+'
    ));

-- a number that is the same for rows with the same content, and for no others but by
-- chance
create or replace temporary function row_hash(
    customer_id string, order_id string, ordered_at timestamp_ntz, amount_minor bigint, margin_minor bigint, channel string,
    attributes string
) returns bigint return
    xxhash64(customer_id, order_id, ordered_at, amount_minor, margin_minor, channel, attributes);

-- a number that is the same for the same text, and for no others but by chance
create or replace temporary function text_hash(content string) returns bigint return
    xxhash64(content);

-- a number from 0 to buckets - 1 that depends on the id alone, for stable samples
create or replace temporary function id_bucket(id string, buckets bigint) returns bigint return
    cast(conv(substr(md5(cast(id as binary)), 1, 8), 16, 10) as bigint) % buckets;

-- a number between 0 and 1 that depends on the id alone, and not on its bucket
create or replace temporary function id_fraction(id string) returns double return
    (cast(cast(conv(substr(md5(cast(id as binary)), 9, 8), 16, 10) as bigint) as double) + 0.5e0) / 4294967296e0;

-- a customer's part for a campaign, from 0 to 9999: the first 15 hex digits of the
-- text's SHA-256 as a number, modulo 10,000
create or replace temporary function bucket(content string) returns bigint return
    cast(conv(substr(sha2(cast(content as binary), 256), 1, 15), 16, 10) as bigint) % 10000;

-- what a purchase is expected to be worth after some of positive value: Fader & Hardie
-- (2013), of n purchases that add up to S: E[M | n, S] = p (γ + S) / (p n + q - 1), of
-- those worth anything; the usual value without any, and where there is no spend model, p
-- being null then
create or replace temporary function purchase_value(
    positive_share double, p double, q double, gamma double, spent double, purchases bigint, usual double
) returns double return
    case
        when purchases > 0
            then coalesce(positive_share * p * (gamma + spent) / nullif(p * purchases + q - 1, 0), usual)
        else usual
    end;

-- the chance of a purchase where so many times as many come as of those who have it
create or replace temporary function chance_times(chance double, factor double) returns double return
    case when factor is null then chance else 1 - power(greatest(0e0, 1 - chance), factor) end;

-- the chance of a purchase where their number is negative binomial
create or replace temporary function purchase_chance(counts_size double, counts_mean double) returns double return
    1 - exp(-counts_size * ln(1 + counts_mean / nullif(counts_size, 0)));

-- the scores of 1 to 5: of recency by upper bounds of days, of frequency by lower bounds of
-- purchases, of money by upper bounds. Equal values get equal scores.
create or replace temporary function recency_score(days bigint, most_5 bigint, most_4 bigint, most_3 bigint, most_2 bigint) returns int return
    case when days <= most_5 then 5 when days <= most_4 then 4 when days <= most_3 then 3 when days <= most_2 then 2 else 1 end;
create or replace temporary function frequency_score(purchases bigint, from_2 bigint, from_3 bigint, from_4 bigint, from_5 bigint) returns int return
    case when purchases >= from_5 then 5 when purchases >= from_4 then 4 when purchases >= from_3 then 3 when purchases >= from_2 then 2 else 1 end;
create or replace temporary function monetary_score(minor bigint, most_1 bigint, most_2 bigint, most_3 bigint, most_4 bigint) returns int return
    case when minor <= most_1 then 1 when minor <= most_2 then 2 when minor <= most_3 then 3 when minor <= most_4 then 4 else 5 end;

-- the stage of a customer: new is a one-timer younger than the median time to a second
-- purchase, others go by their chance of a purchase within 365 days; null without one
create or replace temporary function lifecycle_of(
    chance double, repeats bigint, age_days bigint, median_days double, active_from double, cooling_from double
) returns string return
    case
        when chance is null then null
        when repeats = 0 and age_days < median_days then 'new'
        when chance >= active_from then 'active'
        when chance >= cooling_from then 'cooling'
        else 'lapsed'
    end;

-- whether a customer is worth more than a new one in their place; null without a value
create or replace temporary function mark_of(keep_value double, clv double, keep_floor double) returns string return
    case
        when keep_value is null then null
        when keep_value > 0 and clv >= keep_floor then 'retain'
        else 'acquisition_lookalike'
    end;

-- the value of a step of movement, counted from 0; those after the last one have its value
create or replace temporary function at_step(
    step bigint, value_0 double, value_1 double, value_2 double, value_3 double, value_4 double
) returns double return
    case step when 0 then value_0 when 1 then value_1 when 2 then value_2 when 3 then value_3 else value_4 end;

-- what a customer has done at a step of movement, which is the same from 3 on
create or replace temporary function known_at_step(
    step bigint, value_0 bigint, value_1 bigint, value_2 bigint, value_3 bigint
) returns bigint return
    case step when 0 then value_0 when 1 then value_1 when 2 then value_2 else value_3 end;

-- the number of values in a list, and the one at a place, the first at 0
create or replace temporary function list_size(list array<double>) returns bigint return
    cast(size(list) as bigint);
create or replace temporary function at_place(list array<double>, place double) returns double return
    element_at(list, cast(place as int) + 1);

-- how many values of a list are above a number
create or replace temporary function count_above(list array<double>, number double) returns bigint return
    cast(size(filter(list, value -> value > number)) as bigint);

-- the place of a chance among the falling ones of a list, of which so many are above it:
-- between two of them in proportion, and at the first or the last where it is beyond
create or replace temporary function knot_at(list array<double>, above bigint, chance double) returns double return
    case
        when above = 0 then 0e0
        when above = list_size(list) then above - 1e0
        else above - (chance - at_place(list, above)) / nullif(at_place(list, above - 1) - at_place(list, above), 0)
    end;

-- a value whose smallest is that of the earliest row and whose greatest that of the
-- latest, ties by order_id, then content; its field content gives the content back
create or replace temporary function content_key(ordered_at timestamp_ntz, order_id string, content string)
    returns struct<ordered_at: timestamp_ntz, order_id: string, content: string> return
    named_struct('ordered_at', ordered_at, 'order_id', order_id, 'content', content);

-- what a first purchase was of an attribute, the channel being number 0
create or replace temporary function start_content(attribute_number bigint, channel string, content string, unknown_value string)
returns string return
    coalesce(case when attribute_number = 0 then nullif(channel, '') else content end, unknown_value);

-- the value that a content stands under which so many customers have: itself, or others
-- where they are fewer than the least that a value has; what is unknown is no other
create or replace temporary function start_label(
    content string, customers bigint, least_customers bigint, unknown_value string, others_value string
) returns string return
    case when customers >= least_customers or content = unknown_value then content else others_value end;

-- the least of the band of customers who bought as often, and of those whose latest
-- purchase was as many days ago: what buyers spend within a window goes by both
create or replace temporary function purchases_band(purchases bigint) returns bigint return
    case when purchases <= 2 then purchases when purchases <= 4 then 3 when purchases <= 8 then 5 else 9 end;
create or replace temporary function days_since_band(days_since bigint) returns bigint return
    case
        when days_since <= 30 then 0
        when days_since <= 60 then 31
        when days_since <= 120 then 61
        when days_since <= 240 then 121
        else 241
    end;

-- free text as a spreadsheet may open it: what it would take for a formula gets
-- an apostrophe in front, unless it is a sign and a number, or a + and 7 to 15 digits
-- as people set phones
create or replace temporary function csv_text(content string) returns string return
    case
        when regexp_like(content, '^[=+@\\t\\r-]')
            and not regexp_like(content, '^[+-][0-9]+([.][0-9]+)?$')
            and not regexp_like(content, '^[+][ .()-]*([0-9][ .()-]*){6,14}[0-9]$')
            then concat('\'', content)
        else content
    end;
