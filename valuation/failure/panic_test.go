package failure

import (
	"errors"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	err := Guard(func() error { panic("no such state") })()
	var fault *Panic
	if !errors.As(err, &fault) || !strings.Contains(string(fault.Stack), "panic_test.go") || KindOf(err) != Failed {
		t.Errorf("a panic became %v", err)
	}
	want := errors.New("broken")
	if err := Guard(func() error { return want })(); err != want {
		t.Errorf("an error became %v", err)
	}
}
