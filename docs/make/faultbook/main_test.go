package main

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestPageIsCurrent checks that the committed page is what the code generates.
func TestPageIsCurrent(t *testing.T) {
	got, err := os.ReadFile("../../../docs/faults.md")
	if err != nil || !bytes.Equal(got, page()) {
		t.Errorf("docs/faults.md is not current (%v): go run ./docs/make/faultbook docs", err)
	}
}

// TestPicturesAreDrawn draws every picture twice, and checks that docs has a picture of that name.
func TestPicturesAreDrawn(t *testing.T) {
	for _, p := range strips() {
		var a, b bytes.Buffer
		if err := p.draw(&a); err != nil {
			t.Fatal(err)
		}
		if err := p.draw(&b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s differs between two drawings", p.name)
		}
		d := xml.NewDecoder(bytes.NewReader(a.Bytes()))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", p.name, err)
			}
		}
		if _, err := os.Stat(filepath.Join("../../../docs/faults", p.name+".svg")); err != nil {
			t.Error(err)
		}
	}
}
