-- unmapped_values: what columns that no setting uses say of the rows that are kept:
-- that they were cancelled, failed, are tests or refunds, their currency and country;
-- and what a quantity, a tax, shipping or a refund would do to their money.
--
-- Amounts are money here, and what is summed whole minor units. A row is several where
-- its quantity is more than 1: an amount that is no more than the price of one is the
-- same for several as for one. A tax is part of an amount where it is a rate of half
-- per cents of the rest, up to 30 %, and none of the whole; small amounts fit any rate,
-- so that those of less than 2,000 minor units do not count. Where a subtotal or a total
-- stands beside them, the difference says it: what an amount has over a subtotal is
-- shipping, tax, or both.
--
-- grain: one row per (sign, is_cancelled, is_test, currency, country)
-- reads: unmapped_input, input_limits
with

kept as (
    select
        unmapped_input.*,
        to_minor(unmapped_input.amount, unmapped_input.minor_per_unit) as amount_minor,
        lower(trim(coalesce(unmapped_input.cancelled, ''))) as cancelled_text,
        lower(trim(coalesce(unmapped_input.test, ''))) as test_text,
        lower(trim(unmapped_input.live)) as live_text,
        lower(trim(coalesce(unmapped_input.refunded, ''))) as refunded_text,
        -- a space before and behind each word, so that a pattern finds its beginning
        lower(concat(
            ' ', coalesce(unmapped_input.status, ''), ' ', coalesce(unmapped_input.payment, ''), ' ', coalesce(unmapped_input.type, ''), ' '
        )) as state,
        upper(trim(coalesce(unmapped_input.currency, ''))) as currency_code,
        upper(trim(coalesce(unmapped_input.country, ''))) as country_name,
        case
            when unmapped_input.quantity is not null
                and is_finite(unmapped_input.quantity)
                and abs(unmapped_input.quantity * unmapped_input.amount) <= input_limits.max_amount
                then unmapped_input.quantity
        end as usable_quantity,
        case
            when unmapped_input.tax is not null
                and is_finite(unmapped_input.tax)
                and abs(unmapped_input.tax) <= input_limits.max_amount
                then unmapped_input.tax * unmapped_input.minor_per_unit
        end as tax_minor,
        case
            when unmapped_input.shipping is not null
                and is_finite(unmapped_input.shipping)
                and abs(unmapped_input.shipping) <= input_limits.max_amount
                then unmapped_input.shipping * unmapped_input.minor_per_unit
        end as shipping_minor,
        case
            when unmapped_input.refund is not null
                and is_finite(unmapped_input.refund)
                and abs(unmapped_input.refund) <= input_limits.max_amount
                then to_minor(abs(unmapped_input.refund), unmapped_input.minor_per_unit)
            else 0
        end as refund_minor
    from unmapped_input
    cross join input_limits
    where unmapped_input.is_kept
        and is_finite(unmapped_input.amount)
        and abs(unmapped_input.amount) <= input_limits.max_amount
),

judged as (
    select
        kept.*,
        cancelled_text not in ('', '0', '0.0', 'f', 'false', 'n', 'no', 'none', 'null', 'nan', 'nat') as is_cancelled,
        test_text not in ('', '0', '0.0', 'f', 'false', 'n', 'no', 'none', 'null', 'nan')
            or coalesce(live_text in ('0', '0.0', 'f', 'false', 'n', 'no'), false) as is_test,
        case
            when state like '% test%' then 'test'
            -- English and German, French, Spanish, Dutch, Italian, the Nordic languages, Polish
            when (state like '% cancel%' or state like '% void%' or state like '% storn%' or state like '% annul%' or state like '% anul%'
                    or state like '% geannul%' or state like '% abgebrochen%' or state like '% makuler%')
                and state not like '% not cancel%' then 'cancelled'
            when state like '% fail%' or state like '% declin%' or state like '% reject%' or state like '% abandon%'
                or state like '% draft%' or state like '% expired%' or state like '% fehlgeschlagen%' or state like '% abgelehnt%'
                or state like '% refus%' or state like '% rechaz%' or state like '% mislukt%' then 'failed'
            -- an underscore in a pattern is any sign, a space too
            when (state like '% refund%' or state like '% return %' or state like '% returns %' or state like '% returned%'
                    or state like '% chargeback%' or state like '% credit_note%' or state like '% erstattet%' or state like '% zur_ckerstattet%'
                    or state like '% retour%' or state like '% gutschrift%' or state like '% rembours%' or state like '% reembols%'
                    or state like '% devuelt%' or state like '% terugbetaald%' or state like '% rimbors%' or state like '% zwr_c%')
                and state not like '%partial%' and state not like '%partiel%' and state not like '%parcial%' and state not like '%teilw%'
                then 'refunded'
            when refunded_text not in ('', '0', '0.0', 'f', 'false', 'n', 'no', 'none', 'null', 'nan', 'nat') then 'refunded'
            else ''
        end as sign,
        tax_minor >= 100 and amount_minor - tax_minor >= 2000 as is_tax_clear,
        abs(200 * tax_minor / nullif(amount_minor - tax_minor, 0) - round(200 * tax_minor / nullif(amount_minor - tax_minor, 0)))
            <= 120e0 / nullif(amount_minor - tax_minor, 0)
            and 10 * tax_minor <= 3 * (amount_minor - tax_minor) as is_rate_of_rest,
        abs(200 * tax_minor / nullif(amount_minor, 0) - round(200 * tax_minor / nullif(amount_minor, 0)))
            <= 120e0 / nullif(amount_minor, 0) as is_rate_of_whole,
        (amount - subtotal) * minor_per_unit as over_subtotal_minor
    from kept
),

