package cli

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestServe browses a store as a person does: the list of runs, the report of one, its files.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	if out, err := simrun(t, dir, "run", "--seed", "3", "--duration", "1s", "--nemesis", "none").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := simrun(t, dir, "show", "--serve=localhost:0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	url, _, _ := strings.Cut(said, " ")
	list := get(t, url, http.StatusOK)
	report := regexp.MustCompile(`<a href="(/raft-kv/[^"]*-seed3/index.html)">`).FindStringSubmatch(list)
	if report == nil {
		t.Fatalf("the list has no link to the report:\n%s", list)
	}
	if page := get(t, url+report[1], http.StatusOK); !strings.Contains(page, "seed 3") {
		t.Errorf("the report does not say its seed")
	}
	if c := get(t, url+strings.Replace(report[1], "index.html", "case.json", 1), http.StatusOK); !strings.Contains(c, `"seed": 3`) {
		t.Errorf("the case is %s", c)
	}
	get(t, url+"/latest/index.html", http.StatusOK)
	get(t, url+"/nothing", http.StatusNotFound)
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../secret", filepath.Join(dir, "store", "out")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/out", "/../secret", "/..%2fsecret", "//etc/passwd"} {
		if text := get(t, url+path, 0); strings.Contains(text, "secret") || strings.Contains(text, "root:") {
			t.Errorf("%s leads out of the store: %s", path, text)
		}
	}
	for _, c := range []struct {
		method, path, host string
		want               int
	}{
		{"GET", "/", "", 200}, {"HEAD", "/", "", 200}, {"HEAD", "/latest/case.json", "", 200},
		{"POST", "/", "", 405}, {"PUT", "/latest/case.json", "", 405}, {"DELETE", "/latest/case.json", "", 405},
		{"GET", "/", "evil.example", 403}, {"GET", "/", "evil.example:" + port(url), 403}, {"GET", "/", "localhost", 403},
		{"GET", "/", "localhost:" + port(url), 200}, {"GET", "/", "[::1]:" + port(url), 200},
	} {
		r, err := http.NewRequest(c.method, url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if h := answer.Header; answer.StatusCode != c.want || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'; ") {
			t.Errorf("%s %s of %q: %s, %v; want %d", c.method, c.path, c.host, answer.Status, h, c.want)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &stderr)
	}
}

// port is the port of a URL.
func port(url string) string { return url[strings.LastIndexByte(url, ':')+1:] }

// get fetches a page, and wants a status; 0: any. A folder's index.html is answered with a redirection, which the client follows.
func get(t *testing.T, url string, want int) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != want && want != 0 {
		t.Errorf("%s: %s, %v; want %d", url, r.Status, err, want)
	}
	return string(text)
}
