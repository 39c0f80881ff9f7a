package publication

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// What is published counts as long as every byte is as its manifest says; else it
// is built again.
func TestVerify(t *testing.T) {
	ctx := context.Background()
	store := &Store{root: t.TempDir()}
	if err := store.Reset(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"customers.parquet", "kpis.parquet"} {
		if err := os.WriteFile(filepath.Join(store.Build(), name), []byte("the rows of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	outputs, err := store.Describe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const id = "2024-06-30-0123456789ab"
	runs := store.Runs()
	if err := runs.Publish(id, Manifest{Identity: "0123", Outputs: outputs}); err != nil {
		t.Fatal(err)
	}
	hold := func(what, identity string, want bool) {
		t.Helper()
		if whole, err := runs.Verify(ctx, id, identity); err != nil || whole != want {
			t.Errorf("%s: whole %v (%v), want %v", what, whole, err, want)
		}
	}
	hold("as published", "0123", true)
	hold("of other inputs", "4567", false)
	for _, name := range []string{"customers.parquet", "kpis.parquet", manifestName} {
		path := filepath.Join(runs.Folder(id), name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, damaged := range map[string][]byte{"cut off": text[:len(text)/2], "empty": nil, "changed": append(bytes.Clone(text[:len(text)-1]), '?')} {
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			hold(name+" "+what, "0123", false)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		hold(name+" gone", "0123", false)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hold("mended", "0123", true)
}
