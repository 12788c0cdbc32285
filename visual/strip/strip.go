// Package strip draws a run as a small picture: a lane per node over time, with
// roles, crashes, pauses and messages, the faults above and the clients' operations
// below. It is made for documents, where the report of package visual would be too
// much: one SVG, without script, that follows the reader's light or dark theme.
package strip

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"

	"simrun/sim"
)

// Options steer a strip. The zero value draws the whole run without a title.
type Options struct {
	Title      string
	From       sim.Time // where the picture begins
	To         sim.Time // end of the picture; 0: end of the trace
	Leads      string   // the role to point out; "": leader or primary
	Operations bool     // write what each operation was, where there is room
	Core       []int    // operations to point out, by the index of their invocation in the history
}

// Measures of the picture, in pixels.
const (
	width   = 960.0
	left    = 34.0 // of the first moment
	right   = 12.0
	rowFor  = 17.0 // a row of faults
	laneFor = 30.0 // a lane of a node
	rowOp   = 7.0  // a row of a client
	rowText = 15.0 // a row of a client with text
	axis    = 18.0
)

// Write draws the run of a traced result. The error is that of w.
func Write(w io.Writer, r *sim.Result, o Options) error {
	p := &picture{scene: read(r, o)}
	p.place()
	p.open(o.Title)
	p.faults()
	p.lanes()
	p.clients()
	p.axis()
	p.buf.WriteString("</svg>\n")
	_, err := w.Write(p.buf.Bytes())
	return err
}

// picture is an SVG in the making.
type picture struct {
	scene
	buf             bytes.Buffer
	rows            []int // by fault: its row
	top, ops, below float64
	height          float64
}

// place decides where everything stands.
func (p *picture) place() {
	p.top = 8
	if p.Title != "" {
		p.top = 26
	}
	n := p.fitFaults()
	p.ops = p.top + float64(n)*rowFor + 6 + float64(len(p.nodes))*laneFor
	p.below = p.ops + 4 + float64(len(p.cls))*p.rowOp()
	p.height = p.below + axis
}

// rowOp is the height of a row of a client.
func (p *picture) rowOp() float64 {
	if p.Operations {
		return rowText
	}
	return rowOp
}

// x is where a moment is.
func (p *picture) x(t sim.Time) float64 {
	t = min(max(t, p.From), p.To)
	return left + float64(t-p.From)/float64(p.To-p.From)*(width-left-right)
}

// y is the middle of a node's lane.
func (p *picture) y(n sim.NodeID) float64 {
	return p.ops - float64(len(p.nodes))*laneFor + (float64(n)-0.5)*laneFor
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.buf, format, args...) }

// open writes the head: size, colours for both themes, title.
func (p *picture) open(title string) {
	p.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img"`, width, p.height, width, p.height)
	if title != "" {
		p.printf(` aria-label="%s"`, html.EscapeString(title))
	}
	p.printf(">\n<style>%s</style>\n", style)
	p.buf.WriteString(hatching)
	p.printf(`<rect class="paper" width="%g" height="%g" rx="6"/>`+"\n", width, p.height)
	if title != "" {
		p.printf(`<text class="title" x="%g" y="18">%s</text>`+"\n", left, html.EscapeString(title))
	}
}

