package simulation

import (
	"cmp"
	"encoding/binary"
)

// A kind says what a row of the order files is: a purchase, a return, or one
// of the ways to be unusable.
type kind uint8

const (
	purchase kind = iota
	partialReturn
	nullCustomer
	nullTime
	nullAmount
	nanAmount
	infiniteAmount
	hugeAmount
	kinds

	firstDirty = nullCustomer
)

// kindNames are the keys of Truth.Dirty; the first two have none.
var kindNames = [kinds]string{
	nullCustomer:   "null_customer_id",
	nullTime:       "null_ordered_at",
	nullAmount:     "null_amount",
	nanAmount:      "nan_amount",
	infiniteAmount: "infinite_amount",
	hugeAmount:     "out_of_range_amount",
}

// A row of the order files, before it has an order_id. A dirty row carries the
// time, customer and amount it would have had.
type row struct {
	at       int64 // microseconds since the epoch
	cents    int64
	customer uint32
	channel  uint8
	kind     kind

	// What the order was of, in a history with first orders.
	category  uint8
	product   uint16 // noProduct in one without
	hasCoupon bool
}

// rowBytes is the size of a row on disk between the customers and the months.
const rowBytes = 8 + 8 + 4 + 1 + 1 + 1 + 2 + 1

func (r row) appendTo(buffer []byte) []byte {
	buffer = binary.LittleEndian.AppendUint64(buffer, uint64(r.at))
	buffer = binary.LittleEndian.AppendUint64(buffer, uint64(r.cents))
	buffer = binary.LittleEndian.AppendUint32(buffer, r.customer)
	buffer = append(buffer, r.channel, byte(r.kind), r.category)
	buffer = binary.LittleEndian.AppendUint16(buffer, r.product)
	coupon := byte(0)
	if r.hasCoupon {
		coupon = 1
	}
	return append(buffer, coupon)
}

func rowFrom(encoded []byte) row {
	return row{
		at:       int64(binary.LittleEndian.Uint64(encoded)),
		cents:    int64(binary.LittleEndian.Uint64(encoded[8:])),
		customer: binary.LittleEndian.Uint32(encoded[16:]),
		channel:  encoded[20],
		kind:     kind(encoded[21]),

		category:  encoded[22],
		product:   binary.LittleEndian.Uint16(encoded[23:]),
		hasCoupon: encoded[25] == 1,
	}
}

// compareRows orders by time. The rest is there so that any two rows that
// differ have an order, and the files do not depend on how they were sorted.
func compareRows(x, y row) int {
	if x.at != y.at {
		return cmp.Compare(x.at, y.at)
	}
	return cmp.Or(
		cmp.Compare(x.customer, y.customer),
		cmp.Compare(x.kind, y.kind),
		cmp.Compare(x.cents, y.cents),
		cmp.Compare(x.product, y.product),
		cmp.Compare(x.category, y.category),
	)
}
