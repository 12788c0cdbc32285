// Command bugtable writes the table of bugs into README.md, from the models' own lists.
package main

import (
	"fmt"
	"os"
	"strings"

	"simrun/models/all"
)

//go:generate go run . ../../../README.md

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bugtable README.md")
		os.Exit(254)
	}
	if err := update(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(254)
	}
}

func update(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	page, err := insert(string(text), table())
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(page), 0o644)
}

// The table stands between these two lines.
const begin, end = "<!-- bugs -->\n", "<!-- /bugs -->\n"

// insert puts the table where it belongs in a page.
func insert(page, table string) (string, error) {
	before, rest, ok := strings.Cut(page, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", fmt.Errorf("expected a line %q and, later, a line %q", strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	return before + begin + table + end + after, nil
}

// table has a row for each bug of each model.
func table() string {
	var b strings.Builder
	fmt.Fprintln(&b, "| | what goes wrong | seen by | command |")
	fmt.Fprintln(&b, "|---|---|---|---|")
	for _, m := range all.Models() {
		for _, bug := range m.Bugs {
			fmt.Fprintf(&b, "| %s | %s | %s | `go run ./cmd/simrun run --model %s --bug %s` |\n", bug.ID, bug.Summary, strings.Join(bug.Oracles, ", "), m.Name, bug.Name)
		}
	}
	return b.String()
}
