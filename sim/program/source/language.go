package source

import (
	"fmt"
	"os"
	"path/filepath"
)

// languages are those, by the ending of their files, that people write nodes in, and what to do with them. The advice is about a file %[1]s.
var languages = map[string]struct{ name, advice string }{
	".c":   {"C", "compile it first, with clang --target=wasm32-wasi -O2 %[1]s -o node.wasm (and --sysroot, where wasi-libc is), and give --program node.wasm"},
	".cc":  {"C++", "compile it first, with clang++ --target=wasm32-wasi -O2 %[1]s -o node.wasm (and --sysroot, where wasi-libc is), and give --program node.wasm"},
	".cpp": {"C++", "compile it first, with clang++ --target=wasm32-wasi -O2 %[1]s -o node.wasm (and --sysroot, where wasi-libc is), and give --program node.wasm"},
	".rs":  {"Rust", "compile it first, with rustc --target wasm32-wasip1 -O %[1]s -o node.wasm, and give --program node.wasm"},
	".zig": {"Zig", "compile it first, with zig build-exe -target wasm32-wasi -O ReleaseSafe %[1]s, and give --program the module"},
	".py":  {"Python", "run it as it is, in real time: --native --program 'python3 %[1]s'"},
	".js":  {"JavaScript", "run it as it is, in real time: --native --program 'node %[1]s'"},
	".rb":  {"Ruby", "run it as it is, in real time: --native --program 'ruby %[1]s'"},
}

// inLanguage says in which language a file is, and what to do with it; "" if that is not known.
func inLanguage(file string) (language, advice string) {
	if file == "Cargo.toml" {
		return "Rust", "build it first, with cargo build --release --target wasm32-wasip1, and give --program the module in target/wasm32-wasip1/release"
	}
	l, known := languages[filepath.Ext(file)]
	if !known {
		return "", ""
	}
	return l.name, fmt.Sprintf(l.advice, file)
}

// otherLanguage says what to do with a folder without files of Go, if it has files of another language; else "".
func otherLanguage(folder string) string {
	files, err := os.ReadDir(folder)
	if err != nil {
		return ""
	}
	advice := ""
	for _, f := range files {
		if filepath.Ext(f.Name()) == ".go" {
			return ""
		}
		if language, what := inLanguage(f.Name()); language != "" && advice == "" {
			advice = f.Name() + " is of " + language + ": " + what
		}
	}
	return advice
}
