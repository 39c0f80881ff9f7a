package command

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"time"
)

// faulty is a folder sql/ that cannot be, as after a mistake of ours.
type faulty struct{}

func (faulty) Open(string) (fs.File, error) { panic("no such state") }

// A fault of the program itself ends with 1, and says where it was.
func TestPanic(t *testing.T) {
	t.Parallel()
	for _, log := range []string{"text", "json"} {
		var stdout, stderr bytes.Buffer
		code := Main(context.Background(), []string{"cbv", "plan", "--config", "../../fixtures/shop/cbv.yaml", "--log", log}, Env{
			Stdout: &stdout, Stderr: &stderr, SQL: faulty{}, Clock: time.Now,
		})
		text := stderr.String()
		if code != 1 || stdout.Len() > 0 || !strings.Contains(text, "a fault of cbv itself: no such state") || !strings.Contains(text, "panic_test.go") {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", log, code, &stdout, text)
		}
		if log == "json" && !json.Valid(stderr.Bytes()) {
			t.Errorf("not one JSON object: %s", text)
		}
	}
}
