package recovery

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"io"
	"slices"
	"time"

	"simrun/sim"
	"simrun/trial/recovery"
)

// Measures of a panel, in pixels.
const (
	panelWidth, panelHeight = 240.0, 128.0
	gap                     = 10.0
	columns                 = 4
	plotLeft, plotRight     = 36.0, 10.0
	plotTop, plotBottom     = 34.0, 18.0
	legendLine              = 13.0
	tallest                 = 1.25 // of the goodput before
)

// size is that of the panels of a chart, which need more room if they have several curves.
type size struct{ width, height, top float64 }

// Chart draws the goodput under each of some scenarios as one SVG, a panel each, with a curve for each variant of the model, without script, in the colours of the reader's theme: the median of the seeds as a
// line, and the middle four fifths of them as a band. Rows that were not measured are left out. The error is that of w.
func Chart(w io.Writer, rows []recovery.Row) error {
	var drawn [][]*recovery.Row // by panel
	for i := range rows {
		r := &rows[i]
		if len(r.Curve) == 0 {
			continue
		}
		if at := slices.IndexFunc(drawn, func(p []*recovery.Row) bool { return p[0].Model == r.Model && p[0].Name == r.Name }); at >= 0 {
			drawn[at] = append(drawn[at], r)
			continue
		}
		drawn = append(drawn, []*recovery.Row{r})
	}
	most := 1 // curves in a panel
	for _, p := range drawn {
		most = max(most, len(p))
	}
	s := size{panelWidth, panelHeight, plotTop}
	if most > 1 {
		s = size{2*panelWidth + gap, 1.5*panelHeight + legendLine*float64(most), plotTop + legendLine*float64(most-1)}
	}
	across := min(int(columns*panelWidth/s.width), max(1, len(drawn)))
	down := (len(drawn) + across - 1) / across
	var b bytes.Buffer
	width, height := float64(across)*(s.width+gap)-gap, float64(down)*(s.height+gap)-gap
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-label="goodput over time">`+"\n<style>%s</style>\n", width, height, width, height, style)
	for i, r := range drawn {
		fmt.Fprintf(&b, `<g transform="translate(%g %g)">`+"\n", float64(i%across)*(s.width+gap), float64(i/across)*(s.height+gap))
		s.panel(&b, r)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}

// panel draws one scenario: the rows are the variants of a model.
func (s size) panel(b *bytes.Buffer, rows []*recovery.Row) {
	r, bottom := rows[0], s.height-plotBottom
	x := func(t sim.Time) float64 { // from the onset
		return plotLeft + float64(t+recovery.Lead)/float64(recovery.Lead+recovery.Watched)*(s.width-plotLeft-plotRight)
	}
	y := func(share float64) float64 { return bottom - min(share, tallest)/tallest*(bottom-s.top) }
	fmt.Fprintf(b, `<rect class="paper" width="%g" height="%g" rx="5"/><text class="title" x="8" y="14">%s</text>`+"\n", s.width, s.height, html.EscapeString(r.Name))
	for i, r := range rows {
		what := ""
		if len(rows) > 1 {
			what = cmp.Or(r.Variant, r.Model) + ", "
		}
		fmt.Fprintf(b, `<text class="legend c%d" x="8" y="%g">%sback: %s</text>`+"\n", i%curves, 27+legendLine*float64(i), html.EscapeString(what), html.EscapeString(Time(r.Back)))
	}
	if r.Plan != "" {
		fmt.Fprintf(b, `<rect class="fault" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n", x(0), s.top, max(1, x(r.Ends)-x(0)), bottom-s.top)
	}
	for _, share := range []float64{0, 0.5, 1} {
		fmt.Fprintf(b, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/><text class="share" x="%g" y="%.1f">%.0f %%</text>`+"\n",
			plotLeft, s.width-plotRight, y(share), y(share), plotLeft-3, y(share)+3, share*100)
	}
	for t := sim.Time(0); t <= recovery.Watched; t += sim.Time(2 * time.Second) {
		fmt.Fprintf(b, `<text class="time" x="%.1f" y="%g">%v</text>`+"\n", x(t), bottom+12, t)
	}
	for i, r := range rows {
		curve(b, r.Curve, i%curves, x, y)
	}
}

// curve draws the goodput of one row, in one of the colours.
func curve(b *bytes.Buffer, bands []recovery.Band, colour int, x func(sim.Time) float64, y func(float64) float64) {
	middle := func(i int) float64 { return x(sim.Time(i)*recovery.Bucket + recovery.Bucket/2 - recovery.Lead) }
	fmt.Fprintf(b, `<polygon class="band c%d" points="`, colour)
	for i, c := range bands {
		fmt.Fprintf(b, "%.1f,%.1f ", middle(i), y(c.High))
	}
	for i := len(bands) - 1; i >= 0; i-- {
		fmt.Fprintf(b, "%.1f,%.1f ", middle(i), y(bands[i].Low))
	}
	fmt.Fprintf(b, `"/><polyline class="median c%d" points="`, colour)
	for i, c := range bands {
		fmt.Fprintf(b, "%.1f,%.1f ", middle(i), y(c.Median))
	}
	b.WriteString(`"/>` + "\n")
}

// curves is how many colours there are.
const curves = 4

// style gives the panels their colours, in both themes.
const style = `
text{font:10px ui-sans-serif,system-ui,sans-serif;fill:#39424e}
.title{font-size:12px;font-weight:600}
.share{text-anchor:end;font-size:9px;fill:#6b7683}
.time{text-anchor:middle;font-size:9px;fill:#6b7683}
.paper{fill:#fff;stroke:#d9dee5}
.grid{stroke:#000;stroke-opacity:.09}
.fault{fill:#d64545;fill-opacity:.13}
svg{--c0:#2563c9;--c1:#c2410c;--c2:#7c3aed;--c3:#0f766e}
.c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}
.band{fill:var(--c);fill-opacity:.18}
.median{fill:none;stroke:var(--c);stroke-width:1.4}
.legend{fill:var(--c)}
@media (prefers-color-scheme:dark){
text{fill:#c6d0db}.paper{fill:#14181d;stroke:#363d48}.share,.time{fill:#8b98a6}.grid{stroke:#fff}
svg{--c0:#6ca4ff;--c1:#ff8a5c;--c2:#b794f6;--c3:#4fd1c5}
}
`
