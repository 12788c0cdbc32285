package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"simrun/check"
	"simrun/check/specs"
)

// said is what following a history printed, and its exit code.
type said struct {
	text string
	code int
	err  error
}

// startFollowing follows a file in the background.
func startFollowing(ctx context.Context, in io.Reader, file string) <-chan said {
	done := make(chan said, 1)
	go func() {
		var out, messages bytes.Buffer
		a := &app{program: "simrun", stdin: in, stdout: &out, stderr: &messages}
		c := &checking{app: a, spec: specs.Register, opts: check.Options{}, out: &outFlags{format: "text"}, noStore: true, pause: time.Millisecond}
		err := c.follow(ctx, []string{file})
		done <- said{out.String(), a.code, err}
	}()
	return done
}

// registerLine is line i of a history in which everything fits but a read of 9.
func registerLine(i int, process int, typ, f, value string) string {
	return fmt.Sprintf(`{"index":%d,"time":%d,"process":%d,"type":"%s","f":"%s","value":%s}`+"\n", i, i, process, typ, f, value)
}

// A pipe is decided as it is written: the violation is certain before the pipe ends.
func TestFollowStopsAtTheFirstCertainViolation(t *testing.T) {
	in, writer := io.Pipe()
	done := startFollowing(t.Context(), in, "-")
	for i, line := range []string{
		registerLine(0, 0, "invoke", "write", "1"), registerLine(1, 0, "ok", "write", "1"),
		registerLine(2, 1, "invoke", "read", "null"), registerLine(3, 1, "ok", "read", "9"),
	} {
		if _, err := io.WriteString(writer, line); err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
	}
	s := <-done // the pipe is still open
	if s.err != nil || s.code != exitViolation || !strings.Contains(s.text, "nobody had written 9 by then") {
		t.Errorf("%d, %v:\n%s", s.code, s.err, s.text)
	}
}

// An operation that never ends keeps nothing from being found.
func TestFollowDecidesInAPause(t *testing.T) {
	in, writer := io.Pipe()
	done := startFollowing(t.Context(), in, "-")
	io.WriteString(writer, registerLine(0, 7, "invoke", "write", "5"))
	io.WriteString(writer, registerLine(1, 1, "invoke", "read", "null")+registerLine(2, 1, "ok", "read", "5")) // it may have written
	io.WriteString(writer, registerLine(3, 1, "invoke", "read", "null")+registerLine(4, 1, "ok", "read", "9"))
	if s := <-done; s.err != nil || s.code != exitViolation || !strings.Contains(s.text, "nobody had written 9") {
		t.Errorf("%d, %v:\n%s", s.code, s.err, s.text)
	}
}

// What was read when the pipe ended is decided.
func TestFollowDecidesAPipeThatEnds(t *testing.T) {
	text := registerLine(0, 0, "invoke", "write", "1") + registerLine(1, 0, "ok", "write", "1") + registerLine(2, 0, "inv", "", "")[:20]
	if s := <-startFollowing(t.Context(), strings.NewReader(text), "-"); s.err != nil || s.code != exitValid {
		t.Errorf("%d, %v:\n%s", s.code, s.err, s.text)
	}
	if s := <-startFollowing(t.Context(), strings.NewReader(""), "-"); s.err != nil || s.code != exitUnknown {
		t.Errorf("of nothing: %d, %v:\n%s", s.code, s.err, s.text)
	}
	if s := <-startFollowing(t.Context(), strings.NewReader("hello\n"), "-"); s.err == nil || !strings.Contains(s.err.Error(), "standard input:1: not a history") {
		t.Errorf("of no history: %v", s.err)
	}
}

// A file is waited for until the user stops it; then what was read is decided.
func TestFollowAFileThatGrows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	io.WriteString(f, registerLine(0, 0, "invoke", "write", "1"))
	done := startFollowing(t.Context(), nil, file)
	io.WriteString(f, registerLine(1, 0, "ok", "write", "1")+registerLine(2, 0, "invoke", "read", "null"))
	io.WriteString(f, registerLine(3, 0, "ok", "read", "9"))
	if s := <-done; s.err != nil || s.code != exitViolation {
		t.Errorf("%d, %v:\n%s", s.code, s.err, s.text)
	}

	ctx, stop := context.WithCancel(t.Context())
	stop()
	if s := <-startFollowing(ctx, nil, file); s.err != nil || s.code != exitViolation {
		t.Errorf("stopped: %d, %v:\n%s", s.code, s.err, s.text)
	}
}
