package main

import (
	"path/filepath"
	"regexp"
	"strings"
)

// curve is a picture of the goodput of a model, with and without a bug. A command of the page measures it, and draws
// it too, so that nothing is measured twice.
type curve struct {
	page, name string
	compared   string // with --compare
}

// curves are those of the pages.
var curves = []curve{
	{"mechanisms", "retry", "retry-without-budget"},
	{"mechanisms", "breaker", "breaker-never-half-opens"},
	{"mechanisms", "bulkhead", "no-bulkhead"},
}

// compares matches what a command measures as one more curve.
var compares = regexp.MustCompile(` --compare (\S+)`)

// charted is a command of a page that also writes the curves that it measures to a file, without saying more.
func charted(command string) string {
	m := compares.FindStringSubmatch(command)
	for _, c := range curves {
		if m != nil && c.compared == m[1] {
			return strings.Replace(command, m[0], m[0]+" --chart "+c.name+".svg", 1)
		}
	}
	return command
}

// file is where the commands of the page left the curve, which were run in a folder.
func (c *curve) file(dir string) string { return filepath.Join(deskIn(dir), c.name+".svg") }
