package backtest

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// each calls do once for each of 0…n-1, in any order, on up to workers
// goroutines. Each call writes to its own place, so the order does not show. A
// panic of one of them is that of the caller, with its stack.
func each(n, workers int, do func(i int)) {
	var next atomic.Int64
	var fault atomic.Pointer[string]
	var group sync.WaitGroup
	for range min(max(1, workers), n) {
		group.Go(func() {
			defer func() {
				if value := recover(); value != nil {
					text := fmt.Sprintf("%v\n\n%s", value, debug.Stack())
					fault.CompareAndSwap(nil, &text)
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	group.Wait()
	if text := fault.Load(); text != nil {
		panic(*text)
	}
}
