package publication

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
)

// lock is a file that one process at a time holds. The system gives it back when
// the process ends, however it ends, so a dead one stands in nobody's way. The
// holder's name inside is for messages only, and is cleared by a run that ends
// in order: a name found by the next holder is that of a run that was killed.
type lock struct {
	path string
	file *flock.Flock
}

// acquire takes the lock of an output folder. It returns the name of the run
// that was killed holding it, "" where none was, and whether it had to wait.
func acquire(ctx context.Context, root string, job pipeline.Job) (held *lock, killed string, waited bool, err error) {
	longest := job.Config.Run.Wait.Duration // for the other run to end; 0: fail at once
	l := &lock{path: filepath.Join(root, lockName)}
	l.file = flock.New(l.path)
	ok, err := l.file.TryLock()
	if err == nil && !ok && longest > 0 {
		waited = true
		job.Progress(pipeline.Event{Kind: pipeline.WaitingForLock, Holder: l.holder()})
		ok, err = l.wait(ctx, longest)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return nil, "", waited, err
	case err != nil:
		return nil, "", waited, fmt.Errorf("lock: %w", err)
	case !ok:
		holder := l.holder()
		if holder != "" {
			holder = " (" + holder + ")"
		}
		remedy := "wait for it with --wait 30m"
		if waited {
			remedy = fmt.Sprintf("it still does after %v: wait longer", longest)
		}
		return nil, "", waited, failure.Lockedf("%s: another run holds the lock%s: %s, or give this one another --out", root, holder, remedy)
	}
	killed = l.holder()
	if err := os.WriteFile(l.path, []byte(self(job.Clock())), 0o644); err != nil {
		return nil, "", waited, errors.Join(err, l.file.Close())
	}
	return l, killed, waited, nil
}

// wait tries again until the time is over.
func (l *lock) wait(ctx context.Context, longest time.Duration) (bool, error) {
	const pause = 100 * time.Millisecond
	limited, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	ok, err := l.file.TryLockContext(limited, pause)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return false, nil
	}
	return ok, err
}

// holder returns the name in the lock file, "" where there is none.
func (l *lock) holder() string {
	text, err := os.ReadFile(l.path)
	if err != nil {
		return "" // it is for messages only
	}
	return strings.TrimSpace(string(text))
}

// self is this process as messages of other runs name it.
func self(now time.Time) string {
	text := fmt.Sprintf("process %d", os.Getpid())
	if host, err := os.Hostname(); err == nil {
		text += " on " + host
	}
	return text + " since " + now.UTC().Format("2006-01-02 15:04:05 UTC") + "\n"
}

// release gives the lock back.
func (l *lock) release() error {
	return errors.Join(os.Truncate(l.path, 0), l.file.Close())
}
