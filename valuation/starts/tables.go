package starts

import (
	"cmp"
	"context"
	"math"
	"slices"

	"cbv/valuation/engine"
)

// row is a row of start_effects and of start_given, in billionths of the logarithm.
type row struct {
	AttributeNumber    int64
	Content            string
	PurchaseBillionths int64
	SpendBillionths    int64
}

// Insert makes start_effects: the effects that are chosen, of the attributes that are
// configured today.
func (e Effects) Insert(ctx context.Context, into engine.Engine) error {
	rows, _, err := e.rows(ctx, into)
	if err != nil {
		return err
	}
	return engine.Insert(ctx, into, "start_effects", rows)
}

// rows returns the effects that are chosen, of the attributes that are configured today, and
// the numbers of all of these.
func (e Effects) rows(ctx context.Context, from engine.Engine) (list []row, attributes []int64, err error) {
	configured, err := engine.All[startRow](ctx, from, "start_attributes")
	if err != nil {
		return nil, nil, err
	}
	numbers := map[string]int64{}
	for _, row := range configured {
		numbers[row.Attribute] = row.AttributeNumber
		attributes = append(attributes, row.AttributeNumber)
	}
	rows := map[startValue]row{}
	add := func(target Target, set func(r *row, billionths int64)) {
		if !target.Chosen {
			return
		}
		for _, effect := range target.Effects {
			number, is := numbers[effect.Attribute]
			if !is {
				continue
			}
			key := startValue{number, effect.Content}
			row := rows[key]
			row.AttributeNumber, row.Content = key.number, key.content
			set(&row, int64(math.Round(effect.Log*1e9)))
			rows[key] = row
		}
	}
	add(e.Purchases, func(r *row, billionths int64) { r.PurchaseBillionths = billionths })
	add(e.Spend, func(r *row, billionths int64) { r.SpendBillionths = billionths })
	for _, row := range rows {
		list = append(list, row)
	}
	slices.SortFunc(list, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.AttributeNumber, b.AttributeNumber), cmp.Compare(a.Content, b.Content))
	})
	slices.Sort(attributes)
	return list, attributes, nil
}
