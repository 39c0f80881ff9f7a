package likelihood

import (
	"strings"
	"testing"
)

// A fault in one goroutine is the caller's, who can say so and end in good order.
func TestAPanicIsThatOfTheCaller(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.HasPrefix(text, "seven") || !strings.Contains(text, "chunks_test.go") {
			t.Errorf("recovered %q, want the panic with its stack", text)
		}
	}()
	EachChunk(9, 2, func(chunk int) {
		if chunk == 7 {
			panic("seven")
		}
	})
	t.Error("the panic is gone")
}
