package cycle

import (
	"fmt"
	"html"
	"slices"
	"time"

	"simrun/history"
)

// Measures of the axis of time.
const (
	rowHigh  = 20
	gutter   = 190 // of the names
	axisHigh = 24
)

func (p *picture) axisHigh() int { return 16 + rowHigh*len(p.boxes) + axisHigh }

// span is the time from the first invocation to the last completion.
func (p *picture) span() (from, to history.Time) {
	for i, b := range p.boxes {
		if i == 0 || b.from < from {
			from = b.from
		}
		to = max(to, b.to)
	}
	return from, max(to, from+1)
}

// times draws when each transaction ran: a row for each, in order of invocation.
func (p *picture) times() {
	from, to := p.span()
	x := func(t history.Time) int {
		room := history.Time(width - margin - gutter)
		return gutter + int(scale(t-from, room, to-from))
	}
	top := p.bottom + 16
	end := top + rowHigh*len(p.boxes)
	step := stepFor(to - from)
	for t := (from + step - 1) / step * step; t <= to; t += step {
		text := p.moment(t, step)
		p.printf(`<path class="tick" d="M%d %dV%d"/><text class="time" x="%d" y="%d">%s</text>`+"\n", x(t), top, end, min(max(x(t), gutter+20), width-margin-20), end+15, text)
	}
	sorted := slices.Clone(p.boxes)
	slices.SortFunc(sorted, func(a, b box) int { return a.Event - b.Event })
	for i, b := range sorted {
		y := top + i*rowHigh
		p.printf(`<text class="row" x="%d" y="%d"><tspan class="name">%s</tspan> %s</text>`+"\n", gutter-8, y+14, html.EscapeString(b.Name), html.EscapeString(clipped(b.Process)))
		p.printf(`<path class="lane" d="M%d %dH%d"/>`+"\n", gutter, y+10, width-margin)
		p.printf(`<rect class="bar %s" x="%d" y="%d" width="%d" height="12" rx="2"><title>%s</title></rect>`+"\n",
			b.end, x(b.from), y+4, max(4, x(b.to)-x(b.from)), html.EscapeString(b.Name+": "+b.Did))
	}
}

// moment is a time in the unit of the distance between ticks.
func (p *picture) moment(t, step history.Time) string {
	if p.Untimed {
		return fmt.Sprintf("event %d", int64(t))
	}
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if size := history.Time(unit.size); step >= size {
			return fmt.Sprintf("%d %s", t/size, unit.name)
		}
	}
	return fmt.Sprintf("%d ns", int64(t))
}

// clipped is a name that fits into the gutter.
func clipped(name string) string {
	if r := []rune(name); len(r) > 18 {
		return string(r[:17]) + "…"
	}
	return name
}

// scale is t·room/all, without an overflow: a span may be years of nanoseconds.
func scale(t, room, all history.Time) history.Time {
	for all > 1<<40 {
		t, all = t>>1, all>>1
	}
	return t * room / all
}

// stepFor is the distance of ticks: at most eight, at round times.
func stepFor(span history.Time) history.Time {
	step := history.Time(1)
	for {
		for _, factor := range []history.Time{1, 2, 5} {
			if span/(step*factor) < 8 {
				return step * factor
			}
		}
		if step > history.Time(100*24*time.Hour) {
			return span
		}
		step *= 10
	}
}
