package wasi

import (
	"bytes"
	"testing"
)

// small is a module with a memory of one page, which may have two, and a global that is 5.
var small = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x04\x01\x60\x00\x00" +
	"\x03\x02\x01\x00" +
	"\x05\x04\x01\x01\x01\x03" +
	"\x06\x06\x01\x7f\x01\x41\x05\x0b" +
	"\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00" +
	"\x0a\x04\x01\x02\x00\x0b" +
	"\x0b\x08\x01\x00\x41\x08\x0b\x02hi")

// An instance that is used again is as a new one, whatever its guest did there.
func TestInstanceIsRewound(t *testing.T) {
	p, err := Load("small.wasm", small, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	want := append(append(make([]byte, 8), "hi"...), make([]byte, pageSize-10)...)
	take := func() *instance {
		t.Helper()
		i, err := p.instance()
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := i.module.Memory().Read(0, i.module.Memory().Size()); !ok || !bytes.Equal(b, want) || !bytes.Equal(i.linear.bytes, want) {
			t.Fatalf("a memory of %d bytes that begins with %q", len(b), b[:min(16, len(b))])
		}
		if v := i.globals[0].Get(); v != 5 {
			t.Fatalf("the global is %d", v)
		}
		return i
	}
	spoil := func(i *instance, pages uint32) {
		if _, ok := i.module.Memory().Grow(pages); !ok {
			t.Fatal("it does not grow")
		}
		for k := range i.linear.bytes {
			i.linear.bytes[k] = 0xff
		}
		for _, g := range i.globals {
			g.Set(77)
		}
		i.linear.refused = true
		p.rooms.give(i)
	}
	first := take()
	if other := take(); other == first {
		t.Fatal("one instance for two guests")
	}
	spoil(first, 1)
	again := take()
	if again != first || again.linear.refused || p.rooms.taken != 1 {
		t.Fatal("the instance was not used again, or remembers that it was refused memory")
	}
	if _, ok := again.module.Memory().Grow(1); !ok || bytes.Count(again.linear.bytes[pageSize:], []byte{0}) != pageSize {
		t.Fatal("what grows shows what was there")
	}
	spoil(again, 1) // as far as the module allows: it can't be rewound
	if last := take(); last == first {
		t.Fatal("an instance that can't be rewound was used again")
	}
}

// Instances that no guest needs are kept as far as their memory is bounded.
func TestIdleInstancesAreBounded(t *testing.T) {
	p, err := Load("small.wasm", small, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	const most = keepIdle / keepAtLeast
	var all []*instance
	for range most + 3 {
		i, err := p.instance()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, i)
	}
	for _, i := range all {
		p.rooms.give(i)
	}
	if n := len(p.rooms.idle); n != most || p.rooms.bytes != keepIdle {
		t.Errorf("%d idle instances of %d bytes, expected %d", n, p.rooms.bytes, most)
	}
}
