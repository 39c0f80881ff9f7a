package publication

import (
	"strings"
	"testing"
)

// A hundred million lines hold at least 7.5 GB, of which 5.5 do not fit into 2 GB.
func TestRoomIsRequired(t *testing.T) {
	const lines, memory = 100_000_000, 2_000_000_000
	if err := requireRoom("/out", 5_500_000_000, lines, memory); err != nil {
		t.Errorf("with just enough: %v", err)
	}
	err := requireRoom("/out", 5_499_999_999, lines, memory)
	if err == nil {
		t.Fatal("a disk that is surely too small is tried")
	}
	for _, part := range []string{"/out: ", "100,000,000 lines", "at least 5.5 GB", "engine.memory_limit", "larger one"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
	if err := requireRoom("/out", 0, 3_000_000, memory); err != nil {
		t.Errorf("what fits into memory spills nothing: %v", err)
	}
}
