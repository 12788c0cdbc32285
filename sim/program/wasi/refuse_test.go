package wasi_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simrun/sim/program/wasi"
)

// section is a section of a module, with its number and length.
func section(id byte, parts ...string) string {
	body := strings.Join(parts, "")
	return string([]byte{id, byte(len(body))}) + body
}

// named is a name as modules hold it.
func named(s string) string { return string(byte(len(s))) + s }

// aModule has a function without parameters, that it imports if from is given and else defines, a memory of so many pages, and exports of both.
func aModule(from, name, exported string, pages byte) []byte {
	m := "\x00asm\x01\x00\x00\x00" + section(1, "\x01\x60\x00\x00")
	if from != "" {
		m += section(2, "\x01", named(from), named(name), "\x00\x00")
	} else {
		m += section(3, "\x01\x00")
	}
	if pages > 0 {
		m += section(5, "\x01\x00", string(pages))
		m += section(7, "\x02", named("memory"), "\x02\x00", named(exported), "\x00\x00")
	} else {
		m += section(7, "\x01", named(exported), "\x00\x00")
	}
	if from == "" {
		m += section(10, "\x01\x02\x00\x0b")
	}
	return []byte(m)
}

// Each module that can't run is refused with one sentence that says why, and what to do.
func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name   string
		module []byte
		want   string // "": it is accepted
	}{
		{"good", aModule("", "", "_start", 1), ""},
		{"nothing", nil, "n.wasm: this is not WebAssembly: expected a module that was built for WASI preview 1 (wasip1)"},
		{"a script", []byte("#!/bin/sh\n"), "n.wasm: this is not WebAssembly: expected a module"},
		{"a component", []byte("\x00asm\x0d\x00\x01\x00"), "n.wasm: this is a component, not a module: build for WASI preview 1 (wasip1)"},
		{"a later version", []byte("\x00asm\x02\x00\x00\x00"), "n.wasm: the module is cut off, or of an unknown version of WebAssembly: expected version 1"},
		{"cut off", aModule("", "", "_start", 1)[:40], "n.wasm: the module is damaged: at byte "},
		{"wrong inside", append(aModule("", "", "_start", 1), 3, 2, 1, 5), "n.wasm: the module is damaged, or needs a newer WebAssembly than this program runs: "},
		{"no start", aModule("", "", "main", 1), "n.wasm: the module does not export _start, where a program begins: build a program with a main function for WASI preview 1 (wasip1)"},
		{"a library", aModule("", "", "_initialize", 1), "n.wasm: the module is a library (it exports _initialize and not _start): build it as a command"},
		{"no memory", aModule("", "", "_start", 0), `n.wasm: the module exports no memory: a program for WASI exports it as "memory"`},
		{"too much memory", aModule("", "", "_start", 33), "n.wasm: the module needs 2 MiB of memory to begin with, and a node may have 1 MiB"},
		{"Emscripten", aModule("env", "emscripten_memcpy_js", "_start", 1), "n.wasm: the module imports env.emscripten_memcpy_js: only the functions of wasi_snapshot_preview1 are supported; env comes from Emscripten"},
		{"Go for browsers", aModule("gojs", "runtime.wasmExit", "_start", 1), "n.wasm: the module imports gojs.runtime.wasmExit: only the functions of wasi_snapshot_preview1 are supported; this is Go for JavaScript: build with GOOS=wasip1 instead of GOOS=js"},
		{"preview 0", aModule("wasi_unstable", "fd_write", "_start", 1), "n.wasm: the module imports wasi_unstable.fd_write: only the functions of wasi_snapshot_preview1 are supported; this was built for an older WASI"},
		{"preview 2", aModule("wasi:io/poll@0.2.0", "poll", "_start", 1), "n.wasm: the module imports wasi:io/poll@0.2.0.poll: only the functions of wasi_snapshot_preview1 are supported; this was built for WASI preview 2"},
		{"unknown", aModule("wasi_snapshot_preview1", "fd_wriet", "_start", 1), `n.wasm: the module imports wasi_snapshot_preview1.fd_wriet, which WASI preview 1 does not have: unknown function "fd_wriet"; did you mean "fd_write"?`},
		{"other parameters", aModule("wasi_snapshot_preview1", "fd_write", "_start", 1), "n.wasm: the module imports wasi_snapshot_preview1.fd_write with other parameters than WASI preview 1 gives it"},
	} {
		p, err := wasi.Load("n.wasm", tc.module, wasi.Config{Memory: 1 << 20})
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			p.Close()
		}
		if tc.want == "" && got != "" || !strings.HasPrefix(got, tc.want) || strings.Contains(got, "\n") {
			t.Errorf("%s: %q, expected %q", tc.name, got, tc.want)
		}
	}
}

// What was compiled is kept, whole, and used again; damage to it does not matter.
func TestCache(t *testing.T) {
	dir := t.TempDir()
	load := func() {
		p, err := wasi.Load("n.wasm", aModule("", "", "_start", 1), wasi.Config{Cache: dir})
		if err != nil {
			t.Fatal(err)
		}
		(&stage{program: p}).play(t, aCase())
		p.Close()
	}
	kept := func() []string {
		var list []string
		filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				list = append(list, path)
			}
			return nil
		})
		return list
	}
	load()
	first := kept()
	if len(first) != 1 {
		t.Fatalf("kept %v, expected one file", first)
	}
	old, err := os.Stat(first[0])
	if err != nil {
		t.Fatal(err)
	}
	load()
	if again := kept(); len(again) != 1 || again[0] != first[0] {
		t.Errorf("kept %v, expected %v", again, first)
	}
	if now, err := os.Stat(first[0]); err != nil || !os.SameFile(old, now) {
		t.Errorf("compiled again: %v", err)
	}
	if err := os.WriteFile(first[0], []byte("damage"), 0o644); err != nil {
		t.Fatal(err)
	}
	load()
	p, err := wasi.Load("n.wasm", aModule("", "", "_start", 1), wasi.Config{Cache: filepath.Join(first[0], "no folder")})
	if err != nil {
		t.Fatalf("a cache that can't be written: %v", err)
	}
	p.Close()
}
