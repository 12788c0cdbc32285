package fuel_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"

	"simrun/sim/program/fuel"
	"simrun/sim/program/source"
)

const head = "\x00asm\x01\x00\x00\x00"

// spin is (func (export "run") (loop (br 0))).
var spin = []byte(head +
	"\x01\x04\x01\x60\x00\x00" +
	"\x03\x02\x01\x00" +
	"\x07\x07\x01\x03run\x00\x00" +
	"\x0a\x09\x01\x07\x00\x03\x40\x0c\x00\x0b\x0b")

// count is (func (export "run") (param i32) (result i32)), which calls itself as often as its argument says, and returns that.
var count = []byte(head +
	"\x01\x06\x01\x60\x01\x7f\x01\x7f" +
	"\x03\x02\x01\x00" +
	"\x07\x07\x01\x03run\x00\x00" +
	"\x0a\x17\x01\x15\x00\x20\x00\x45\x04\x7f\x41\x00\x05\x41\x01\x20\x00\x41\x01\x6b\x10\x00\x6a\x0b\x0b")

func start(t *testing.T, c wazero.RuntimeConfig, module []byte) (context.Context, wazero.Runtime, wazero.CompiledModule) {
	t.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, c)
	t.Cleanup(func() { r.Close(ctx) })
	m, err := r.CompileModule(ctx, module)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, r, m
}

func metered(t *testing.T, module []byte) []byte {
	t.Helper()
	m, err := fuel.Meter(module)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestALoopWithoutEndStops(t *testing.T) {
	ctx, r, m := start(t, wazero.NewRuntimeConfig(), metered(t, spin))
	mod, err := r.InstantiateModule(ctx, m, wazero.NewModuleConfig())
	if err != nil {
		t.Fatal(err)
	}
	left := mod.ExportedGlobal(fuel.Global).(api.MutableGlobal)
	left.Set(1_000_000)
	if _, err := mod.ExportedFunction("run").Call(ctx); err == nil || !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("the loop ended with %v, expected a trap", err)
	}
	if got := int64(left.Get()); got != -1 {
		t.Errorf("fuel left: %d, expected -1", got)
	}
}

func TestEachCallTakesAUnit(t *testing.T) {
	ctx, r, m := start(t, wazero.NewRuntimeConfig(), metered(t, count))
	mod, err := r.InstantiateModule(ctx, m, wazero.NewModuleConfig())
	if err != nil {
		t.Fatal(err)
	}
	left := mod.ExportedGlobal(fuel.Global).(api.MutableGlobal)
	left.Set(101)
	if out, err := mod.ExportedFunction("run").Call(ctx, 100); err != nil || out[0] != 100 {
		t.Errorf("with fuel for 101 calls: %v, %v", out, err)
	}
	if left.Get() != 0 {
		t.Errorf("fuel left: %d, expected 0", int64(left.Get()))
	}
	if _, err := mod.ExportedFunction("run").Call(ctx, 0); err == nil {
		t.Error("a call without fuel went through")
	}
}

// A whole program does the same with the meter, and uses as much fuel where it is compiled as where it is interpreted.
func TestAProgramDoesTheSame(t *testing.T) {
	goNode, err := source.Finder{}.Open(context.Background(), "../source/testdata/node")
	if err != nil {
		t.Fatal(err)
	}
	plain, _ := output(t, wazero.NewRuntimeConfig(), goNode.Bytes)
	fast, used := output(t, wazero.NewRuntimeConfig(), metered(t, goNode.Bytes))
	slow, usedSlow := output(t, wazero.NewRuntimeConfigInterpreter(), metered(t, goNode.Bytes))
	if plain != "a node\n" || fast != plain || slow != plain {
		t.Errorf("output: %q plain, %q metered, %q metered and interpreted", plain, fast, slow)
	}
	if used == 0 || used != usedSlow {
		t.Errorf("units used: %d compiled, %d interpreted", used, usedSlow)
	}
}

// output runs a program to its end. It returns what it logged, and the units of fuel that it used.
func output(t *testing.T, c wazero.RuntimeConfig, module []byte) (string, int64) {
	ctx, r, m := start(t, c, module)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	var log bytes.Buffer
	mod, err := r.InstantiateModule(ctx, m, wazero.NewModuleConfig().WithStderr(&log).WithStartFunctions())
	if err != nil {
		t.Fatal(err)
	}
	left, counts := mod.ExportedGlobal(fuel.Global).(api.MutableGlobal)
	if counts {
		left.Set(1 << 40)
	}
	_, err = mod.ExportedFunction("_start").Call(ctx)
	if exit, ok := err.(*sys.ExitError); err != nil && (!ok || exit.ExitCode() != 0) {
		t.Fatal(err)
	}
	if !counts {
		return log.String(), 0
	}
	return log.String(), 1<<40 - int64(left.Get())
}

// Whatever is given, the meter answers; and what is a module stays one.
func FuzzMeter(f *testing.F) {
	for _, m := range [][]byte{spin, count, []byte(head), []byte("\x00asm"), nil} {
		f.Add(m)
	}
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	f.Fuzz(func(t *testing.T, module []byte) {
		out, err := fuel.Meter(module)
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("the error has more than one line: %q", err)
		}
		if fuel.Fits(module) != nil { // what compiles it would believe what it claims
			return
		}
		m, bad := r.CompileModule(ctx, module)
		if bad != nil {
			return
		}
		m.Close(ctx)
		if err != nil {
			t.Fatalf("a valid module was refused: %v", err)
		}
		m, bad = r.CompileModule(ctx, out)
		if bad != nil && !strings.Contains(bad.Error(), "already exported") {
			t.Fatalf("a valid module became invalid: %v", bad)
		}
		if bad == nil {
			m.Close(ctx)
		}
	})
}
