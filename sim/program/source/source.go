// Package source finds the module that people mean by the name of a program: a file of WebAssembly, a Go package that is built for it, or
// what a stored case was run with.
//
// What it builds and opens it keeps in a folder, by its hash, so that a case can be replayed after the program has changed.
package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"simrun/sim"
)

// MaxModule bounds a module, in bytes.
const MaxModule = 512 << 20

// Module is a module of WebAssembly, as it lies in its file.
type Module struct {
	Path   string // as it was given
	Bytes  []byte
	SHA256 string // of Bytes, in hexadecimal digits
	Made   string // by which toolchain, where that is known: "go1.26.8"
}

// Finder finds modules.
type Finder struct {
	Cache string // folder for what was built and what was run; "": nothing is kept, and every build begins anew
}

// Open returns the module that a name means: the file of a module, or the folder or import path of a Go package, which is
// built for wasip1. The error says in one sentence what the name is instead, and what to do.
func (f Finder) Open(ctx context.Context, name string) (Module, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		if advice := otherLanguage(name); advice != "" {
			return Module{}, fmt.Errorf("%s: it has no Go package: %s", name, advice)
		}
		return f.build(ctx, name, name, ".")
	case err == nil:
		m, err := read(name)
		if err == nil {
			f.keep(m)
		}
		return m, err
	case strings.HasSuffix(name, ".wasm") || !errors.Is(err, fs.ErrNotExist):
		return Module{}, fmt.Errorf("%s: %w", name, bare(err))
	case isImportPath(name):
		return f.build(ctx, name, ".", name)
	}
	return Module{}, fmt.Errorf("%s: there is no such file or folder: expected a module of WebAssembly (.wasm) or the folder of a Go package", name)
}

// Again returns the module that a case was run with: the one that is kept by its hash, or what lies now where it was, if that is the same.
func (f Finder) Again(ctx context.Context, p *sim.Program) (Module, error) {
	if m, ok := f.kept(p); ok {
		return m, nil
	}
	m, err := f.Open(ctx, p.Path)
	if err != nil {
		return m, fmt.Errorf("the case needs the program %v: %w", p, err)
	}
	if m.SHA256 != p.SHA256 {
		return m, fmt.Errorf("the case needs the program %v, but %s is another build by now (sha256 %.12s), and the former is not kept in %s; to run the case with the new build, remove \"program\" from a copy of the case file and give --program",
			p, p.Path, m.SHA256, f.place())
	}
	return m, nil
}

func (f Finder) place() string {
	if f.Cache == "" {
		return "a cache, since there is none"
	}
	return f.Cache
}

// read reads the file of a module, and says what it is if it is none.
func read(name string) (Module, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Module{}, fmt.Errorf("%s: %w", name, bare(err))
	}
	if !info.Mode().IsRegular() {
		return Module{}, fmt.Errorf("%s: it is not a regular file: expected a module of WebAssembly or the folder of a Go package", name)
	}
	if info.Size() > MaxModule {
		return Module{}, fmt.Errorf("%s: it has %d MiB: expected a module of at most %d MiB", name, info.Size()>>20, MaxModule>>20)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return Module{}, fmt.Errorf("%s: %w", name, bare(err))
	}
	if what := instead(b); what != "" {
		if language, advice := inLanguage(filepath.Base(name)); language != "" {
			return Module{}, fmt.Errorf("%s: it is %s, not a module of WebAssembly: %s", name, language, advice)
		}
		return Module{}, fmt.Errorf("%s: it is %s, not a module of WebAssembly: %s", name, what, advice(what))
	}
	return moduleOf(name, b, ""), nil
}

func moduleOf(path string, b []byte, made string) Module {
	sum := sha256.Sum256(b)
	return Module{Path: path, Bytes: b, SHA256: hex.EncodeToString(sum[:]), Made: made}
}

// The kinds of files that people give in place of a module.
const (
	anEmpty     = "an empty file"
	aScript     = "a script"
	aGoFile     = "a Go file"
	anElf       = "a program of this machine"
	aText       = "WebAssembly as text"
	aComponent  = "a component of WebAssembly"
	aLaterWASM  = "a module of another version of WebAssembly"
	unknownKind = "a file of an unknown kind"
)

// instead says what a file is that is no module; "" for a module.
func instead(b []byte) string {
	head := string(b[:min(len(b), 8)])
	switch {
	case len(b) == 0:
		return anEmpty
	case head == "\x00asm\x01\x00\x00\x00":
		return ""
	case strings.HasPrefix(head, "\x00asm") && len(b) >= 8 && b[6] == 1:
		return aComponent
	case strings.HasPrefix(head, "\x00asm"):
		return aLaterWASM
	case strings.HasPrefix(head, "#!"):
		return aScript
	case strings.HasPrefix(head, "\x7fELF"), strings.HasPrefix(head, "MZ"), strings.HasPrefix(head, "\xcf\xfa\xed\xfe"):
		return anElf
	case strings.HasPrefix(strings.TrimSpace(string(b[:min(len(b), 64)])), "(module"):
		return aText
	case strings.HasPrefix(head, "package ") || strings.HasPrefix(head, "//"):
		return aGoFile
	}
	return unknownKind
}

// advice says what to do with what is no module.
func advice(what string) string {
	switch what {
	case aGoFile:
		return "give the folder of its package"
	case anElf, aScript:
		return "build it for WASI preview 1 (of Go: GOOS=wasip1 GOARCH=wasm), or run it as it is, in real time, with --native"
	case aText:
		return "translate it first, with wat2wasm or wasm-tools parse"
	case aComponent:
		return "build it for WASI preview 1 (of Rust: --target wasm32-wasip1)"
	}
	return "expected a module or the folder of a Go package"
}

// isImportPath reports whether a name that is no file may be the import path of a Go package.
func isImportPath(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return strings.Contains(name, "/") && first != "" && first != "." && first != ".." && !strings.ContainsAny(name, " \\")
}

// bare drops the call and the path from an error of the file system, where the sentence names the path already.
func bare(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
