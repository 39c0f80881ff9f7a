package backtest

import (
	"sync"
	"sync/atomic"
)

// each calls do once for each of 0…n-1, in any order, on up to workers
// goroutines. Each call writes to its own place, so the order does not show.
func each(n, workers int, do func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(max(1, workers), n) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
}
