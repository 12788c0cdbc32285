// Command guidebook updates docs/guide.md, docs/mechanisms.md, docs/programs.md and docs/anomalies.md: it runs the commands of each page in
// order, as a reader would, and puts their output below them.
package main

//go:generate go run . ../..

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"

	"simrun/internal/documented"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: guidebook FOLDER, where FOLDER has the pages")
		os.Exit(254)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "guidebook:", err)
		os.Exit(255)
	}
}

// pages are made by running their commands.
var pages = []string{"guide.md", "mechanisms.md", "programs.md", "anomalies.md"}

// write updates the pages and the pictures in a folder.
func write(docs string) error {
	for _, page := range pages {
		if err := rewrite(filepath.Join(docs, page), filepath.Join(docs, "..")); err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
	}
	for _, s := range drawings() {
		var b bytes.Buffer
		if err := s.draw(&b, filepath.Join(docs, "..")); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := os.WriteFile(filepath.Join(docs, s.page, s.name+".svg"), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// rewrite updates a page.
func rewrite(file, root string) error {
	before, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "guidebook")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin, err := build(root, dir)
	if err != nil {
		return err
	}
	after, err := renew(string(before), root, bin, dir, true)
	if err != nil {
		return err
	}
	for _, c := range curves {
		if c.page+".md" != filepath.Base(file) {
			continue
		}
		drawn, err := os.ReadFile(c.file(dir))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(filepath.Dir(file), c.page, c.name+".svg"), drawn, 0o666); err != nil {
			return err
		}
	}
	return os.WriteFile(file, []byte(after), 0o666)
}

// readerFiles is the folder of the files that the guide uses.
const readerFiles = "cli/testdata/readme"

// build builds the program of the repository at root, and returns the folder in dir that it is in.
func build(root, dir string) (bin string, err error) {
	bin = filepath.Join(dir, "bin")
	cmd := exec.Command("go", "build", "-o", filepath.Join(bin, "simrun"), "./cmd/simrun")
	cmd.Dir = root
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, said)
	}
	return bin, nil
}

// deskIn is the folder in dir where the commands run.
func deskIn(dir string) string { return filepath.Join(dir, "desk") }

// slow matches the commands that the test leaves to soak. What they show of recovery and staleness is measured in the
// tests of docs/make/measured and cli too.
var slow = regexp.MustCompile(`^simrun bench (staleness quorum|recovery raft) |^simrun sweep .*--arg durable `)

// renew returns a page with the output of the program in the folder bin, whose commands it runs in dir: all of them, or all but the slow ones.
func renew(page, root, bin, dir string, all bool) (string, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	desk := deskIn(dir)
	if err := os.CopyFS(desk, os.DirFS(filepath.Join(root, filepath.FromSlash(readerFiles)))); err != nil {
		return "", err
	}
	if err := programs(root, desk); err != nil {
		return "", err
	}
	var wrong error
	page, err = refresh(page, func(command string) (string, bool) {
		if !all && slow.MatchString(command) {
			return "", false
		}
		cmd := exec.Command("sh", "-c", "PATH=\"$0:$PATH\"; "+charted(command), bin) // sh exports what was exported before
		cmd.Dir = desk
		said, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %w", command, err))
		} else if want := documented.ExitCodes(command); !slices.Contains(want, cmd.ProcessState.ExitCode()) {
			wrong = errors.Join(wrong, fmt.Errorf("%s: exit code %d, want %v", command, cmd.ProcessState.ExitCode(), want))
		}
		return string(said), true
	}, func(name string) (string, error) {
		text, err := os.ReadFile(filepath.Join(desk, name))
		return string(text), err
	})
	return page, errors.Join(wrong, err)
}
