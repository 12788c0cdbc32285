// Package election draws how long clusters are without a leader after theirs crashed, as figure 16 of "In Search of an Understandable Consensus
// Algorithm (Extended Version)" does: of the trials of each choice of timeouts, the part that has a leader within a time.
package election

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"math"
	"time"

	"simrun/trial/election"
)

// Measures of the chart, in pixels.
const (
	width, height        = 640.0, 300.0 // of a plot
	left, right          = 48.0, 130.0
	top, bottom          = 30.0, 40.0
	shortest, tenfolds   = 10.0, 4.0 // ms, and how often ten times as much
	betweenPlots         = 16.0
	steps                = 400 // of a curve at most
	legendLine, coloursN = 16.0, 6
)

// Chart draws the rows as one SVG of two plots, without script, in the colours of the reader's theme. The error is that of w.
func Chart(w io.Writer, rows []election.Row) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-label="time without a leader">`+"\n<style>%s</style>\n",
		width, 2*height+betweenPlots, width, 2*height+betweenPlots, style)
	for i, p := range []struct{ name, title string }{{election.Randomness, "by the randomness of the election timeouts"}, {election.Length, "by the length of the election timeouts"}} {
		fmt.Fprintf(&b, `<g transform="translate(0 %g)">`+"\n", float64(i)*(height+betweenPlots))
		var of []*election.Row
		for j := range rows {
			if r := &rows[j]; r.Plot == p.name || r.Plot == election.Both {
				of = append(of, r)
			}
		}
		plot(&b, p.title, of)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}

// plot draws the curves of some rows.
func plot(b *bytes.Buffer, title string, rows []*election.Row) {
	fmt.Fprintf(b, `<rect class="paper" width="%g" height="%g" rx="5"/><text class="title" x="8" y="18">%s</text>`+"\n", width, height, html.EscapeString(title))
	for percent := 0.0; percent <= 100; percent += 20 {
		fmt.Fprintf(b, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/><text class="share" x="%g" y="%.1f">%g %%</text>`+"\n",
			left, width-right, y(percent), y(percent), left-4, y(percent)+3, percent)
	}
	for i := 0.0; i <= tenfolds; i++ {
		ms := shortest * math.Pow(10, i)
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" x2="%.1f" y1="%g" y2="%g"/><text class="time" x="%.1f" y="%g">%g</text>`+"\n",
			x(ms), x(ms), top, height-bottom, x(ms), height-bottom+13, ms)
	}
	fmt.Fprintf(b, `<text class="time" x="%g" y="%g">time without a leader (ms)</text>`+"\n", (left+width-right)/2, height-9)
	for i, r := range rows {
		colour := i % coloursN
		fmt.Fprintf(b, `<text class="legend c%d" x="%g" y="%g">%s</text>`+"\n", colour, width-right+12, top+8+legendLine*float64(i), html.EscapeString(r.Name))
		fmt.Fprintf(b, `<polyline class="curve c%d" points="`, colour)
		for _, p := range points(r) {
			fmt.Fprintf(b, "%.1f,%.1f ", x(p.ms), y(p.percent))
		}
		b.WriteString(`"/>` + "\n")
	}
}

// point is a time, and the part of the trials that have a leader within it.
type point struct{ ms, percent float64 }

// points is the curve of a row: it ends where the trials do that have a leader.
func points(r *election.Row) []point {
	list := []point{}
	every := max(1, len(r.Times)/steps)
	for i := 0; i < len(r.Times); i++ {
		if i%every == 0 || i == len(r.Times)-1 {
			list = append(list, point{float64(r.Times[i]) / float64(time.Millisecond), 100 * float64(i+1) / float64(max(1, r.Trials))})
		}
	}
	return list
}

func x(ms float64) float64 {
	return left + math.Log10(max(ms, shortest)/shortest)/tenfolds*(width-left-right)
}

func y(percent float64) float64 { return height - bottom - percent/100*(height-bottom-top) }

// style gives the plots their colours, in both themes.
const style = `
text{font:10px ui-sans-serif,system-ui,sans-serif;fill:#39424e}
.title{font-size:12px;font-weight:600}
.share{text-anchor:end;font-size:9px;fill:#6b7683}
.time{text-anchor:middle;font-size:9px;fill:#6b7683}
.paper{fill:#fff;stroke:#d9dee5}
.grid{stroke:#000;stroke-opacity:.09}
svg{--c0:#2563c9;--c1:#c2410c;--c2:#7c3aed;--c3:#0f766e;--c4:#a16207;--c5:#be185d}
.c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}.c5{--c:var(--c5)}
.curve{fill:none;stroke:var(--c);stroke-width:1.6}
.legend{fill:var(--c);font-size:11px}
@media (prefers-color-scheme:dark){
text{fill:#c6d0db}.paper{fill:#14181d;stroke:#363d48}.share,.time{fill:#8b98a6}.grid{stroke:#fff}
svg{--c0:#6ca4ff;--c1:#ff8a5c;--c2:#b794f6;--c3:#4fd1c5;--c4:#f6c453;--c5:#f472b6}
}
`
