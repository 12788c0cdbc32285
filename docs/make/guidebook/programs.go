package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"simrun/models/maelstrom"
	"simrun/sim"
	"simrun/sim/program/source"
	"simrun/sim/program/wasi"
	"simrun/trial"
	"simrun/visual/strip"
)

// programs puts the programs of the page of that name onto the reader's desk, and builds that in C as the page says.
func programs(root, desk string) error {
	examples := filepath.Join(desk, "examples")
	if err := os.CopyFS(examples, os.DirFS(filepath.Join(root, "examples"))); err != nil {
		return err
	}
	clang := exec.Command("clang", "--target=wasm32-wasi", "--sysroot=/usr", "-O2", "-o", "ids.wasm", "examples/ids/c/ids.c")
	clang.Dir = desk
	if said, err := clang.CombinedOutput(); err != nil {
		return fmt.Errorf("clang, which make test installs: %w\n%s", err, said)
	}
	return nil
}

// drawProgram draws the end of a run of a program that needs no more than one fault.
func drawProgram(w io.Writer, root string) error {
	ctx := context.Background()
	module, err := source.Finder{}.Open(ctx, filepath.Join(root, "examples", "ids", "go"))
	if err != nil {
		return err
	}
	p, err := wasi.Load("./examples/ids/go", module.Bytes, wasi.Config{})
	if err != nil {
		return err
	}
	m := maelstrom.Model(p)
	plan, err := m.Profile.ParsePlan("plan", "at 500ms crash n1 for 100ms")
	if err != nil {
		return err
	}
	s := trial.Setup{Model: m, Base: sim.Case{Model: m.Name, Nodes: 3, Clients: 2, Workload: sim.Workload{Name: "unique-ids", Rate: 5}}, Plan: plan, Planned: true}
	r, err := s.Run(1, true)
	if err != nil {
		return err
	}
	return strip.Write(w, r.Result, strip.Options{Title: "a node restarts and counts from 1 again", To: sim.Time(1200 * time.Millisecond), Operations: true, Core: r.Checks[0].Core})
}
