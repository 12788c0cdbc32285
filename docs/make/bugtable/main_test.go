package main

import (
	"os"
	"strings"
	"testing"
)

func TestReadmeIsCurrent(t *testing.T) {
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	page, err := insert(string(text), table())
	if err != nil {
		t.Fatal(err)
	}
	if page != string(text) {
		t.Error("the table of bugs in README.md is stale: run `make docs`")
	}
}

func TestInsert(t *testing.T) {
	page, err := insert("a\n"+begin+"old\n"+end+"b\n", "new\n")
	if want := "a\n" + begin + "new\n" + end + "b\n"; err != nil || page != want {
		t.Errorf("insert gives %q and %v, want %q", page, err, want)
	}
	if _, err := insert("a page without the place", "new\n"); err == nil || !strings.Contains(err.Error(), "<!-- bugs -->") {
		t.Errorf("the error is %v, want one that names the line which is missing", err)
	}
}
