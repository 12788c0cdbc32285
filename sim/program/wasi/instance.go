package wasi

import (
	"bytes"
	"context"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// instance is a module in which a guest lives. When the guest has ended, another may live there, if all that a guest can change can be put
// back: memory and globals. To do that takes a small part of what a new instance takes, most of which are the tables.
type instance struct {
	module  api.Module // nil: it could not be made
	linear  linearMemory
	globals []api.MutableGlobal
}

// start is what an instance is before anything runs in it, the same for all of a program.
type start struct {
	memory  []byte // without the zeros at its end
	size    uint64 // with them
	globals []uint64
}

// instances are those in which no guest lives.
type instances struct {
	globals []string // what the module exports of them; of no meaning unless again
	again   bool     // they can be used again

	mu    sync.Mutex
	start *start // nil: no instance was made yet
	idle  []*instance
	bytes int // of memory that the idle ones have
	taken int // how often one was used again
}

// keepIdle bounds the memory of a program's idle instances, and so, with what their tables take, how many they are.
const (
	keepIdle    = 64 << 20
	keepAtLeast = 1 << 20 // what an instance counts at least
)

// instance is one to live in. The error says why there is none.
func (p *Program) instance() (*instance, error) {
	for i := p.rooms.take(); i != nil; i = p.rooms.take() {
		if i.rewind(p.rooms.start) {
			return i, nil
		}
		i.module.Close(context.Background())
	}
	i := &instance{}
	i.linear.limit, i.linear.spare = uint64(p.config.memory()), &p.spare
	ctx := experimental.WithMemoryAllocator(context.Background(), &i.linear)
	c := wazero.NewModuleConfig().WithName("").WithStartFunctions()
	m, err := p.runtime.InstantiateModule(ctx, p.module, c)
	if err != nil {
		return i, err
	}
	i.module = m
	p.rooms.made(i)
	return i, nil
}

// made notes what an instance is before anything runs in it.
func (s *instances) made(i *instance) {
	if !s.again || len(i.linear.bytes) == 0 {
		return
	}
	for _, name := range s.globals {
		i.globals = append(i.globals, i.module.ExportedGlobal(name).(api.MutableGlobal))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.start != nil {
		return
	}
	s.start = &start{memory: bytes.Clone(bytes.TrimRight(i.linear.bytes, "\x00")), size: uint64(len(i.linear.bytes))}
	for _, g := range i.globals {
		s.start.globals = append(s.start.globals, g.Get())
	}
}

// take is an idle instance, with what a guest left there; nil if there is none.
func (s *instances) take() *instance {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.idle) - 1
	if last < 0 {
		return nil
	}
	i := s.idle[last]
	s.idle[last], s.idle = nil, s.idle[:last]
	s.bytes -= i.weight()
	s.taken++
	return i
}

// give takes an instance back whose guest has ended.
func (s *instances) give(i *instance) {
	s.mu.Lock()
	keep := s.again && s.start != nil && s.bytes+i.weight() <= keepIdle
	if keep {
		s.idle = append(s.idle, i)
		s.bytes += i.weight()
	}
	s.mu.Unlock()
	if !keep {
		i.module.Close(context.Background())
	}
}

func (i *instance) weight() int { return max(cap(i.linear.bytes), keepAtLeast) }

// rewind puts back what a guest has changed. False: that can't be done.
func (i *instance) rewind(s *start) bool {
	if !i.linear.rewind(i.module.Memory(), s.size) {
		return false
	}
	clear(i.linear.bytes[copy(i.linear.bytes, s.memory):])
	for k, g := range i.globals {
		g.Set(s.globals[k])
	}
	return true
}
