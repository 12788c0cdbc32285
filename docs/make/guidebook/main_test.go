package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simrun/internal/soak"
)

// TestPagesAreCurrent runs every command of the pages, the slow ones in soak alone, and checks that it prints what the pages say.
func TestPagesAreCurrent(t *testing.T) {
	bin, err := build("../../..", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages {
		t.Run(name, func(t *testing.T) {
			if name != "programs.md" { // whose native runs need the machine to themselves: they are in real time
				t.Parallel()
			}
			page, err := os.ReadFile(filepath.Join("../..", name))
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			now, err := renew(string(page), "../../..", bin, dir, soak.Deep)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range curves {
				if c.page+".md" == name {
					drawn, err := os.ReadFile(c.file(dir))
					if err != nil {
						t.Error(err)
					}
					isCurrent(t, c.page, c.name, drawn)
				}
			}
			says, today := strings.Split(string(page), "\n"), strings.Split(now, "\n")
			for i := range min(len(says), len(today)) {
				if says[i] != today[i] {
					t.Fatalf("docs/%s:%d is not current: go run ./docs/make/guidebook docs\nit says    %s\nand is now %s", name, i+1, says[i], today[i])
				}
			}
			if len(says) != len(today) {
				t.Fatalf("docs/%s has %d lines and should have %d: go run ./docs/make/guidebook docs", name, len(says), len(today))
			}
		})
	}
}

// TestPicturesAreThere checks that the pictures of each page exist, are shown, and are small enough for a page, and that the strips are current.
func TestPicturesAreThere(t *testing.T) {
	for _, file := range pages {
		folder := strings.TrimSuffix(file, ".md")
		page, err := os.ReadFile(filepath.Join("../..", file))
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for _, part := range strings.Split(string(page), "]("+folder+"/")[1:] {
			name, _, _ := strings.Cut(part, ")")
			info, err := os.Stat(filepath.Join("../..", folder, name))
			if err != nil {
				t.Error(err)
			} else if info.Size() > 200_000 {
				t.Errorf("%s has %d bytes", name, info.Size())
			}
			shown++
		}
		files, err := os.ReadDir(filepath.Join("../..", folder))
		if err != nil || len(files) != shown {
			t.Errorf("%d files in docs/%s, %d are shown (%v)", len(files), folder, shown, err)
		}
	}
	for _, s := range drawings() {
		var b bytes.Buffer
		if err := s.draw(&b, "../../.."); err != nil {
			t.Fatal(err)
		}
		isCurrent(t, s.page, s.name, b.Bytes())
	}
}

// isCurrent wants a picture of a page to be as it was drawn now.
func isCurrent(t *testing.T, page, name string, drawn []byte) {
	t.Helper()
	if there, err := os.ReadFile(filepath.Join("../..", page, name+".svg")); err != nil || !bytes.Equal(there, drawn) {
		t.Errorf("%s.svg is not current (%v): go run ./docs/make/guidebook docs", name, err)
	}
}

func TestRefresh(t *testing.T) {
	run := func(command string) (string, bool) {
		return "ran " + command + "\n\nstore/20260102T030405.678Z-seed7\nend\n", true
	}
	read := func(name string) (string, error) { return "text of " + name + "\n", nil }
	page := func(says, block string) string {
		return "a\n```sh\nsimrun x   # b\nmake y\n```\n\n<!-- says " + says + " -->\n```text\n" + block + "```\nc\n<!-- file f -->\n```\nold\n```\n"
	}
	for says, want := range map[string]string{
		"^":       "ran simrun x   # b\n\nstore/…-seed7\nend\n",
		"ran|end": "ran simrun x   # b\n  …\nend\n",
		"seed":    "store/…-seed7\n",
	} {
		got, err := refresh(page(says, "old\nold\n"), run, read)
		if want := strings.Replace(page(says, want), "\nold\n", "\ntext of f\n", 1); err != nil || got != want {
			t.Errorf("%s: %v\ngot  %q\nwant %q", says, err, got, want)
		}
	}
	left := func(string) (string, bool) { return "", false }
	if got, err := refresh(page("^", "old\n"), left, read); err != nil || got != strings.Replace(page("^", "old\n"), "```\nold\n", "```\ntext of f\n", 1) {
		t.Errorf("what did not run became %q, %v", got, err)
	}
	for _, wrong := range []string{
		page("nothing fits", ""),
		page("(", ""),
		"<!-- file f -->\nno block\n",
		"<!-- file f -->\n",
		"```text\nno end\n",
	} {
		if got, err := refresh(wrong, run, read); err == nil {
			t.Errorf("%q became %q", wrong, got)
		}
	}
}
