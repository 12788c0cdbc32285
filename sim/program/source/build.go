package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// BuildError is what the go command said of a package that it could not build.
type BuildError struct {
	Path   string
	Output string // of the go command, in lines
}

// Error is one sentence, with the first complaint.
func (e *BuildError) Error() string {
	first, more := "", 0
	for line := range strings.Lines(e.Output) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case first == "":
			first = line
		default:
			more++
		}
	}
	s := fmt.Sprintf("%s does not build for wasip1: %s", e.Path, first)
	if more > 0 {
		s += fmt.Sprintf(" (and %d more lines)", more)
	}
	return s
}

// build builds a Go package for wasip1. The go command has a cache of its own, so that nothing is built twice.
func (f Finder) build(ctx context.Context, name, dir, pkg string) (Module, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return Module{}, fmt.Errorf("%s: to build a Go package takes the go command, which is not in PATH: install Go, or build elsewhere with GOOS=wasip1 GOARCH=wasm go build -o node.wasm and give --program node.wasm", name)
	}
	made, err := mainPackage(ctx, name, dir, pkg)
	if err != nil {
		return Module{}, err
	}
	temp, err := os.MkdirTemp("", "simrun-build-")
	if err != nil {
		return Module{}, err
	}
	defer os.RemoveAll(temp)
	out := filepath.Join(temp, "node.wasm")
	// Equal source gives equal bytes, wherever it lies: without paths, and without the state of version control. Tables for debuggers
	// cost time at each start, and stack traces do without them.
	if _, err := goCommand(ctx, name, dir, "build", "-trimpath", "-buildvcs=false", "-ldflags=-w", "-o", out, pkg); err != nil {
		return Module{}, err
	}
	b, err := os.ReadFile(out)
	if err != nil {
		return Module{}, err
	}
	m := moduleOf(name, b, made)
	f.keep(m)
	return m, nil
}

// mainPackage refuses a package that is no program. It returns the version of Go.
func mainPackage(ctx context.Context, name, dir, pkg string) (string, error) {
	out, err := goCommand(ctx, name, dir, "list", "-f", "{{.Name}}", pkg)
	if err != nil {
		return "", err
	}
	if kind := strings.TrimSpace(string(out)); kind != "main" {
		return "", fmt.Errorf("%s is package %s, which is a library: expected a package main", name, brief(kind))
	}
	out, err = goCommand(ctx, name, dir, "env", "GOVERSION")
	return strings.TrimSpace(string(out)), err
}

func brief(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// goCommand runs the go command in a folder.
func goCommand(ctx context.Context, name, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, &BuildError{Path: name, Output: complaints.String()}
	}
	return out.Bytes(), err
}
