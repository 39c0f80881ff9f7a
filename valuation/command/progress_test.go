package command

import (
	"io"
	"testing"

	"github.com/schollz/progressbar/v3"
)

// Whoever ends in trouble clears the bar, whether or not it has been cleared.
func TestABarCanBeClearedTwice(t *testing.T) {
	p := progress{bar: progressbar.NewOptions(3, progressbar.OptionSetWriter(io.Discard)), cleared: make(chan struct{})}
	p.ticking.Go(p.tick)
	p.step(1, 3, "fit")
	p.clear()
	p.clear()
	p.step(2, 3, "too late")
}
