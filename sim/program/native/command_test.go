//go:build unix

package native

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What can't be run is refused in one sentence, before anything runs.
func TestCommandsThatCannotRun(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "node.py")
	if err := os.WriteFile(plain, []byte("print()\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"":                                    "the command is empty",
		"  ":                                  "the command is empty",
		"pyhton3 node.py":                     "there is no command pyhton3: expected one that is in PATH",
		"./nowhere":                           "there is no command ./nowhere",
		plain:                                 "can't be executed: allow it with chmod +x",
		"cat 'x":                              "a quote that does not end",
		"cat x | tee y":                       `needs a shell for "| tee y"`,
		"cät; ls":                             `needs a shell for "; ls"`,
		"cat " + strings.Repeat("x", maxText): "expected at most 4096",
	} {
		if _, err := Command(line, Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, expected %q", line, err, want)
		}
	}
}

// Words are split as a shell does, and files are found from where the command was given.
func TestWords(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Command(`cat -n 'a  b' "c'd" e\ f doc.go ./doc.go testdata none.go`, Config{Args: []string{"--log", "doc.go"}})
	if err != nil {
		t.Fatal(err)
	}
	doc := filepath.Join(here, "doc.go")
	if want := []string{"-n", "a  b", "c'd", "e f", doc, doc, "testdata", "none.go", "--log", doc}; !slices.Equal(p.args, want) {
		t.Errorf("arguments %q, expected %q", p.args, want)
	}
	if !filepath.IsAbs(p.path) || filepath.Base(p.path) != "cat" {
		t.Errorf("runs %s", p.path)
	}
	if id := p.Identity(); !id.Native || id.SHA256 != "" || !strings.HasPrefix(id.Path, "cat -n") || len(id.Args) != 2 {
		t.Errorf("identity %+v", id)
	}
}

// The identity of a command is a line that means the same.
func TestLinesComeBack(t *testing.T) {
	for _, words := range [][]string{{"cat"}, {"cat", "a b", "c'd", `e"f`, `g\h`, "", "#i", "$j", "k;l", "m|n>o", "(p)", "`q`", "r\ts", "é"}} {
		p, err := New(words, Config{})
		if err != nil {
			t.Fatal(err)
		}
		again, err := Command(p.Identity().Path, Config{})
		if err != nil || !slices.Equal(again.args, p.args) || again.Identity().Path != p.Identity().Path {
			t.Errorf("%q became %q, and that %q, %v", words, p.Identity().Path, again.args, err)
		}
	}
}
