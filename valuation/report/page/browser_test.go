package page

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The pages of runs to be opened in a browser, one a line, and the file of axe-core
// (Deque's rules of accessibility) to hold them to. .ci/run sets both.
const (
	pagesVariable = "CBV_PAGES"
	axeVariable   = "CBV_AXE"
)

// look is how a page is looked at.
type look struct {
	width         int64
	scheme, media string
	axe           bool // hold it to axe-core, which takes seconds
}

// looks are a phone, a tablet and a desk in light and dark, and A4 paper between margins of
// 16 mm.
var looks = []look{
	{390, "light", "", true}, {390, "dark", "", false}, {768, "light", "", false}, {768, "dark", "", false}, {1440, "light", "", false}, {1440, "dark", "", true}, {672, "light", "print", false},
}

// faults is a script that returns what is wrong with a page as it is laid out: a page that
// is wider than the window, texts of a chart that are cut off or stand on each other, a
// chart without a mark.
const faults = `(() => {
	const found = [];
	if (document.documentElement.scrollWidth > innerWidth) found.push("the page is " + document.documentElement.scrollWidth + " wide in a window of " + innerWidth);
	for (const figure of document.querySelectorAll("figure")) {
		const title = figure.querySelector("figcaption").textContent;
		const svg = figure.querySelector("svg");
		if (!svg) { if (!figure.querySelector("p.empty")) found.push(title + ": no chart, and no reason"); continue; }
		if (!svg.querySelector(".mark")) found.push(title + ": no mark");
		const frame = svg.getBoundingClientRect();
		const scale = frame.width / 360, boxes = [];
		for (const text of svg.querySelectorAll("text")) {
			const box = text.getBoundingClientRect();
			if (box.left < frame.left - scale || box.right > frame.right + scale || box.top < frame.top - 2 * scale || box.bottom > frame.bottom + scale)
				found.push(title + ": " + JSON.stringify(text.textContent) + " is cut off");
			for (const other of boxes) {
				const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
				const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
				if (across > scale && down > 4.5 * scale) found.push(title + ": " + JSON.stringify(text.textContent) + " stands on " + JSON.stringify(other.text));
			}
			boxes.push({box: box, text: text.textContent});
		}
	}
	return found;
})()`

// openTables is a script that opens the tables below the charts.
const openTables = `document.querySelectorAll("details").forEach(d => { d.open = true; }); 0`

// accessible is a script that returns what axe-core finds.
const accessible = `axe.run().then(result => result.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 120)).slice(0, 3).join(" | ")))`

// Each page is laid out soundly in a real browser at every look, asks for nothing and says
// nothing on the console, and axe-core finds nothing.
func TestPagesInABrowser(t *testing.T) {
	pages := strings.Fields(os.Getenv(pagesVariable))
	if len(pages) == 0 {
		t.Skip("no pages to open: set " + pagesVariable)
	}
	axe, err := os.ReadFile(os.Getenv(axeVariable))
	if err != nil {
		t.Fatal(err)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)...)
	defer stop()
	browser, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(browser); err != nil { // starts it
		t.Fatal(err)
	}
	for _, page := range pages {
		for _, l := range looks {
			t.Run(fmt.Sprintf("%s/%d %s%s", filepath.Base(filepath.Dir(filepath.Dir(page))), l.width, l.scheme, l.media), func(t *testing.T) {
				ctx, cancel := chromedp.NewContext(browser)
				defer cancel()
				for _, fault := range lookAt(ctx, t, page, l, string(axe)) {
					t.Error(fault)
				}
			})
		}
	}
}

// lookAt returns what is wrong with a page at a look.
func lookAt(ctx context.Context, t *testing.T, page string, l look, axe string) (found []string) {
	t.Helper()
	resolved, err := filepath.Abs(page)
	if err != nil {
		t.Fatal(err)
	}
	address := (&url.URL{Scheme: "file", Path: resolved}).String()
	var lock sync.Mutex
	note := func(format string, args ...any) {
		lock.Lock()
		defer lock.Unlock()
		found = append(found, fmt.Sprintf(format, args...))
	}
	err = chromedp.Listen(ctx, func(event any) {
		switch event := event.(type) {
		case *network.EventRequestWillBeSent:
			if event.Request.URL != address {
				note("the page asks for %s", event.Request.URL)
			}
		case *log.EventEntryAdded:
			note("the browser says %s", event.Entry.Text)
		case *cdpruntime.EventExceptionThrown:
			note("the page throws %s", event.ExceptionDetails.Text)
		case *cdpruntime.EventConsoleAPICalled:
			note("the console has a %s", event.Type)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	call(ctx, t, network.Enable, network.EnableParams{})
	call(ctx, t, log.Enable, cdp.Empty{})
	call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 1000, DeviceScaleFactor: 1, Mobile: l.width < 500})
	call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: l.media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}}})
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	evaluate[int](ctx, t, openTables)
	laidOut := evaluate[[]string](ctx, t, faults)
	var broken []string
	if l.axe {
		evaluate[int](ctx, t, axe+"; 0")
		broken = evaluate[[]string](ctx, t, accessible)
	}
	lock.Lock()
	defer lock.Unlock()
	return append(append(found, laidOut...), broken...)
}

// call sends a command that must succeed.
func call[P, R any](ctx context.Context, t *testing.T, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		t.Fatal(err)
	}
}

// evaluate returns what a script, or what it promises, comes to.
func evaluate[T any](ctx context.Context, t *testing.T, script string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return value
}
