// Package cycle draws an anomaly of transactions: a box for each transaction with what it did, the dependencies between them as
// arrows, and below, when each of them ran. It is one SVG, without script, that follows the reader's light or dark theme.
package cycle

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"strings"

	"simrun/history"
	"simrun/internal/count"
	"simrun/trial"
)

// Options steer a picture.
type Options struct {
	Untimed  bool // the times of the history are positions
	Untitled bool // leave out the title, which the page has
}

// Measures of the picture, in pixels. All of them are whole numbers, so that it is the same on every machine.
const (
	width    = 960
	margin   = 16
	boxWide  = 348
	lineHigh = 15
	headHigh = 26 // of a box: its name
	between  = 44 // one box and the next below it: room for a label
	title    = 34
	most     = 40 // transactions that are drawn
)

// A box is a transaction.
type box struct {
	trial.Transaction
	lines    []string // what it did
	x, y, h  int
	right    bool // in the right column, which is read upwards
	from, to history.Time
	end      string // how: class of its bar
}

// picture is an SVG in the making.
type picture struct {
	buf     bytes.Buffer
	anomaly *trial.Anomaly
	boxes   []box
	missing int // transactions that are not drawn
	bottom  int // of the boxes
	Options
}

// Write draws an anomaly of a history. The transactions of a cycle go down the left side and up the right one. The error is that of w.
func Write(w io.Writer, i *trial.Isolation, a *trial.Anomaly, h []history.Event, o Options) error {
	p := &picture{anomaly: a, Options: o}
	p.take(i, h)
	p.place()
	axis := p.axisHigh()
	p.open(p.bottom + axis)
	for n := range p.boxes {
		p.box(&p.boxes[n])
	}
	for n := range a.Edges {
		p.arrow(&a.Edges[n])
	}
	p.times()
	p.buf.WriteString("</svg>\n")
	_, err := w.Write(p.buf.Bytes())
	return err
}

// take finds the transactions of the anomaly, and when they ran.
func (p *picture) take(i *trial.Isolation, h []history.Event) {
	known := map[int]trial.Transaction{}
	for _, t := range i.Transactions {
		known[t.Event] = t
	}
	for _, event := range p.anomaly.Transactions {
		t, ok := known[event]
		if !ok || event >= len(h) {
			continue
		}
		if len(p.boxes) == most {
			p.missing++
			continue
		}
		b := box{Transaction: t}
		for _, step := range strings.Split(t.Did, ", ") {
			b.lines = append(b.lines, wrap(step, (boxWide-20)/7)...)
		}
		b.h = headHigh + lineHigh*len(b.lines) + 8
		b.run(h)
		p.boxes = append(p.boxes, b)
	}
}

// run finds when the transaction ran.
func (b *box) run(h []history.Event) {
	b.from, b.end = h[b.Event].Time, "info"
	b.to = h[len(h)-1].Time
	for _, e := range h[b.Event+1:] {
		if e.Process == h[b.Event].Process {
			if b.end = e.Type.String(); e.Type == history.OK || e.Type == history.Fail {
				b.to = e.Time
			}
			return
		}
	}
}

// place puts the first half of the boxes on the left, from the top, and the others on the right, from the bottom.
func (p *picture) place() {
	half := (len(p.boxes) + 1) / 2
	rows := make([]int, half)
	row := func(n int) int {
		if n < half {
			return n
		}
		return 2*half - 1 - n
	}
	for n := range p.boxes {
		rows[row(n)] = max(rows[row(n)], p.boxes[n].h)
	}
	tops := make([]int, half)
	if p.bottom = title; p.Untitled {
		p.bottom = margin
	}
	for r := range rows {
		tops[r] = p.bottom
		p.bottom += rows[r] + between
	}
	p.bottom -= between - 12
	for n := range p.boxes {
		b, r := &p.boxes[n], row(n)
		b.x, b.y, b.right = margin, tops[r]+(rows[r]-b.h)/2, n >= half
		if b.right {
			b.x = width - margin - boxWide
		}
	}
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.buf, format, args...) }

// open writes the head: size, colours for both themes, title.
func (p *picture) open(height int) {
	says := Title(p.anomaly)
	p.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="anomaly" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n<style>%s</style>\n",
		width, height, width, height, html.EscapeString(says), style)
	p.printf(`<rect class="paper" width="%d" height="%d" rx="6"/>`+"\n", width, height)
	if !p.Untitled {
		p.printf(`<text class="title" x="%d" y="21">%s</text>`+"\n", margin, html.EscapeString(says))
	}
	if p.missing > 0 {
		p.printf(`<text class="more" x="%d" y="13">and %s more transactions</text>`+"\n", width-margin, count.Grouped(p.missing))
	}
}

// Title is what an anomaly is called, and the weakest levels that forbid it: "G2-item, which repeatable-read forbids".
func Title(a *trial.Anomaly) string {
	var levels []string
	for _, l := range a.Breaks {
		levels = append(levels, l.String())
	}
	switch len(levels) {
	case 0:
		return a.Name
	case 1:
		return a.Name + ", which " + levels[0] + " forbids"
	}
	return a.Name + ", which " + strings.Join(levels, " and ") + " forbid"
}

func (p *picture) box(b *box) {
	p.printf(`<rect class="box" x="%d" y="%d" width="%d" height="%d" rx="5"/>`+"\n", b.x, b.y, boxWide, b.h)
	where := b.Process
	if b.Line > 0 {
		where += fmt.Sprintf(", line %d", b.Line)
	}
	p.printf(`<text class="name" x="%d" y="%d">%s</text><text class="where" x="%d" y="%d">%s</text>`+"\n",
		b.x+10, b.y+18, html.EscapeString(b.Name), b.x+boxWide-10, b.y+18, html.EscapeString(where))
	for n, line := range b.lines {
		p.printf(`<text x="%d" y="%d">%s</text>`+"\n", b.x+10, b.y+headHigh+12+n*lineHigh, html.EscapeString(line))
	}
}

// wrap divides a text into lines of at most some characters, at spaces where it can.
func wrap(text string, most int) []string {
	var lines []string
	line := []rune{}
	for _, word := range strings.Split(text, " ") {
		next := []rune(word)
		if len(line) > 0 && len(line)+1+len(next) > most {
			lines, line = append(lines, string(line)), nil
		}
		if len(line) > 0 {
			line = append(line, ' ')
		}
		line = append(line, next...)
		for len(line) > most {
			lines, line = append(lines, string(line[:most])), line[most:]
		}
	}
	return append(lines, string(line))
}
