package likelihood

import "slices"

// SortAndMerge sorts counts in place by compare, a total order, and merges
// neighbours that are equal by it. It makes every sum over customers independent
// of the order that the counts came in.
func SortAndMerge[C any](counts []C, workers int, compare func(a, b C) int, merge func(into *C, from C)) []C {
	if !slices.IsSortedFunc(counts, compare) {
		sortPieces(counts, workers, compare)
	}
	kept := counts[:0]
	for _, c := range counts {
		if len(kept) > 0 && compare(kept[len(kept)-1], c) == 0 {
			merge(&kept[len(kept)-1], c)
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// sortPieces sorts counts: pieces side by side, then pairs of them merged.
func sortPieces[C any](counts []C, workers int, compare func(a, b C) int) {
	const pieces = 8
	width := (len(counts) + pieces - 1) / pieces
	piece := func(i, width int) (from, to int) {
		return min(i*width, len(counts)), min((i+1)*width, len(counts))
	}
	EachChunk(pieces, workers, func(i int) {
		from, to := piece(i, width)
		slices.SortFunc(counts[from:to], compare)
	})
	spare := make([]C, len(counts))
	for n := pieces / 2; n >= 1; n /= 2 {
		EachChunk(n, workers, func(i int) {
			from, to := piece(i, 2*width)
			middle := min(from+width, to)
			left, right := counts[from:middle], counts[middle:to]
			for out := from; out < to; out++ {
				if len(right) == 0 || len(left) > 0 && compare(left[0], right[0]) <= 0 {
					spare[out], left = left[0], left[1:]
				} else {
					spare[out], right = right[0], right[1:]
				}
			}
			copy(counts[from:to], spare[from:to])
		})
		width *= 2
	}
}

// Above subsampleAbove distinct counts the starts are tried on every n-th one, an eighth of
// them but no fewer and no more than these, and the whole only finishes what the best of
// them began.
const (
	subsampleAbove = 4096
	subsamplePart  = 8
	leastSubsample = 1024
	mostSubsample  = 8192
)

// Subsample returns some of sorted counts, evenly spread, for a search to begin on: nil
// where there are so few that it may as well begin on all.
func Subsample[C any](counts []C) []C {
	if len(counts) <= subsampleAbove {
		return nil
	}
	size := min(max(leastSubsample, len(counts)/subsamplePart), mostSubsample)
	stride := (len(counts) + size - 1) / size
	some := make([]C, 0, size)
	for i := 0; i < len(counts); i += stride {
		some = append(some, counts[i])
	}
	return some
}
