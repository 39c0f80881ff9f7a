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

// progress shows how far the work is.
type progress interface {
	step(done, total int, next string) // done of total is done, and what comes next
	rows(step string, rows int64)      // how many rows a step made
	pause()                            // off the terminal until the next step, for a result that comes before the end
	clear()                            // off the terminal
}

// silence shows nothing.
type silence struct{}

func (silence) step(int, int, string) {}
func (silence) rows(string, int64)    {}
func (silence) pause()                {}
func (silence) clear()                {}

// bar is a line on a terminal: the step under way, the rows of the last one that
// counted them, and the time elapsed.
type bar struct {
	line *progressbar.ProgressBar
	last string // step that counted its rows, with the count

	cleared chan struct{} // closed when the bar goes
	ticking sync.WaitGroup
	once    sync.Once // it is cleared once, by whoever is first
}

// newProgress returns a bar where there is a terminal, and silence elsewhere.
func newProgress(out io.Writer) progress {
	file, isFile := out.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return silence{}
	}
	b := &bar{
		line: progressbar.NewOptions(1,
			progressbar.OptionSetWriter(out),
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetWidth(20),
			progressbar.OptionClearOnFinish(),
		),
		cleared: make(chan struct{}),
	}
	b.ticking.Go(b.tick)
	return b
}

// tick draws the bar every second, so that the time goes on during a long step.
func (b *bar) tick() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_ = b.line.RenderBlank() // drawing is all that can fail
		case <-b.cleared:
			return
		}
	}
}

func (b *bar) step(done, total int, next string) {
	b.line.ChangeMax(total)
	if b.last != "" {
		next += " (" + b.last + ")"
	}
	b.line.Describe(next)
	// Drawing is all that can fail here, and the work goes on without it.
	_ = b.line.Set(done)
}

func (b *bar) rows(step string, rows int64) {
	b.last = step + ": " + humanize.Comma(rows) + " rows"
}

func (b *bar) pause() { _ = b.line.Clear() }

func (b *bar) clear() {
	b.once.Do(func() {
		close(b.cleared)
		b.ticking.Wait() // or it would draw the bar once more
		_ = b.line.Clear()
	})
}
