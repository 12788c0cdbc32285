package wasi

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"simrun/sim"
)

// function is a function of WASI preview 1.
type function struct {
	name string
	args string // one letter for each parameter: i for 32 bits, l for 64
	call func(p *process, a []uint64) errno
}

// functions are all that WASI preview 1 has.
var functions = []function{
	{"args_get", "ii", argsGet},
	{"args_sizes_get", "ii", argsSizesGet},
	{"environ_get", "ii", environGet},
	{"environ_sizes_get", "ii", environSizesGet},
	{"clock_res_get", "ii", clockResGet},
	{"clock_time_get", "ili", clockTimeGet},
	{"fd_advise", "illi", fdAdvise},
	{"fd_allocate", "ill", fdAllocate},
	{"fd_close", "i", fdClose},
	{"fd_datasync", "i", fdDatasync},
	{"fd_fdstat_get", "ii", fdFdstatGet},
	{"fd_fdstat_set_flags", "ii", fdFdstatSetFlags},
	{"fd_fdstat_set_rights", "ill", unsupported},
	{"fd_filestat_get", "ii", fdFilestatGet},
	{"fd_filestat_set_size", "il", fdFilestatSetSize},
	{"fd_filestat_set_times", "illi", fdFilestatSetTimes},
	{"fd_pread", "iiili", fdPread},
	{"fd_prestat_get", "ii", fdPrestatGet},
	{"fd_prestat_dir_name", "iii", fdPrestatDirName},
	{"fd_pwrite", "iiili", fdPwrite},
	{"fd_read", "iiii", fdRead},
	{"fd_readdir", "iiili", fdReaddir},
	{"fd_renumber", "ii", fdRenumber},
	{"fd_seek", "ilii", fdSeek},
	{"fd_sync", "i", fdSync},
	{"fd_tell", "ii", fdTell},
	{"fd_write", "iiii", fdWrite},
	{"path_create_directory", "iii", pathCreateDirectory},
	{"path_filestat_get", "iiiii", pathFilestatGet},
	{"path_filestat_set_times", "iiiilli", pathFilestatSetTimes},
	{"path_link", "iiiiiii", unsupported},
	{"path_open", "iiiiillii", pathOpen},
	{"path_readlink", "iiiiii", pathReadlink},
	{"path_remove_directory", "iii", pathRemoveDirectory},
	{"path_rename", "iiiiii", pathRename},
	{"path_symlink", "iiiii", unsupported},
	{"path_unlink_file", "iii", pathUnlinkFile},
	{"poll_oneoff", "iiii", pollOneoff},
	{"proc_exit", "i", procExit},
	{"proc_raise", "i", unsupported},
	{"random_get", "ii", randomGet},
	{"sched_yield", "", schedYield},
	{"sock_accept", "iii", unsupported},
	{"sock_recv", "iiiiii", unsupported},
	{"sock_send", "iiiii", unsupported},
	{"sock_shutdown", "ii", unsupported},
}

func unsupported(*process, []uint64) errno { return enosys }

func functionNames() []string {
	names := make([]string, len(functions))
	for i, f := range functions {
		names[i] = f.name
	}
	return names
}

func (f *function) params() []api.ValueType {
	types := make([]api.ValueType, len(f.args))
	for i := range types {
		types[i] = api.ValueTypeI32
		if f.args[i] == 'l' {
			types[i] = api.ValueTypeI64
		}
	}
	return types
}

func (f *function) results() []api.ValueType {
	if f.name == "proc_exit" {
		return nil
	}
	return []api.ValueType{api.ValueTypeI32}
}

// exportHost gives a runtime the functions. They find out which process calls by the context.
func exportHost(ctx context.Context, r wazero.Runtime) error {
	b := r.NewHostModuleBuilder(hostModule)
	for i := range functions {
		f := &functions[i]
		b.NewFunctionBuilder().WithGoModuleFunction(f, f.params(), f.results()).Export(f.name)
	}
	if _, err := b.Instantiate(ctx); err != nil {
		return fmt.Errorf("can't offer WASI preview 1: %w", err)
	}
	return nil
}

// guest is the context of all calls of one process.
type guest struct {
	context.Context
	p *process
}

// Call is what the runtime calls.
func (f *function) Call(ctx context.Context, _ api.Module, stack []uint64) {
	p := ctx.(*guest).p
	defer p.guard()
	code := f.call(p, stack)
	if len(stack) > 0 {
		stack[0] = uint64(code)
	}
}

// unwinding is the panic that takes a guest's stack down.
type unwinding struct{}

func (unwinding) Error() string { return "the process has ended" }

// guard keeps a panic of the host, which the runtime would take for an error of the guest, and takes the guest down: the panic goes
// on on the engine's stack. It may be the engine's way to crash the node in the middle of a call.
func (p *process) guard() {
	r := recover()
	if r == nil {
		return
	}
	if _, meant := r.(unwinding); !meant {
		p.panicked = sim.CarryPanic(r)
	}
	panic(unwinding{})
}
