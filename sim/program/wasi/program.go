package wasi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/tetratelabs/wazero"

	"simrun/sim"
	"simrun/sim/program"
	"simrun/sim/program/fuel"
)

// Program is a module, compiled. Any number of runs may use it at the same time.
type Program struct {
	identity sim.Program
	config   Config
	runtime  wazero.Runtime
	module   wazero.CompiledModule
	spare    sync.Pool // memory of guests that have ended
	rooms    instances
	blocks   bool // a read of standard input blocks, instead of answering that there is nothing yet
}

var _ program.Program = (*Program)(nil)

// Load compiles a module. The name is for people: where it came from. The error is one sentence that says what is wrong with the
// module and, where the cause is known, what to do.
func Load(name string, module []byte, c Config) (*Program, error) {
	return load(name, module, c, wazero.NewRuntimeConfig())
}

func load(name string, module []byte, c Config, how wazero.RuntimeConfig) (*Program, error) {
	if err := recognize(name, module); err != nil {
		return nil, err
	}
	if err := fuel.Fits(module); err != nil {
		return nil, fmt.Errorf("%s: the module is damaged: %w", name, err)
	}
	run := module
	if c.fuel() > 0 {
		metered, err := fuel.Meter(module)
		if err != nil {
			return nil, fmt.Errorf("%s: the module is damaged, or uses what can't be metered: %w", name, err)
		}
		run = metered
	}
	sum := sha256.Sum256(module)
	exposed, globals, again := fuel.State(run)
	if again {
		run = exposed
	}
	p := &Program{
		identity: sim.Program{Path: name, SHA256: hex.EncodeToString(sum[:]), Args: c.Args, Env: c.Env, Made: c.Made},
		config:   c,
		blocks:   !madeByGo(module),
	}
	p.rooms.globals, p.rooms.again = globals, again
	p.config.Args, p.config.Env = slices.Clone(c.Args), slices.Clone(c.Env)
	if err := p.compile(joinSegments(run), how); err != nil {
		p.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// compile makes the module ready to be instantiated.
func (p *Program) compile(module []byte, how wazero.RuntimeConfig) error {
	ctx := withWorkers(context.Background())
	kept := placeOf(p.config.Cache, module)
	cache := kept.open()
	err := p.compileWith(ctx, module, how, cache)
	if err != nil && cache != nil { // what is kept may be damaged
		p.Close()
		kept.clear()
		err = p.compileWith(ctx, module, how, nil)
	}
	if err != nil {
		return fmt.Errorf("the module is damaged, or needs a newer WebAssembly than this program runs: %s", firstLine(err))
	}
	if cache != nil {
		kept.used()
	}
	if err := p.acceptable(); err != nil {
		return err
	}
	return exportHost(ctx, p.runtime)
}

func (p *Program) compileWith(ctx context.Context, module []byte, how wazero.RuntimeConfig, cache wazero.CompilationCache) (err error) {
	how = how.WithDebugInfoEnabled(false)
	if cache != nil {
		how = how.WithCompilationCache(cache)
	}
	p.runtime = wazero.NewRuntimeWithConfig(ctx, how)
	p.module, err = p.runtime.CompileModule(ctx, module)
	return err
}

// Identity names the module by its hash.
func (p *Program) Identity() sim.Program { return p.identity }

// Close gives back what the compiled module occupies. No process of it may be alive.
func (p *Program) Close() error {
	if p.runtime == nil {
		return nil
	}
	return p.runtime.Close(context.Background())
}

// Start begins a life of the program on a node. Whoever calls it ends it with [program.Process.End], unless Start panics.
func (p *Program) Start(env *sim.Env, s program.Streams) program.Process {
	x := newProcess(p, env, s)
	x.run()
	return x
}

// madeByGo tells a module of the Go toolchain, whose runtime looks after several things at once and must not be blocked by one of them: it
// has a section of that name.
func madeByGo(module []byte) bool { return bytes.Contains(module, []byte("\x0ago:buildid")) }
