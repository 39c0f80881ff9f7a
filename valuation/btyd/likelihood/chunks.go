package likelihood

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// ChunkRows is how many rows of a sum make a chunk, whatever the number of
// workers: the chunks' sums are added in order, so no digit depends on who
// computed them.
const ChunkRows = 8192

// Segment is the rows [From, To), all in one chunk and of one x.
type Segment struct {
	Repeats  int // index of x among the distinct ones
	From, To int
}

// Segments cuts rows that are sorted by x. It returns the distinct x and, for
// each chunk, its segments.
func Segments(rows int, repeatsAt func(row int) int) (distinct []int, chunks [][]Segment) {
	for row := range rows {
		x := repeatsAt(row)
		fresh := row%ChunkRows == 0
		if fresh {
			chunks = append(chunks, nil)
		}
		if len(distinct) == 0 || distinct[len(distinct)-1] != x {
			distinct = append(distinct, x)
			fresh = true
		}
		last := &chunks[len(chunks)-1]
		if fresh {
			*last = append(*last, Segment{Repeats: len(distinct) - 1, From: row, To: row})
		}
		(*last)[len(*last)-1].To = row + 1
	}
	return distinct, chunks
}

// EachChunk calls do once for each chunk 0…chunks-1, in any order, on up to
// workers goroutines. Each call writes to its own place, so the order does not show.
// A panic of one of them is that of the caller, with its stack.
func EachChunk(chunks, workers int, do func(chunk int)) {
	var next atomic.Int64
	var fault atomic.Pointer[string]
	var group sync.WaitGroup
	for range min(max(1, workers), chunks) {
		group.Go(func() {
			defer func() {
				if value := recover(); value != nil {
					text := fmt.Sprintf("%v\n\n%s", value, debug.Stack())
					fault.CompareAndSwap(nil, &text)
				}
			}()
			for chunk := int(next.Add(1)) - 1; chunk < chunks; chunk = int(next.Add(1)) - 1 {
				do(chunk)
			}
		})
	}
	group.Wait()
	if text := fault.Load(); text != nil {
		panic(*text)
	}
}
