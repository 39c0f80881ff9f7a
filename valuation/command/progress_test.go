package command

import (
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/schollz/progressbar/v3"

	"cbv/valuation/pipeline"
)

// Whoever ends in trouble clears the bar, whether or not it has been cleared.
func TestABarCanBeClearedTwice(t *testing.T) {
	b := &bar{line: progressbar.NewOptions(3, progressbar.OptionSetWriter(io.Discard)), cleared: make(chan struct{})}
	b.ticking.Go(b.tick)
	b.step(1, 3, "fit")
	b.clear()
	b.clear()
}

// drawn is what a bar would show.
type drawn struct {
	silence
	shown []string
}

func (d *drawn) step(done, total int, next string) {
	d.shown = append(d.shown, fmt.Sprintf("%d/%d %s", done, total, next))
}

// The bar counts the steps that have finished, though one far on in the plan starts
// before one that stands at its beginning.
func TestTheBarNeverGoesBack(t *testing.T) {
	d := &drawn{}
	m := &messages{form: textForm, bar: d}
	for _, event := range []pipeline.Event{
		{Kind: pipeline.StepStarted, Step: "purchases", Number: 5, Finished: 0, Steps: 6},
		{Kind: pipeline.StepStarted, Step: "fit", Number: 1, Finished: 0, Steps: 6},
		{Kind: pipeline.StepFinished, Step: "purchases", Number: 5, Finished: 1, Steps: 6},
		{Kind: pipeline.StepStarted, Step: "totals", Number: 2, Finished: 1, Steps: 6},
	} {
		m.event(event)
	}
	if want := []string{"0/6 purchases", "0/6 fit", "1/6 totals"}; !slices.Equal(d.shown, want) {
		t.Errorf("shown is %q, want %q", d.shown, want)
	}
}