final as (
    select
        sign,
        is_cancelled,
        is_test,
        currency_code as currency,
        country_name as country,
        count(*) as order_rows,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(sum(case when amount_minor > 0 then 1 else 0 end) as bigint) as positive_rows,
        cast(sum(case when amount_minor > 0 then amount_minor else 0 end) as bigint) as positive_minor,
        cast(sum(case when amount_minor > 0 then log_millionths(amount_minor) else 0 end) as bigint) as log_millionths,
        cast(sum(case when amount_minor % minor_per_unit = 0 then 1 else 0 end) as bigint) as whole_rows,

        cast(sum(case when usable_quantity <> 1e0 then 1 else 0 end) as bigint) as quantity_rows,
        cast(sum(to_minor(amount * coalesce(usable_quantity, 1e0), minor_per_unit)) as bigint) as times_quantity_minor,
        cast(sum(case when usable_quantity = 1e0 and amount_minor > 0 then 1 else 0 end) as bigint) as one_rows,
        cast(sum(case when usable_quantity = 1e0 and amount_minor > 0 then log_millionths(amount_minor) else 0 end) as bigint)
            as one_log_millionths,
        cast(sum(case when usable_quantity > 1e0 and amount_minor > 0 then 1 else 0 end) as bigint) as several_rows,
        cast(sum(case when usable_quantity > 1e0 and amount_minor > 0 then log_millionths(amount_minor) else 0 end) as bigint)
            as several_log_millionths,
        cast(sum(case when usable_quantity > 1e0 and amount_minor > 0 then log_millionths(usable_quantity) else 0 end) as bigint)
            as quantity_log_millionths,
        cast(sum(
            case when usable_quantity > 1e0 and abs(amount - unit_price * usable_quantity) * minor_per_unit < usable_quantity then 1 else 0 end
        ) as bigint) as multiplied_rows,

        coalesce(cast(sum(fixed_point(tax_minor, 1e0)) as bigint), 0) as tax_minor,
        cast(sum(case when is_tax_clear then 1 else 0 end) as bigint) as tax_rows,
        cast(sum(case when is_tax_clear and is_rate_of_rest and not is_rate_of_whole then 1 else 0 end) as bigint) as tax_inside_rows,
        cast(sum(
            case
                when tax_minor >= 1
                    and (abs(over_subtotal_minor - tax_minor) < 1.5e0 or abs(over_subtotal_minor - tax_minor - shipping_minor) < 1.5e0)
                    then 1
                else 0
            end
        ) as bigint) as tax_over_subtotal_rows,
        cast(sum(case when tax_minor >= 1 and abs((total - amount) * minor_per_unit - tax_minor) < 1.5e0 then 1 else 0 end) as bigint)
            as tax_under_total_rows,

        coalesce(cast(sum(fixed_point(shipping_minor, 1e0)) as bigint), 0) as shipping_minor,
        cast(sum(case when shipping_minor >= 1 then 1 else 0 end) as bigint) as shipping_rows,
        cast(sum(
            case
                when shipping_minor >= 1
                    and (abs(over_subtotal_minor - shipping_minor) < 1.5e0 or abs(over_subtotal_minor - shipping_minor - tax_minor) < 1.5e0)
                    then 1
                else 0
            end
        ) as bigint) as shipping_over_subtotal_rows,

        cast(sum(refund_minor) as bigint) as refund_minor,
        cast(sum(case when refund_minor > 0 then 1 else 0 end) as bigint) as refund_rows
    from judged
    group by sign, is_cancelled, is_test, currency_code, country_name
)

select * from final
