package source_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/program/source"
)

// smallest is the smallest module: its head.
var smallest = []byte("\x00asm\x01\x00\x00\x00")

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWhatIsNoModuleIsNamed(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"empty.wasm", "", "an empty file"},
		{"node.sh", "#!/usr/bin/env sh\n", "a script, not a module of WebAssembly: build it for WASI preview 1 (of Go: GOOS=wasip1 GOARCH=wasm), or run it as it is, in real time, with --native"},
		{"node", "\x7fELF\x02\x01\x01\x00", "a program of this machine"},
		{"node.wat", "(module)", "WebAssembly as text"},
		{"node.wasm", "\x00asm\x0d\x00\x01\x00", "a component of WebAssembly, not a module of WebAssembly: build it for WASI preview 1"},
		{"node.wasm", "\x00asm\x02\x00\x00\x00", "another version"},
		{"main.go", "package main\n", "give the folder of its package"},
		{"node.c", "int main", "it is C, not a module of WebAssembly: compile it first, with clang --target=wasm32-wasi -O2 node.c"},
		{"node.py", "#!/usr/bin/python3", "it is Python, not a module of WebAssembly: run it as it is, in real time: --native --program 'python3 node.py'"},
		{"noise", "lorem ipsum", "a file of an unknown kind"},
	} {
		_, err := source.Finder{}.Open(context.Background(), write(t, c.name, []byte(c.content)))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s with %q: %v, expected one sentence with %q", c.name, c.content, err, c.want)
		}
	}
	for file, want := range map[string]string{
		"node.rs":    "it has no Go package: node.rs is of Rust: compile it first, with rustc --target wasm32-wasip1",
		"Cargo.toml": "it has no Go package: Cargo.toml is of Rust: build it first, with cargo build",
		"notes.txt":  "does not build",
	} {
		folder := filepath.Dir(write(t, file, []byte("text")))
		if _, err := (source.Finder{}).Open(context.Background(), folder); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("a folder with %s: %v, expected one sentence with %q", file, err, want)
		}
	}
	for name, want := range map[string]string{
		"./nowhere.wasm": "no such file",
		"./nowhere":      "there is no such file or folder",
		"/dev/null":      "not a regular file",
	} {
		if _, err := (source.Finder{}).Open(context.Background(), name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %q", name, err, want)
		}
	}
}

func TestAGoPackageIsBuilt(t *testing.T) {
	one, err := source.Finder{}.Open(context.Background(), "testdata/node")
	if err != nil {
		t.Fatal(err)
	}
	two, err := source.Finder{}.Open(context.Background(), "simrun/sim/program/source/testdata/node")
	if err != nil {
		t.Fatal(err)
	}
	if one.SHA256 != two.SHA256 || !bytes.HasPrefix(one.Bytes, smallest) {
		t.Errorf("a folder gives %s, its import path %s: expected the same module", one.SHA256, two.SHA256)
	}
	if !strings.HasPrefix(one.Made, "go1.") {
		t.Errorf("made by %q, expected the version of Go", one.Made)
	}
}

func TestAPackageThatDoesNotBuild(t *testing.T) {
	if _, err := (source.Finder{}).Open(context.Background(), "testdata/library"); err == nil || !strings.Contains(err.Error(), "testdata/library is package library, which is a library: expected a package main") {
		t.Errorf("a library: %v", err)
	}
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/broken/main.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"main.go": text, "go.mod": []byte("module broken\ngo 1.26\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, err = source.Finder{}.Open(context.Background(), dir)
	var failed *source.BuildError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "does not build for wasip1: ./main.go:3:15: undefined: undefinedFunction") {
		t.Errorf("a package with an error: %v", err)
	}
	t.Setenv("PATH", "")
	if _, err := (source.Finder{}).Open(context.Background(), dir); err == nil || !strings.Contains(err.Error(), "the go command, which is not in PATH") {
		t.Errorf("without the go command: %v", err)
	}
}

// A case finds the module that it was made with after the file has changed or gone, and never another.
func TestACaseFindsItsModule(t *testing.T) {
	file := write(t, "node.wasm", smallest)
	f := source.Finder{Cache: t.TempDir()}
	m, err := f.Open(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	p := &sim.Program{Path: file, SHA256: m.SHA256}
	if err := os.WriteFile(file, append(smallest, 0, 1, 0), 0o644); err != nil {
		t.Fatal(err)
	}
	if again, err := f.Again(context.Background(), p); err != nil || again.SHA256 != m.SHA256 {
		t.Fatalf("after a change: %v, %v", again.SHA256, err)
	}
	if _, err := (source.Finder{}).Again(context.Background(), p); err == nil || !strings.Contains(err.Error(), "is another build by now") {
		t.Errorf("without a cache: %v", err)
	}
	kept := filepath.Join(f.Cache, "modules", m.SHA256+".wasm")
	if err := os.WriteFile(kept, []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Again(context.Background(), p); err == nil || !strings.Contains(err.Error(), "is another build by now") {
		t.Errorf("with a cache that somebody changed: %v", err)
	}
	if _, err := f.Again(context.Background(), &sim.Program{Path: file, SHA256: "../../etc/passwd"}); err == nil {
		t.Error("a hash that is a path was followed")
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	dir := t.TempDir()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"b", "a", "d", "c"} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, make([]byte, 10), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, start, start.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	source.Bound(dir, 25)
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) != 2 || filepath.Base(left[0]) != "c" || filepath.Base(left[1]) != "d" {
		t.Errorf("left: %v, expected the two that were used last", left)
	}
}
