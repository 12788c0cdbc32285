package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"simrun/models"
	"simrun/models/maelstrom"
	"simrun/sim"
	foreign "simrun/sim/program"
	"simrun/sim/program/native"
	"simrun/sim/program/source"
	"simrun/sim/program/wasi"
)

// programFlags say which program runs on the nodes in place of a model's code.
type programFlags struct {
	path      string
	native    bool
	args, env []string
	context   func() context.Context // of the command, while a package is built
}

func (f *programFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.path, "program", "", "`PROGRAM` that speaks Maelstrom's protocol, to run on the nodes in place of a model: a module (.wasm) or a Go package; with --native a command")
	fs.BoolVar(&f.native, "native", false, "run the program as processes of this machine, in real time: not deterministic, without faults of disks and clocks")
	fs.StringArrayVar(&f.args, "arg", nil, "`ARGUMENT` of the program (may be repeated)")
	fs.StringArrayVar(&f.env, "env", nil, "`NAME=VALUE` in the program's environment (may be repeated)")
	f.context = cmd.Context
}

// addPath adds the flag for commands whose case says the rest.
func (f *programFlags) addPath(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.path, "program", "", "`PROGRAM` of the case, if it is no longer where it was; the case is refused if it is another build")
}

// given reports whether there is a program, and refuses flags that mean nothing without one.
func (f *programFlags) given() (bool, error) {
	switch {
	case f.path != "":
		return true, nil
	case f.native:
		return false, errors.New("--native: say which command, with --program 'COMMAND ARGUMENT …'")
	case len(f.args) > 0 || len(f.env) > 0:
		return false, errors.New("--arg and --env are for a program: say which, with --program")
	}
	return false, nil
}

// model is the model whose nodes run the program.
func (f *programFlags) model(ctx context.Context) (models.Model, error) {
	p, err := f.open(ctx)
	if err != nil {
		return models.Model{}, fmt.Errorf("--program %w", err)
	}
	return maelstrom.Model(p), nil
}

// modelOf is the model whose nodes run the program of a case: where the flags say it is, or where the case does.
func (f *programFlags) modelOf(ctx context.Context, c *sim.Case) (models.Model, error) {
	if f.path != "" {
		of := *f
		if c.Program != nil {
			of.native, of.args, of.env = c.Program.Native, c.Program.Args, c.Program.Env
		}
		return of.model(ctx)
	}
	p, err := programOf(ctx, c.Program)
	if err != nil {
		return models.Model{}, err
	}
	return maelstrom.Model(p), nil
}

func (f *programFlags) open(ctx context.Context) (foreign.Program, error) {
	if f.native {
		return native.Command(f.path, native.Config{Args: f.args, Env: f.env})
	}
	m, err := finder().Open(ctx, f.path)
	if err != nil {
		return nil, err
	}
	return load(m, f.args, f.env)
}

// programOf is the program that a stored case was run with.
func programOf(ctx context.Context, p *sim.Program) (foreign.Program, error) {
	if p.Native {
		return native.Command(p.Path, native.Config{Args: p.Args, Env: p.Env})
	}
	m, err := finder().Again(ctx, p)
	if err != nil {
		return nil, err
	}
	return load(m, p.Args, p.Env)
}

func load(m source.Module, args, env []string) (foreign.Program, error) {
	return wasi.Load(m.Path, m.Bytes, wasi.Config{Args: args, Env: env, Made: m.Made, Cache: cacheFolder("compiled")})
}

func finder() source.Finder { return source.Finder{Cache: cacheFolder("programs")} }

// cacheFolder is a folder of simrun in the user's cache; "" if the user has none.
func cacheFolder(name string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "simrun", name)
}
