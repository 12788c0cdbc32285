// Command faultbook writes docs/faults.md and its pictures from the lists in the code,
// so that the page says what the program does.
package main

//go:generate go run . ../..

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: faultbook FOLDER, where FOLDER has faults.md")
		os.Exit(254)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "faultbook:", err)
		os.Exit(255)
	}
}

// write writes the page and the pictures.
func write(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "faults"), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "faults.md"), page(), 0o666); err != nil {
		return err
	}
	for _, s := range strips() {
		var b bytes.Buffer
		if err := s.draw(&b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, "faults", s.name+".svg"), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}
