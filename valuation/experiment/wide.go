package experiment

import (
	"encoding/binary"
	"math/big"
	"math/bits"
)

// wide is a whole number of 256 bits in two's complement, lowest word first. Any
// sum of up to 2^63 products of three int64 fits, so sums of squares and cubes are
// exact and the order of their terms cannot show.
type wide [4]uint64

// addProduct adds a × b × c × people.
func (w *wide) addProduct(a, b, c, people int64) {
	negative := (a < 0) != (b < 0) != (c < 0) != (people < 0)
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	product := wide{low, high}
	product.multiply(magnitude(c))
	product.multiply(magnitude(people))
	if negative {
		product.negate()
	}
	w.add(product)
}

// multiply takes a number that is not negative times another.
func (w *wide) multiply(factor uint64) {
	var carry uint64
	for i := range w {
		high, low := bits.Mul64(w[i], factor)
		sum, overflow := bits.Add64(low, carry, 0)
		w[i], carry = sum, high+overflow
	}
}

func (w *wide) add(other wide) {
	var carry uint64
	for i := range w {
		w[i], carry = bits.Add64(w[i], other[i], carry)
	}
}

func (w *wide) negate() {
	carry := uint64(1)
	for i := range w {
		w[i], carry = bits.Add64(^w[i], 0, carry)
	}
}

func (w wide) big() *big.Int {
	negative := int64(w[len(w)-1]) < 0
	if negative {
		w.negate()
	}
	value := new(big.Int)
	for i := len(w) - 1; i >= 0; i-- {
		value.Lsh(value, 64).Or(value, new(big.Int).SetUint64(w[i]))
	}
	if negative {
		value.Neg(value)
	}
	return value
}

// wideOf is the inverse of big.
func wideOf(value *big.Int) wide {
	if value.BitLen() > 255 {
		panic("a sum of more than 255 bits")
	}
	var w wide
	var words [32]byte // big-endian
	new(big.Int).Abs(value).FillBytes(words[:])
	for i := range w {
		w[i] = binary.BigEndian.Uint64(words[8*(len(w)-1-i):])
	}
	if value.Sign() < 0 {
		w.negate()
	}
	return w
}

// magnitude is right for the least int64 too, whose negation is itself.
func magnitude(value int64) uint64 {
	if value < 0 {
		return -uint64(value)
	}
	return uint64(value)
}

// int64 is the number where it is one of 63 bits and not negative.
func (w wide) int64() int64 { return int64(w[0]) }
