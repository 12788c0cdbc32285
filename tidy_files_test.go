package simrun_test

import (
	"bytes"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// maxLines bounds a source file: what is longer has more than one subject.
const maxLines = 600

// A fileRule looks at one file as text. The name of its sample under
// testdata/tidyfiles begins with the rule's name.
type fileRule struct {
	name  string
	where func(file string) bool
	check func(file string, text []byte) string // what is wrong, or ""
}

var fileRules = []fileRule{
	{"gofmt", isGo, func(_ string, text []byte) string {
		formatted, err := format.Source(text)
		if err != nil {
			return err.Error()
		}
		if !bytes.Equal(formatted, text) {
			return "not formatted: run gofmt -w"
		}
		return ""
	}},
	{"length", func(f string) bool {
		return (isGo(f) || strings.HasSuffix(f, ".ts")) && !strings.HasSuffix(f, "_test.go")
	}, func(_ string, text []byte) string {
		if n := bytes.Count(text, []byte("\n")); n > maxLines {
			return fmt.Sprintf("%d lines, more than %d: it has more than one subject", n, maxLines)
		}
		return ""
	}},
	{"path", isText, find(`(?:^|[\s"'(=:])/(?:`+`home|Users|root|work)/[\w.-]+`, "names a path of one machine: use a relative one")},
	{"later", isText, find(`\b(?:TO`+`DO|FIX`+`ME|XX`+`X)\b`, "leaves work for later: do it now, or leave it out")},
	{"skip", func(f string) bool { return strings.HasSuffix(f, "_test.go") },
		find(`\bt\.Sk`+`ip(?:f|Now)?\(`, "skips a test: a test that may be skipped checks nothing")},
}

func isGo(file string) bool { return strings.HasSuffix(file, ".go") }

func isText(file string) bool {
	switch filepath.Ext(file) {
	case ".go", ".ts", ".md", ".txt", ".sh", ".mod", ".txtar", ".css", ".html", "":
		return !strings.Contains(file, "/dist/")
	}
	return false
}

// find returns a check that fails where pattern matches.
func find(pattern, wrong string) func(string, []byte) string {
	re := regexp.MustCompile(`(?m)` + pattern)
	return func(_ string, text []byte) string {
		loc := re.FindIndex(text)
		if loc == nil {
			return ""
		}
		line := 1 + bytes.Count(text[:loc[1]], []byte("\n"))
		return fmt.Sprintf("line %d: %q %s", line, bytes.TrimSpace(text[loc[0]:loc[1]]), wrong)
	}
}

func TestFiles(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch file {
			case ".git", "store", filepath.Join("testdata", "tidyfiles"):
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || !isText(file) {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			return nil // a program, say
		}
		for _, r := range fileRules {
			if r.where(file) {
				if wrong := r.check(file, text); wrong != "" {
					t.Errorf("%s: %s: %s", file, r.name, wrong)
				}
			}
		}
		if bytes.Contains(text, []byte(here+"/")) {
			t.Errorf("%s: names the folder of this checkout", file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFileSamples(t *testing.T) {
	for _, r := range fileRules {
		samples, err := filepath.Glob("testdata/tidyfiles/" + r.name + "*")
		if err != nil || len(samples) == 0 {
			t.Errorf("rule %q has no sample that it catches", r.name)
		}
		for _, file := range samples {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			clean := strings.Contains(file, "-clean")
			// A sample that Go must not see ends in .sample.
			name := strings.TrimSuffix(file, ".sample")
			if !r.where(name) {
				t.Errorf("%s: rule %q does not look at it", file, r.name)
			} else if wrong := r.check(name, text); clean != (wrong == "") {
				t.Errorf("%s: rule %q says %q", file, r.name, wrong)
			}
		}
	}
}

// relative returns a file's path from the root of the repository.
func relative(file string) string {
	here, err := os.Getwd()
	if err != nil {
		return file
	}
	if r, err := filepath.Rel(here, file); err == nil {
		return filepath.ToSlash(r)
	}
	return file
}