// lanes draws the nodes: shade of faults, messages, roles, crashes and pauses.
func (p *picture) lanes() {
	for _, s := range p.shades {
		p.printf(`<rect class="shade" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n", p.x(s.from), p.y(s.node)-laneFor/2+2, max(1, p.x(s.to)-p.x(s.from)), laneFor-4)
	}
	p.messages(false, "mail")
	p.messages(true, "lost")
	for i := range p.nodes {
		n := sim.NodeID(i + 1)
		p.printf(`<text class="name" x="%g" y="%.1f">%s</text>`+"\n", left-8, p.y(n)+4, n)
		p.printf(`<line class="down" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/>`+"\n", left, width-right, p.y(n), p.y(n))
		for _, s := range p.nodes[i].roles {
			p.role(n, s)
		}
		for _, s := range p.nodes[i].pauses {
			p.printf(`<rect class="pause" x="%.1f" y="%.1f" width="%.1f" height="12"/>`+"\n", p.x(s.from), p.y(n)-6, max(1, p.x(s.to)-p.x(s.from)))
		}
		for _, t := range p.nodes[i].crashes {
			p.printf(`<path class="crash" d="M%.1f %.1fl7 7m0 -7l-7 7"/>`+"\n", p.x(t)-3.5, p.y(n)-3.5)
		}
	}
}

// role draws a stretch during which a node was up and in one role.
func (p *picture) role(n sim.NodeID, s stretch) {
	x, w := p.x(s.from), p.x(s.to)-p.x(s.from)
	class, h := p.classOf(s.role), 4.0
	if class != "plain" {
		h = 12
	}
	p.printf(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%g" rx="1.5"/>`+"\n", class, x, p.y(n)-h/2, max(0.8, w), h)
	if class != "lead" {
		return
	}
	text := fmt.Sprintf("%s %d", s.role, s.epoch)
	if textWidth(text) > w-6 {
		text = fmt.Sprint(s.epoch)
	}
	if textWidth(text) < w-4 {
		p.printf(`<text class="term" x="%.1f" y="%.1f">%s</text>`+"\n", x+4, p.y(n)+3.5, html.EscapeString(text))
	}
}

// classOf is how a role looks.
func (s *scene) classOf(role string) string {
	switch {
	case role == s.Leads || s.Leads == "" && (role == "leader" || role == "primary"):
		return "lead"
	case role == "candidate":
		return "candidate"
	}
	return "plain"
}

// messages draws all messages from lane to lane as one path; those that are lost
// end half-way.
func (p *picture) messages(lost bool, class string) {
	opacity := 0.75
	if !lost { // many messages are a grey area, in which one must still see through
		opacity = min(0.32, 600/float64(len(p.mail)+1))
	}
	p.printf(`<path class="%s" stroke-opacity="%.2f" d="`, class, opacity)
	for _, m := range p.mail {
		if m.lost != lost {
			continue
		}
		x1, x2, y1, y2 := p.x(m.sent), p.x(m.got), p.y(m.from), p.y(m.to)
		if lost {
			x2, y2 = x1+4, y1+(y2-y1)*0.4
		}
		p.printf("M%s %sl%s %s", short(x1), short(y1), short(x2-x1), short(y2-y1))
	}
	p.buf.WriteString(`"/>` + "\n")
}

// short writes a length to a tenth of a pixel.
func short(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}

// clients draws a row per client, with its operations.
func (p *picture) clients() {
	if len(p.cls) == 0 {
		return
	}
	p.printf(`<text class="name" x="%g" y="%.1f">ops</text>`+"\n", left-8, (p.ops+4+p.below)/2+3)
	for _, result := range []string{"ok", "fail", "info", "core"} {
		p.printf(`<path class="%s" d="`, result)
		for i, list := range p.cls {
			for _, o := range list {
				if o.result == result {
					p.printf("M%s %sh%s", short(p.x(o.from)), short(p.row(i)), short(max(1.2, p.x(o.to)-p.x(o.from))))
				}
			}
		}
		p.buf.WriteString(`"/>` + "\n")
	}
	if !p.Operations {
		return
	}
	for i, list := range p.cls {
		p.operationTexts(i, list)
	}
}

// operationTexts writes what the operations of a client were. Those of the core come first, the others where room is left.
func (p *picture) operationTexts(client int, list []operation) {
	type room struct{ from, to float64 }
	var taken []room
	for _, class := range []string{"op wrong", "op"} {
		for j, o := range list {
			r := room{p.x(o.from), p.x(o.from) + textWidth(o.text)}
			crowded := slices.ContainsFunc(taken, func(t room) bool { return r.from < t.to && t.from < r.to })
			next := j+1 < len(list) && p.x(list[j+1].from) < r.to
			if core := o.result == "core"; core != (class == "op wrong") || !core && (crowded || next || r.to > width-right) {
				continue
			}
			taken = append(taken, r)
			p.printf(`<text class="%s" x="%.1f" y="%.1f">%s</text>`+"\n", class, r.from, p.row(client)-4, html.EscapeString(o.text))
		}
	}
}

// row is the height at which the operations of a client are.
func (p *picture) row(client int) float64 {
	return p.ops + 4 + (float64(client)+0.5)*p.rowOp() + (p.rowOp()-rowOp)/2
}

// axis draws the time.
func (p *picture) axis() {
	step := stepFor(p.To - p.From)
	for t := (p.From + step - 1) / step * step; t <= p.To; t += step {
		p.printf(`<line class="tick" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/><text class="time" x="%.1f" y="%.1f">%v</text>`+"\n", p.x(t), p.x(t), p.top, p.below+3, p.x(t), p.below+14, t)
	}
}
