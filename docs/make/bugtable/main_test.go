package main

import (
	"bytes"
	"os"
	"testing"
)

func TestPageIsCurrent(t *testing.T) {
	got, err := os.ReadFile("../../bugs.md")
	if err != nil || !bytes.Equal(got, page()) {
		t.Errorf("docs/bugs.md is not current (%v): go run ./docs/make/bugtable docs", err)
	}
}
