package fuel_test

import (
	"reflect"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"simrun/sim/program/fuel"
)

// stateful is a module with the sections given, of which all but the code come before it, and a function "f" of the code given.
func stateful(before, code string) []byte {
	body := "\x00" + code + "\x0b"
	return []byte(head + "\x01\x04\x01\x60\x00\x00" + "\x03\x02\x01\x00" + before +
		"\x0a" + string(rune(len(body)+2)) + "\x01" + string(rune(len(body))) + body)
}

const (
	table   = "\x04\x04\x01\x70\x00\x01"
	memory  = "\x05\x03\x01\x00\x01"
	exportF = "\x07\x05\x01\x01f\x00\x00"
)

func TestStateExportsWhatMayChange(t *testing.T) {
	globals := "\x06\x14\x03" + "\x7f\x01\x41\x05\x0b" + "\x7f\x00\x41\x06\x0b" + "\x7c\x01\x44\x00\x00\x00\x00\x00\x00\xf0\x3f\x0b"
	globals = "\x06" + string(rune(len(globals)-2)) + globals[2:]
	module, names, ok := fuel.State(stateful(memory+globals+exportF, "\x01"))
	if want := []string{"simrun_global_0", "simrun_global_2"}; !ok || !reflect.DeepEqual(names, want) {
		t.Fatalf("%v %v, expected %v", ok, names, want)
	}
	ctx, r, m := start(t, wazero.NewRuntimeConfig(), module)
	mod, err := r.InstantiateModule(ctx, m, wazero.NewModuleConfig())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint64{5, api.EncodeF64(1)} {
		g, ok := mod.ExportedGlobal(names[i]).(api.MutableGlobal)
		if !ok || g.Get() != want {
			t.Errorf("%s: %v, expected %x that may be set", names[i], g, want)
		}
	}
	if mod.ExportedFunction("f") == nil {
		t.Error("the module's own export is gone")
	}
}

// Where a module may change more than its memory and its globals, it is refused.
func TestStateRefusesTheRest(t *testing.T) {
	all := table + memory + exportF
	for name, module := range map[string][]byte{
		"table.set":          stateful(all, "\x41\x00\xd0\x70\x26\x00"),
		"table.grow":         stateful(all, "\xd0\x70\x41\x00\xfc\x0f\x00\x1a"),
		"table.fill":         stateful(all, "\x41\x00\xd0\x70\x41\x00\xfc\x11\x00"),
		"table.copy":         stateful(all, "\x41\x00\x41\x00\x41\x00\xfc\x0e\x00\x00"),
		"table.init":         stateful(all, "\x41\x00\x41\x00\x41\x00\xfc\x0c\x00\x00"),
		"data.drop":          stateful(all, "\xfc\x09\x00"),
		"start function":     stateful(all+"\x08\x01\x00", "\x01"),
		"a global of v128":   stateful(memory+"\x06\x16\x01\x7b\x01\xfd\x0c0123456789abcdef\x0b"+exportF, "\x01"),
		"a global of a ref":  stateful(memory+"\x06\x06\x01\x70\x01\xd0\x70\x0b"+exportF, "\x01"),
		"an instruction new": stateful(all, "\x06\x40"),
		"cut off":            stateful(all, "\x01")[:40],
		"no export":          stateful(memory, "\x01"),
	} {
		if _, _, ok := fuel.State(module); ok {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, code := range map[string]string{"memory.copy": "\x41\x00\x41\x00\x41\x00\xfc\x0a\x00\x00", "table.size": "\xfc\x10\x00\x1a", "a loop": "\x03\x40\x0b"} {
		if _, _, ok := fuel.State(stateful(all, code)); !ok {
			t.Errorf("%s: refused", name)
		}
	}
}
