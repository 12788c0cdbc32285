package cycle

import (
	"html"

	"simrun/trial"
)

// apart is how far the two arrows between boxes that face each other are from their middle.
const apart = 14

// find returns the box of a transaction, by the event that began it; nil if it is not drawn.
func (p *picture) find(event int) *box {
	for n := range p.boxes {
		if p.boxes[n].Event == event {
			return &p.boxes[n]
		}
	}
	return nil
}

// arrow draws a dependency, with its kind and key.
func (p *picture) arrow(e *trial.Dependency) {
	a, b := p.find(e.From), p.find(e.To)
	if a == nil || b == nil {
		return
	}
	label := e.Kind
	if e.Key != "" {
		label += " " + e.Key
	}
	if a.right == b.right {
		p.upright(a, b, e.Kind, label)
		return
	}
	p.across(a, b, e.Kind, label)
}

// upright joins two boxes of one column.
func (p *picture) upright(a, b *box, kind, label string) {
	x, y1, y2, tip := a.x+boxWide/2, a.y+a.h+2, b.y-2, -7
	if b.y < a.y {
		y1, y2, tip = a.y-2, b.y+b.h+2, 7
	}
	p.printf(`<path class="edge %s" d="M%d %dV%d"/><path class="tip %s" d="M%d %dl-4 %dh8z"/>`+"\n", kind, x, y1, y2+tip, kind, x, y2, tip)
	p.label(x, (y1+y2)/2, kind, label)
}

// across joins a box of one column with one of the other.
func (p *picture) across(a, b *box, kind, label string) {
	x1, x2, tip, off := a.x+boxWide+2, b.x-2, -7, -apart
	if a.right {
		x1, x2, tip, off = a.x-2, b.x+boxWide+2, 7, apart
	}
	y1, y2 := a.y+a.h/2+off, b.y+b.h/2+off
	middle := (x1 + x2) / 2
	p.printf(`<path class="edge %s" d="M%d %dC%d %d %d %d %d %d"/><path class="tip %s" d="M%d %dl%d -4v8z"/>`+"\n",
		kind, x1, y1, middle, y1, middle, y2, x2+tip, y2, kind, x2, y2, tip)
	p.label(middle, (y1+y2)/2, kind, label)
}

// label writes what an arrow is, on paper, so that it can be read over the line.
func (p *picture) label(x, y int, kind, text string) {
	if r := []rune(text); len(r) > 26 {
		text = string(r[:25]) + "…"
	}
	w := 7*len([]rune(text)) + 12
	p.printf(`<rect class="label %s" x="%d" y="%d" width="%d" height="18" rx="9"/><text class="kind %s" x="%d" y="%d">%s</text>`+"\n",
		kind, x-w/2, y-9, w, kind, x, y+4, html.EscapeString(text))
}
