package recovery

import (
	"bytes"
	"fmt"
	"html"
	"io"
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
	tallest                 = 1.25 // of the goodput before
)

// Chart draws the goodput under each of some scenarios as one SVG, a panel each, without script, in the colours of the reader's theme: the median of the seeds as a
// line, and the middle four fifths of them as a band. Rows that were not measured are left out. The error is that of w.
func Chart(w io.Writer, rows []recovery.Row) error {
	var drawn []*recovery.Row
	for i := range rows {
		if len(rows[i].Curve) > 0 {
			drawn = append(drawn, &rows[i])
		}
	}
	across := min(columns, max(1, len(drawn)))
	down := (len(drawn) + across - 1) / across
	var b bytes.Buffer
	width, height := float64(across)*(panelWidth+gap)-gap, float64(down)*(panelHeight+gap)-gap
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-label="goodput over time">`+"\n<style>%s</style>\n", width, height, width, height, style)
	for i, r := range drawn {
		fmt.Fprintf(&b, `<g transform="translate(%g %g)">`+"\n", float64(i%across)*(panelWidth+gap), float64(i/across)*(panelHeight+gap))
		panel(&b, r)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}

// panel draws one scenario.
func panel(b *bytes.Buffer, r *recovery.Row) {
	const bottom = panelHeight - plotBottom
	x := func(t sim.Time) float64 { // from the onset
		return plotLeft + float64(t+recovery.Lead)/float64(recovery.Lead+recovery.Watched)*(panelWidth-plotLeft-plotRight)
	}
	y := func(share float64) float64 { return bottom - min(share, tallest)/tallest*(bottom-plotTop) }
	fmt.Fprintf(b, `<rect class="paper" width="%g" height="%g" rx="5"/><text class="title" x="8" y="14">%s</text><text x="8" y="27">back: %s</text>`+"\n",
		panelWidth, panelHeight, html.EscapeString(r.Name), html.EscapeString(Time(r.Back)))
	if r.Plan != "" {
		fmt.Fprintf(b, `<rect class="fault" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n", x(0), plotTop, max(1, x(r.Ends)-x(0)), bottom-plotTop)
	}
	for _, share := range []float64{0, 0.5, 1} {
		fmt.Fprintf(b, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/><text class="share" x="%g" y="%.1f">%.0f %%</text>`+"\n",
			plotLeft, panelWidth-plotRight, y(share), y(share), plotLeft-3, y(share)+3, share*100)
	}
	for t := sim.Time(0); t <= recovery.Watched; t += sim.Time(2 * time.Second) {
		fmt.Fprintf(b, `<text class="time" x="%.1f" y="%g">%v</text>`+"\n", x(t), bottom+12, t)
	}
	middle := func(i int) float64 { return x(sim.Time(i)*recovery.Bucket + recovery.Bucket/2 - recovery.Lead) }
	b.WriteString(`<polygon class="band" points="`)
	for i, c := range r.Curve {
		fmt.Fprintf(b, "%.1f,%.1f ", middle(i), y(c.High))
	}
	for i := len(r.Curve) - 1; i >= 0; i-- {
		fmt.Fprintf(b, "%.1f,%.1f ", middle(i), y(r.Curve[i].Low))
	}
	b.WriteString(`"/><polyline class="median" points="`)
	for i, c := range r.Curve {
		fmt.Fprintf(b, "%.1f,%.1f ", middle(i), y(c.Median))
	}
	b.WriteString(`"/>` + "\n")
}

// style gives the panels their colours, in both themes.
const style = `
text{font:10px ui-sans-serif,system-ui,sans-serif;fill:#39424e}
.title{font-size:12px;font-weight:600}
.share{text-anchor:end;font-size:9px;fill:#6b7683}
.time{text-anchor:middle;font-size:9px;fill:#6b7683}
.paper{fill:#fff;stroke:#d9dee5}
.grid{stroke:#000;stroke-opacity:.09}
.fault{fill:#d64545;fill-opacity:.13}
.band{fill:#2563c9;fill-opacity:.2}
.median{fill:none;stroke:#2563c9;stroke-width:1.4}
@media (prefers-color-scheme:dark){
text{fill:#c6d0db}.paper{fill:#14181d;stroke:#363d48}.share,.time{fill:#8b98a6}.grid{stroke:#fff}
.band{fill:#6ca4ff;fill-opacity:.25}.median{stroke:#6ca4ff}
}
`
