package cli

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
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
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &stderr)
	}
}

// get fetches a page. A folder's index.html is answered with a redirection, which the client follows.
func get(t *testing.T, url string, want int) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != want {
		t.Errorf("%s: %s, %v; want %d", url, r.Status, err, want)
	}
	return string(text)
}
