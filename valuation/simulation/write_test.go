package simulation

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestCancellationLeavesNothing(t *testing.T) {
	options := smallShop(BGNBD)
	for _, share := range []float64{0, 0.3, 0.5, 0.8, 1} {
		ctx, cancel := context.WithCancel(t.Context())
		if share == 0 {
			cancel()
		}
		parent := t.TempDir()
		_, err := Write(ctx, filepath.Join(parent, "new", "history"), options, func(done, total int) {
			if float64(done) >= share*float64(total) {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled at %g: %v", share, err)
		}
		wantEmpty(t, parent)
	}
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Errorf("%s was left behind", entry.Name())
	}
}

func TestWriteRefusesWhatIsThere(t *testing.T) {
	parent := t.TempDir()
	full := filepath.Join(parent, "full")
	if err := os.Mkdir(full, 0o777); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(full, "mine.txt")
	if err := os.WriteFile(mine, []byte("keep"), 0o666); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		full: "the folder is not empty (it has mine.txt): name a new folder or empty this one",
		mine: "a file is in the way: name a new folder",
	} {
		_, err := Write(t.Context(), dir, smallShop(BGNBD), nil)
		if err == nil || err.Error() != dir+": "+want {
			t.Errorf("%s: got %v", dir, err)
		}
	}
	if content, err := os.ReadFile(mine); err != nil || string(content) != "keep" {
		t.Errorf("the file is now %q, %v", content, err)
	}
	if err := os.Remove(mine); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), full, smallShop(BGNBD), nil); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the history: %v, %v", entries, err)
	}
}

func TestProgressRisesToTheTotal(t *testing.T) {
	options := smallShop(BGNBD)
	last := 0
	_, err := Write(t.Context(), filepath.Join(t.TempDir(), "history"), options, func(done, total int) {
		if done < last || done > total || total != 2*options.Customers {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil || last != 2*options.Customers {
		t.Errorf("ended at %d, %v", last, err)
	}
}

func TestSmallestHistory(t *testing.T) {
	options := Default()
	options.Customers, options.Days = 1, 1
	_, truth := write(t, options)
	if truth.Customers != 1 || truth.Orders < 1 {
		t.Errorf("got %+v", truth)
	}
}

func TestValidateNamesEachBadOption(t *testing.T) {
	tests := []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) { o.Customers = 0 }, "customers is 0: give 1 to 99999999"},
		{func(o *Options) { o.Days = 10_000 }, "days is 10000: give 1 to 7300"},
		{func(o *Options) { o.Start = o.Start.Add(time.Hour) }, "start is 2022-01-01T01:00:00Z: give midnight UTC of a day from 1971 to 2200"},
		{func(o *Options) { o.Start = time.Time{} }, "start is 0001-01-01T00:00:00Z: give midnight"},
		{func(o *Options) { o.Model = "bg" }, `model is "bg": give bgnbd, mbgnbd or paretonbd`},
		{func(o *Options) { o.Purchases.A = 0 }, "a is 0: give 0.01 to 1e+06"},
		{func(o *Options) { o.Purchases.S = 1 }, "s is 1, which bgnbd does not use: leave it out, or change the model"},
		{func(o *Options) { o.Purchases.Alpha = 0.01 }, "r / alpha is 25 purchases a day: give at most 10, with alpha in days"},
		{func(o *Options) { o.Spend.Q = 1 }, "q is 1: give more than 1, up to 1e+06"},
		{func(o *Options) { o.Spend.P = -1 }, "p is -1: give 0.01 to 1e+06"},
		{func(o *Options) { o.Channels = nil }, "there are 0 channels: give 1 to 100"},
		{func(o *Options) { o.Channels[0].Name = "" }, "a channel has no name: name it"},
		{func(o *Options) { o.Channels[0].Name = "social" }, `channel "social" is there twice: name it once`},
		{func(o *Options) { o.Channels[0].Share = 0 }, `the share of channel "search" is 0: give more than 0, up to 1`},
		{func(o *Options) { o.Channels[0].Share = 0.5 }, "the channel shares add up to 1.1: make them add up to 1"},
		{func(o *Options) { o.Returns = 2 }, "returns is 2: give a share from 0 to 1"},
		{func(o *Options) { o.Dirty = -1 }, "dirty is -1: give a share from 0 to 1"},
	}
	for _, test := range tests {
		options := Default()
		test.change(&options)
		parent := t.TempDir()
		_, err := Write(t.Context(), filepath.Join(parent, "history"), options, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
		wantEmpty(t, parent)
	}

	options := Default()
	options.Customers, options.Spend.Q = -1, 0
	if err := options.Validate(); err == nil || strings.Count(err.Error(), "give") != 2 {
		t.Errorf("two bad options: %v", err)
	}
	for _, model := range []string{BGNBD, MBGNBD, ParetoNBD} {
		options := Default()
		options.Model, options.Purchases = model, DefaultPurchases(model)
		if err := options.Validate(); err != nil {
			t.Errorf("%s by default: %v", model, err)
		}
	}
}
