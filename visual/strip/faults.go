package strip

import (
	"html"
	"strings"
)

// textWidth is about how wide a small text is.
func textWidth(s string) float64 { return 5.6 * float64(len([]rune(s))) }

// label is what is written next to a fault: its line, without the time, which the
// picture shows.
func (b *bar) label() string {
	text := b.text
	if _, after, ok := strings.Cut(text, " "); ok {
		_, text, _ = strings.Cut(after, " ")
	}
	return text
}

// span is the room that a fault takes with its text, and where the text begins.
func (p *picture) span(b *bar) (from, to, text float64) {
	x1, x2, w := p.x(b.from), p.x(b.to), textWidth(b.label())+8
	switch {
	case w <= x2-x1:
		return x1, x2, x1 + 4
	case x2+w <= width-right:
		return x1, x2 + w, x2 + 4
	}
	return max(left, x1-w), x2, max(left, x1-w) + 4
}

// fitFaults gives each fault a row in which it has room, and returns how many rows
// there are.
func (p *picture) fitFaults() int {
	var busy []float64 // by row: where it is free from
	p.rows = make([]int, len(p.bars))
	for i := range p.bars {
		from, to, _ := p.span(&p.bars[i])
		row := 0
		for row < len(busy) && busy[row] > from {
			row++
		}
		if row == len(busy) {
			busy = append(busy, 0)
		}
		busy[row] = to + 4
		p.rows[i] = row
	}
	return len(busy)
}

// faults draws the faults as bars above the lanes.
func (p *picture) faults() {
	for i := range p.bars {
		b := &p.bars[i]
		y := p.top + float64(p.rows[i])*rowFor
		_, _, text := p.span(b)
		x1, x2 := p.x(b.from), p.x(b.to)
		if b.from == b.to {
			p.printf(`<circle class="moment" cx="%.1f" cy="%.1f" r="3.5"/>`+"\n", x1, y+7)
		} else {
			p.printf(`<rect class="fault" x="%.1f" y="%.1f" width="%.1f" height="14" rx="3"/>`+"\n", x1, y, max(2, x2-x1))
		}
		p.printf(`<text class="what" x="%.1f" y="%.1f">%s</text>`+"\n", text, y+10.5, html.EscapeString(b.label()))
		bottom := p.ops
		p.printf(`<path class="edge" d="M%.1f %.1fV%.1fM%.1f %.1fV%.1f"/>`+"\n", x1, y+14, bottom, x2, y+14, bottom)
	}
}
