// Command bugtable writes docs/bugs.md, the page of known bugs, from the models' own lists.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"simrun/models"
	"simrun/models/all"
)

//go:generate go run . ../..

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bugtable FOLDER, where FOLDER is the one for bugs.md")
		os.Exit(254)
	}
	if err := os.WriteFile(filepath.Join(os.Args[1], "bugs.md"), page(), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(254)
	}
}

const intro = `# Known bugs

<!-- Made by "go run ./docs/make/bugtable docs" from the models' own lists. -->

Each of these bugs was published, as a bug of a real system or as a mistake that a paper warns about. A model has it as a switch, and with the switch off
the model has no violation over the same seeds (` + "`simrun bench`" + ` measures both). The commands need no further hints: they try seeds until one shows the bug.
A bug that the default search rarely finds has its own plan of faults, which ` + "`--nemesis swarm`" + ` turns off.

The tier is the largest number of seeds that the search may need: E 100, M 2,000, H 50,000.
`

// page returns docs/bugs.md, with a table for each model.
func page() []byte {
	var b bytes.Buffer
	b.WriteString(intro)
	for _, m := range all.Models() {
		fmt.Fprintf(&b, "\n## %s\n\n%s: %s.\n\n| | tier | what goes wrong | seen by | published | command |\n|---|---|---|---|---|---|\n", m.Name, title(m.Summary), m.Guarantee)
		for _, bug := range m.Bugs {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | `go run ./cmd/simrun run --model %s --bug %s` |\n", bug.ID, bug.Tier, bug.Summary, strings.Join(bug.Oracles, ", "), source(bug), m.Name, bug.Name)
		}
	}
	return b.Bytes()
}

func source(b models.Bug) string { return strings.ReplaceAll(b.Source, "|", "\\|") }

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
