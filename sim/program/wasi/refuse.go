package wasi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero/api"

	"simrun/history/nearest"
)

// hostModule is the name under which modules import WASI preview 1.
const hostModule = "wasi_snapshot_preview1"

// recognize refuses what is not a module of WebAssembly.
func recognize(name string, b []byte) error {
	const magic = "\x00asm\x01\x00\x00\x00"
	switch {
	case strings.HasPrefix(string(b[:min(len(b), len(magic))]), magic):
		return nil
	case len(b) >= len(magic) && string(b[:4]) == magic[:4] && b[6] == 1:
		return fmt.Errorf("%s: this is a component, not a module: build for WASI preview 1 (wasip1)", name)
	case len(b) >= 4 && string(b[:4]) == magic[:4]:
		return fmt.Errorf("%s: the module is cut off, or of an unknown version of WebAssembly: expected version 1", name)
	}
	return fmt.Errorf("%s: this is not WebAssembly: expected a module that was built for WASI preview 1 (wasip1)", name)
}

// acceptable refuses a module that can't run here.
func (p *Program) acceptable() error {
	for _, f := range p.module.ImportedFunctions() {
		module, name, _ := f.Import()
		if err := importable(module, name, f); err != nil {
			return err
		}
	}
	for _, m := range p.module.ImportedMemories() {
		module, name, _ := m.Import()
		return fmt.Errorf("the module imports its memory (%s.%s) and must have one of its own: link it without --import-memory", module, name)
	}
	memory := p.module.ExportedMemories()["memory"]
	if memory == nil {
		return fmt.Errorf("the module exports no memory: a program for WASI exports it as %q", "memory")
	}
	if need := int64(memory.Min()) * pageSize; need > p.config.memory() {
		return fmt.Errorf("the module needs %d MiB of memory to begin with, and a node may have %d MiB", need>>20, p.config.memory()>>20)
	}
	return p.startable()
}

// startable refuses a module that is no program.
func (p *Program) startable() error {
	exports := p.module.ExportedFunctions()
	start := exports["_start"]
	switch {
	case start == nil && exports["_initialize"] != nil:
		return fmt.Errorf("the module is a library (it exports _initialize and not _start): build it as a command, of Go without -buildmode=c-shared, of C without -mexec-model=reactor")
	case start == nil:
		return fmt.Errorf("the module does not export _start, where a program begins: build a program with a main function for WASI preview 1 (wasip1)")
	case len(start.ParamTypes())+len(start.ResultTypes()) > 0:
		return fmt.Errorf("the module's _start takes parameters or returns something: expected a function without either, as of a program for WASI preview 1")
	}
	return nil
}

// importable refuses a function that a module wants of its host and that there is not.
func importable(module, name string, f api.FunctionDefinition) error {
	if module != hostModule {
		return fmt.Errorf("the module imports %s.%s: only the functions of %s are supported%s", module, name, hostModule, builtBy(module))
	}
	i := slices.IndexFunc(functions, func(h function) bool { return h.name == name })
	if i < 0 {
		return fmt.Errorf("the module imports %s.%s, which WASI preview 1 does not have: %w", module, name, nearest.Unknown("function", name, functionNames()))
	}
	if !slices.Equal(f.ParamTypes(), functions[i].params()) || !slices.Equal(f.ResultTypes(), functions[i].results()) {
		return fmt.Errorf("the module imports %s.%s with other parameters than WASI preview 1 gives it", module, name)
	}
	return nil
}

// builtBy says which setting of which toolchain makes a module import from somewhere else.
func builtBy(module string) string {
	switch {
	case module == "env" || module == "GOT.mem" || module == "GOT.func":
		return "; env comes from Emscripten, or from C symbols that are declared and not linked: build with clang --target=wasm32-wasip1, or emcc -sSTANDALONE_WASM"
	case module == "gojs" || module == "go":
		return "; this is Go for JavaScript: build with GOOS=wasip1 instead of GOOS=js"
	case strings.HasPrefix(module, "wasi_unstable"):
		return "; this was built for an older WASI: build with a newer toolchain for WASI preview 1 (wasip1)"
	case strings.HasPrefix(module, "wasi_snapshot_preview2") || strings.HasPrefix(module, "wasi:"):
		return "; this was built for WASI preview 2: build for WASI preview 1 (wasip1)"
	case strings.HasPrefix(module, "wbg") || strings.Contains(module, "wbindgen"):
		return "; this is Rust for the browser: build with --target wasm32-wasip1"
	case module == "wasi" || module == "wasix_32v1" || module == "wasix_64v1":
		return "; threads and WASIX are not: build for plain WASI preview 1 (wasip1)"
	}
	return ""
}

// firstLine is what an error of the runtime says before it goes into detail.
func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}
