package backtest

import (
	"strings"
	"testing"
)

// A panic on a worker can be caught by the caller, and says where it was.
func TestPanicOfWorker(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "no such state") || !strings.Contains(text, "each_test.go") {
			t.Errorf("caught %q", text)
		}
	}()
	each(8, 3, func(i int) {
		if i == 5 {
			panic("no such state")
		}
	})
	t.Error("the panic is lost")
}
