package intake

import (
	"context"

	"cbv/valuation/engine"
	"cbv/valuation/schema"
)

// startAttribute is a row of start_attributes: something by which first orders are told
// apart. The channel has the number 0, an attribute that of its column of orders_input.
type startAttribute struct {
	AttributeNumber int64
	Attribute       string
	IsMany          bool
}

// attributeSlots is the one row of attribute_slots: which columns of orders_input are
// attributes of the first purchase.
type attributeSlots struct {
	First1 bool `col:"first_1"`
	First2 bool `col:"first_2"`
	First3 bool `col:"first_3"`
	First4 bool `col:"first_4"`
	First5 bool `col:"first_5"`
	First6 bool `col:"first_6"`
	First7 bool `col:"first_7"`
	First8 bool `col:"first_8"`
}

// makeAttributes makes the tables of what the configuration says of attributes.
func (in *Intake) makeAttributes(ctx context.Context) error {
	var slots attributeSlots
	first := []*bool{&slots.First1, &slots.First2, &slots.First3, &slots.First4, &slots.First5, &slots.First6, &slots.First7, &slots.First8}
	var starts []startAttribute
	if in.Config.Orders.Columns.Channel != "" {
		starts = append(starts, startAttribute{0, schema.ChannelAttribute, false})
	}
	for i, attribute := range in.Config.Orders.Attributes {
		*first[i] = attribute.IsFirst
		if attribute.IsFirst {
			starts = append(starts, startAttribute{int64(i) + 1, attribute.Name, attribute.IsMany})
		}
	}
	if err := engine.Insert(ctx, in.Engine, "attribute_slots", []attributeSlots{slots}); err != nil {
		return err
	}
	return engine.Insert(ctx, in.Engine, "start_attributes", starts)
}
