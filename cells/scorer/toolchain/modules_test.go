package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
)

func openDir(t *testing.T) *Dir {
	t.Helper()
	d, err := OpenDir(filepath.Join(t.TempDir(), "modules"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A machine without the toolchain uses what was built before, under another name
// and description as well.
func TestStoredModules(t *testing.T) {
	opts := testOptions(t)
	opts.Modules = openDir(t)
	src := Source{Lang: C, Name: "first", Text: plain[C]}
	built, err := buildTest(t, src, opts)
	if err != nil || built.Stored {
		t.Fatal(err, built)
	}
	opts.Path = t.TempDir()
	src.Name, src.Manifest = "second", json.RawMessage(`{"description":"again","metric":{"greater_is_better":false}}`)
	again, err := Build(context.Background(), src, opts)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Stored || again.Key != built.Key || again.Manifest.Name != "second" || again.Manifest.Metric.GreaterIsBetter || again.Manifest.Toolchain != built.Manifest.Toolchain {
		t.Errorf("%+v with key %s; built with %s by %s", again.Manifest, again.Key, built.Key, built.Manifest.Toolchain)
	}
	for name, change := range map[string]func(*Source){
		"text":       func(s *Source) { s.Text += "// more\n" },
		"parameters": func(s *Source) { s.Manifest = json.RawMessage(`{"params":{"a":{"type":"number"}}}`) },
	} {
		other := src
		change(&other)
		if _, err := Build(context.Background(), other, opts); !errors.Is(err, ErrMissing) {
			t.Errorf("other %s: %v", name, err)
		}
	}
}

func TestDirKeepsModules(t *testing.T) {
	ctx, d := context.Background(), openDir(t)
	key := "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	if _, ok, err := d.Get(ctx, key); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if err := d.Put(ctx, key, []byte("module")); err != nil {
		t.Fatal(err)
	}
	if b, ok, err := d.Get(ctx, key); !ok || err != nil || string(b) != "module" {
		t.Errorf("%q, %v, %v", b, ok, err)
	}
	for _, key := range []string{"", "../escape", "0123", key + "0"} {
		if _, _, err := d.Get(ctx, key); err == nil {
			t.Errorf("key %q is read", key)
		}
		if err := d.Put(ctx, key, nil); err == nil {
			t.Errorf("key %q is written", key)
		}
	}
}
