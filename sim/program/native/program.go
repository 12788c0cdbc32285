package native

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/mattn/go-shellwords"

	"simrun/sim"
	"simrun/sim/program"
)

// Bounds of what is kept for a process, in bytes.
const (
	MaxLine    = 16 << 20 // of a line of standard output; a longer one ends the process
	MaxLogLine = 64 << 10 // of a line of standard error; a longer one is cut into pieces
	MaxInput   = 64 << 20 // that wait to be read by the process
	maxText    = 4 << 10  // of a command, an argument, a variable
	maxOutput  = 4 << 20  // that it printed and its node has not handled; it is held up then
)

// Config is what a command is run with. The zero value is good for most.
type Config struct {
	Args []string // arguments, after those of the command
	Env  []string // "NAME=value", in addition to the environment of this program
	Keep string   // folder where the folders of the nodes are kept, one for each run; "": they are temporary, and go with the run
}

// Program is a command. Any number of runs may use it at the same time.
type Program struct {
	identity sim.Program
	config   Config
	path     string
	args     []string
}

var _ program.Native = (*Program)(nil)

// Command is the program of a command line: words as a shell splits them, with quotes and backslashes. Nothing else is a shell's: for that
// there is sh -c '…'. The error says in one sentence why it can't be run.
func Command(line string, c Config) (*Program, error) {
	parser := shellwords.NewParser()
	words, err := parser.Parse(line)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the command %q has a quote that does not end, or a parenthesis, which needs a shell: sh -c '…'", line)
	case parser.Position >= 0:
		return nil, fmt.Errorf("the command %q needs a shell for %q: sh -c '…'", line, string([]rune(line)[parser.Position:]))
	case len(words) == 0:
		return nil, fmt.Errorf("the command is empty: expected one like 'python3 node.py'")
	}
	return New(words, c)
}

// New is the program of a command that is split already; its identity is the line from which [Command] makes it again. Since each node runs in a folder of its own, a word that is the relative path of a
// file is made absolute. The error says in one sentence why it can't be run.
func New(words []string, c Config) (*Program, error) {
	if !supported {
		return nil, fmt.Errorf("native processes need a Unix system, and this is %s: a program that is compiled to WASI runs everywhere", runtime.GOOS)
	}
	path, err := find(words[0])
	if err != nil {
		return nil, err
	}
	line := lineOf(words)
	for _, text := range slices.Concat([]string{line}, c.Args, c.Env) {
		if len(text) > maxText {
			return nil, fmt.Errorf("a command, argument or variable of %d bytes: expected at most %d, so that a case can hold it; put it into a script", len(text), maxText)
		}
	}
	p := &Program{path: path, config: Config{slices.Clone(c.Args), slices.Clone(c.Env), c.Keep}}
	p.identity = sim.Program{Path: line, Native: true, Args: p.config.Args, Env: p.config.Env}
	for _, word := range slices.Concat(words[1:], c.Args) {
		p.args = append(p.args, anchored(word))
	}
	if c.Keep != "" {
		p.config.Keep, err = filepath.Abs(c.Keep)
	}
	return p, err
}

// lineOf is a command line that [Command] splits into the words.
func lineOf(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		if w == "" || strings.ContainsAny(w, " \t\r\n'\"\\`$;&|<>()#") {
			w = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		b.WriteString(w)
	}
	return b.String()
}

// find is the absolute path of a command.
func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "", fmt.Errorf("%s can't be executed: allow it with chmod +x, or put its interpreter before it, as in 'python3 node.py'", name)
	case err != nil && !errors.Is(err, exec.ErrDot):
		return "", fmt.Errorf("there is no command %s: expected one that is in PATH, or the path of a program, like ./node", name)
	}
	return filepath.Abs(path)
}

// anchored makes the relative path of a file absolute, and leaves any other word as it is.
func anchored(word string) string {
	if info, err := os.Stat(word); err == nil && info.Mode().IsRegular() {
		if abs, err := filepath.Abs(word); err == nil {
			return abs
		}
	}
	return word
}

// Identity names the command.
func (p *Program) Identity() sim.Program { return p.identity }

// Outside is what one run is connected to: the clock, the processes and their folders.
func (p *Program) Outside() (sim.Outside, error) { return open(p.config.Keep) }

// Start starts a process for a life of a node, in a run by [sim.RunLive] that is connected to [Program.Outside].
func (p *Program) Start(env *sim.Env, s program.Streams) program.Process { return start(p, env, s) }
