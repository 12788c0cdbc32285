package recovery

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"simrun/trial/recovery"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"time": Time, "number": Number}).Parse(pageText))

// Write writes one HTML file, which needs no other: the curves and the figures of each model, in the order of the rows. The error is that of w.
func Write(w io.Writer, rows []recovery.Row) error { return pageTemplate.Execute(w, Sections(rows)) }

const markdownIntro = `# Recovery from faults

<!-- Made by "simrun bench recovery --markdown FILE". -->

How long each model takes to come back from each kind of fault, as its clients see it. **First answer** is the time from the fault until an operation that was invoked after it was answered; **goodput back** the time until
the answer from which on each second has at least 95 % of the answers of the worst second before the fault; **no answer** counts operations that failed or timed out; **missed** the answers that did not come, at the goodput before.
Figures are medians over the seeds, with the 95th percentile in brackets. The curves are the goodput, as a part of what it was before: the line is the median, the band the middle four fifths of the seeds, and the fault is shaded.

[The guide](mechanisms.md#recovery) explains what to make of it.
`

// Markdown writes a page with the figures of each model, in the order of the rows. Picture is where the page finds the curves of a
// model. The error is that of w.
func Markdown(w io.Writer, rows []recovery.Row, picture func(model string) string) error {
	var b bytes.Buffer
	b.WriteString(markdownIntro)
	for _, s := range Sections(rows) {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n![the goodput of %s under each kind of fault](%s)\n\n", s.Model, s.Title(), s.Model, picture(s.Model))
		for i, line := range s.Table() {
			fmt.Fprintf(&b, "| %s |\n", escape.Replace(strings.Join(line, " \x00 ")))
			if i == 0 {
				fmt.Fprintln(&b, strings.Repeat("|---", len(line))+"|")
			}
		}
		fmt.Fprintln(&b)
		for _, n := range s.Notes() {
			fmt.Fprintln(&b, "- "+escape.Replace(n))
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// escape makes text of it what Markdown would take for something else. The cells of a line are divided by NUL.
var escape = strings.NewReplacer("<", "&lt;", "|", "\\|", "\x00", "|")
