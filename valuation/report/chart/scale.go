package chart

import (
	"math"
	"strconv"
)

// scale places values between two coordinates.
type scale struct {
	low, high float64 // values
	from, to  float64 // coordinates
}

func (s scale) at(v float64) float64 {
	if s.high == s.low {
		return s.from
	}
	return s.from + (v-s.low)/(s.high-s.low)*(s.to-s.from)
}

// niceRange widens a range to steps of 1, 2 or 5 times a power of ten, of which it holds
// about as many as wanted, and returns these. What is all 0 reaches to 1.
func niceRange(low, high float64, wanted int) (from, to float64, ticks []float64) {
	if !(high > low) {
		high = low + 1
		if low != 0 {
			high = low + math.Abs(low)/2
		}
	}
	raw := (high - low) / float64(wanted)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, part := range []float64{1, 2, 5} {
		if part*power >= raw*(1-1e-9) {
			step = part * power
			break
		}
	}
	first, last := math.Floor(low/step+1e-9), math.Ceil(high/step-1e-9)
	for i := first; i <= last; i++ {
		ticks = append(ticks, i*step)
	}
	return first * step, last * step, ticks
}

// Short writes a value of an axis in few characters: 1,500 is 1.5k.
func Short(v float64) string {
	for _, unit := range []struct {
		of     float64
		letter string
	}{{1e9, "bn"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= unit.of {
			return trimmed(v/unit.of) + unit.letter
		}
	}
	return trimmed(v)
}

// Percent writes a share of an axis.
func Percent(v float64) string { return trimmed(100*v) + " %" }

// trimmed writes a number with the digits that it needs, three at the most.
func trimmed(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if short := strconv.FormatFloat(v, 'g', 3, 64); len(short) < len(text) {
		if back, err := strconv.ParseFloat(short, 64); err == nil {
			text = strconv.FormatFloat(back, 'f', -1, 64)
		}
	}
	if text == "-0" {
		return "0"
	}
	return text
}
