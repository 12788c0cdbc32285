package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
)

// repository is the user's, in which simrun bisect works. What it checks out is in a worktree of its own, so that the user's is left alone.
type repository struct {
	top  string // of the user's worktree
	sub  string // the folder that the command was given in, below the top
	tree string // of the worktree of our own; "" until it is added
}

// openRepository finds the repository of the folder that the command was given in.
func openRepository(ctx context.Context) (*repository, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	top, err := command(ctx, here, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, fmt.Errorf("%s is not in a git repository: give the command in that of your system", here)
	}
	if real, err := filepath.EvalSymlinks(here); err == nil {
		here = real
	}
	sub, err := filepath.Rel(filepath.FromSlash(top), here)
	return &repository{top: top, sub: sub}, err
}

// command runs a command, and returns what it prints. An error says what it printed to stderr.
func command(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", errInterrupted
		}
		if text := strings.TrimSpace(said.String()); text != "" {
			err = errors.New(text)
		}
		return "", fmt.Errorf("%s %s: %w", name, args[0], err)
	}
	return strings.TrimSpace(out.String()), nil
}

func (r *repository) git(ctx context.Context, args ...string) (string, error) {
	return command(ctx, r.top, "git", args...)
}

// commit is the full name of a revision.
func (r *repository) commit(ctx context.Context, flag, rev string) (string, error) {
	hash, err := r.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil && ctx.Err() == nil {
		return "", fmt.Errorf("--%s %s: there is no such revision in %s", flag, rev, r.top)
	}
	return hash, err
}

// before reports whether a commit is an ancestor of another.
func (r *repository) before(ctx context.Context, a, b string) bool {
	_, err := r.git(ctx, "merge-base", "--is-ancestor", a, b)
	return err == nil
}

// between lists the commits after the old ones up to the new one, those first that part the others most evenly; the new one is among them.
func (r *repository) between(ctx context.Context, old []string, new string) ([]string, error) {
	out, err := r.git(ctx, append([]string{"rev-list", "--bisect-all", new, "--not"}, old...)...)
	var list []string
	for line := range strings.Lines(out) {
		hash, _, _ := strings.Cut(line, " ")
		list = append(list, strings.TrimSpace(hash))
	}
	return list, err
}

// subject is the first line of a commit's message.
func (r *repository) subject(ctx context.Context, hash string) string {
	s, _ := r.git(ctx, "show", "-s", "--format=%s", hash)
	return s
}

// author says who made a commit, and when.
func (r *repository) author(ctx context.Context, hash string) string {
	s, _ := r.git(ctx, "show", "-s", "--format=%an, %ad", "--date=iso", hash)
	return s
}

// addWorktree adds the worktree of our own: next to the user's if a go.mod names folders next to it, else among temporary files.
func (r *repository) addWorktree(ctx context.Context, at string) error {
	parent := ""
	if r.namesNeighbours(ctx) {
		parent = filepath.Dir(r.top)
	}
	dir, err := os.MkdirTemp(parent, ".simrun-bisect-*")
	if err != nil {
		return err
	}
	r.tree = dir
	_, err = r.git(ctx, "worktree", "add", "--detach", "--force", dir, at)
	return err
}

// namesNeighbours reports whether the module replaces others by folders outside of it, which must be where the module expects them.
func (r *repository) namesNeighbours(ctx context.Context) bool {
	out, err := command(ctx, filepath.Join(r.top, r.sub), "go", "mod", "edit", "-json")
	var mod struct {
		Replace []struct{ New struct{ Path string } }
	}
	if err != nil || json.Unmarshal([]byte(out), &mod) != nil {
		return false
	}
	for _, replaced := range mod.Replace {
		if strings.HasPrefix(replaced.New.Path, "..") {
			return true
		}
	}
	return false
}

// removeWorktree removes it again, also after an interrupt.
func (r *repository) removeWorktree() {
	if r.tree == "" {
		return
	}
	ctx := context.Background()
	r.git(ctx, "worktree", "remove", "--force", r.tree)
	os.RemoveAll(r.tree) // if it was not yet a worktree
	r.git(ctx, "worktree", "prune")
}

// build checks out a commit and builds the program of a package.
func (r *repository) build(ctx context.Context, hash, pkg, program string) error {
	if _, err := command(ctx, r.tree, "git", "checkout", "--quiet", "--detach", "--force", hash); err != nil {
		return err
	}
	_, err := command(ctx, filepath.Join(r.tree, r.sub), "go", "build", "-o", program, pkg)
	return err
}

// ownPackage is the package that users' programs call Main of.
var ownPackage = reflect.TypeFor[app]().PkgPath()

// mainPackage finds the package of the user's program: the one below the folder that the command was given in whose main imports cli.
func (r *repository) mainPackage(ctx context.Context) (string, error) {
	out, err := command(ctx, filepath.Join(r.top, r.sub), "go", "list", "-e", "-f", `{{if eq .Name "main"}}{{.ImportPath}} {{join .Imports " "}}{{end}}`, "./...")
	if err != nil {
		return "", fmt.Errorf("--package: it can't be found out which package is your program (%w); say which", err)
	}
	var found []string
	for line := range strings.Lines(out) {
		if words := strings.Fields(line); len(words) > 0 && strings.Contains(" "+strings.Join(words[1:], " ")+" ", " "+ownPackage+" ") {
			found = append(found, words[0])
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("--package: no package below this folder has a main that imports %s; say which is your program, like ./cmd/mine", ownPackage)
	}
	return "", fmt.Errorf("--package: several packages have a main that imports %s; say which is your program: %s", ownPackage, joinStrings(found))
}
