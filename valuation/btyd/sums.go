package btyd

import (
	"sync"
	"sync/atomic"
)

// A sum over rows is cut into chunks of this many, whatever the number of
// workers: the chunks' sums are added in order, so no digit depends on who
// computed them.
const chunkRows = 8192

// segment is the rows [from, to), all in one chunk and of one x.
type segment struct {
	repeats  int // index of x among the distinct ones
	from, to int
}

// segments cuts rows that are sorted by x. It returns the distinct x and, for
// each chunk, its segments.
func segments(rows int, repeatsAt func(row int) int) (distinct []int, chunks [][]segment) {
	for row := range rows {
		x := repeatsAt(row)
		fresh := row%chunkRows == 0
		if fresh {
			chunks = append(chunks, nil)
		}
		if len(distinct) == 0 || distinct[len(distinct)-1] != x {
			distinct = append(distinct, x)
			fresh = true
		}
		last := &chunks[len(chunks)-1]
		if fresh {
			*last = append(*last, segment{repeats: len(distinct) - 1, from: row, to: row})
		}
		(*last)[len(*last)-1].to = row + 1
	}
	return distinct, chunks
}

// eachChunk calls do once for each chunk 0…chunks-1, in any order, on up to
// workers goroutines.
func eachChunk(chunks, workers int, do func(chunk int)) {
	workers = min(workers, chunks)
	if workers <= 1 {
		for chunk := range chunks {
			do(chunk)
		}
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for chunk := int(next.Add(1)) - 1; chunk < chunks; chunk = int(next.Add(1)) - 1 {
				do(chunk)
			}
		})
	}
	group.Wait()
}
