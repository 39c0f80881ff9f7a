package command

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is a bar on a terminal, and silence elsewhere: the step under way,
// the rows of the last one that counted them, and the time elapsed.
type progress struct {
	bar  *progressbar.ProgressBar // nil: silence
	last string                   // step that counted its rows, with the count

	cleared chan struct{} // closed when the bar goes
	ticking sync.WaitGroup
}

func newProgress(out io.Writer) *progress {
	p := &progress{}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.bar = progressbar.NewOptions(1,
			progressbar.OptionSetWriter(out),
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetWidth(20),
			progressbar.OptionClearOnFinish(),
		)
		p.cleared = make(chan struct{})
		p.ticking.Go(p.tick)
	}
	return p
}

// tick draws the bar every second, so that the time goes on during a long step.
func (p *progress) tick() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_ = p.bar.RenderBlank() // drawing is all that can fail
		case <-p.cleared:
			return
		}
	}
}

// step shows that done of total is done, and what comes next.
func (p *progress) step(done, total int, next string) {
	if p.bar == nil {
		return
	}
	p.bar.ChangeMax(total)
	if p.last != "" {
		next += " (" + p.last + ")"
	}
	p.bar.Describe(next)
	// Drawing is all that can fail here, and the work goes on without it.
	_ = p.bar.Set(done)
}

// rows notes how many rows a step made.
func (p *progress) rows(step string, rows int64) {
	p.last = step + ": " + humanize.Comma(rows) + " rows"
}

// pause takes the bar off the terminal until the next step, for a result that
// comes before the end.
func (p *progress) pause() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// clear takes the bar off the terminal, for good: a second time there is none.
func (p *progress) clear() {
	if p.bar == nil {
		return
	}
	close(p.cleared)
	p.ticking.Wait() // or it would draw the bar once more
	_ = p.bar.Clear()
	p.bar = nil
}
