package command

import (
	"io"
	"testing"

	"github.com/schollz/progressbar/v3"
)

// Whoever ends in trouble clears the bar, whether or not it has been cleared.
func TestABarCanBeClearedTwice(t *testing.T) {
	b := &bar{line: progressbar.NewOptions(3, progressbar.OptionSetWriter(io.Discard)), cleared: make(chan struct{})}
	b.ticking.Go(b.tick)
	b.step(1, 3, "fit")
	b.clear()
	b.clear()
}
