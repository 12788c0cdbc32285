package cli

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The text of a case can't end the literal that it is in, whatever names somebody gave to its parts.
func TestLiteral(t *testing.T) {
	for _, text := range []string{
		"{\n  \"version\": 1\n}", "a ` + panic(0) + `", "a\r\nb", "\x00", "\ufeff", "`", "", "\\", "\"", "${}",
	} {
		source := "package p\nvar x = " + literal(text) + "\n"
		f, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0)
		if err != nil || len(f.Decls) != 1 {
			t.Errorf("%q becomes %s: %v", text, source, err)
		}
	}
	if s := literal("{\n}"); s != "`{\n}`" {
		t.Errorf("a case as usual becomes %s", s)
	}
}

// What a shared file says can't move the cursor, colour the terminal, or begin a line that a CI server takes for a command.
func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"c1 read 7 → nothing": "c1 read 7 → nothing",
		"a\x1b[31mb":          `a\x1b[31mb`,
		"a\n::error::b":       `a\n::error::b`,
		"a\rb\tc":             `a\rb\tc`,
		"a\u202eb":            `a\u202eb`,
		"\xff":                "\ufffd",
		"::error::x":          `\::error::x`,
		"  ::stop-commands::": `\  ::stop-commands::`,
		"a ##[error]b":        `a #\#[error]b`,
		"a::b":                "a::b",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q is printed as %q, want %q", text, got, want)
		}
	}
}

// The name of a file begins a line.
func TestHostileFileName(t *testing.T) {
	dir := t.TempDir()
	name := "::error::x.jsonl"
	text := `{"index":0,"time":0,"process":0,"type":"invoke","f":"write","value":1}` + "\n" + `{"index":1,"time":1,"process":0,"type":"ok","f":"write","value":1}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := simrun(t, dir, "check", name, "--spec", "register", "--no-store").CombinedOutput()
	if err != nil || strings.HasPrefix(string(out), "::") || strings.Contains(string(out), "\n::") {
		t.Errorf("%v: printed as %q", err, out)
	}
}

// A hostile history is printed without what it hides in its names.
func TestHostileHistory(t *testing.T) {
	dir := t.TempDir()
	cmd := simrun(t, dir, "check", "-", "--spec", "register", "--no-store")
	cmd.Stdin = strings.NewReader(`{"index":0,"time":0,"process":0,"type":"invoke","f":"write","key":"\u001b[31m\n::error::x","value":1}
{"index":1,"time":1,"process":0,"type":"ok","f":"write","key":"\u001b[31m\n::error::x","value":1}
{"index":2,"time":2,"process":0,"type":"invoke","f":"read","key":"\u001b[31m\n::error::x"}
{"index":3,"time":3,"process":0,"type":"ok","f":"read","key":"\u001b[31m\n::error::x","value":2}
`)
	out, err := cmd.CombinedOutput()
	if code := exitCode(t, err); code != exitViolation {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	if strings.Contains(string(out), "\x1b") || strings.Contains(string(out), "\n::") || !strings.Contains(string(out), `\x1b[31m\n::error::x`) {
		t.Errorf("printed as %q", out)
	}
}
