// Command growth draws how the time of a benchmark grows with what it is given. It reads what go test prints of benchmarks whose names end in how much there was
// to do, and which state cpu-µs/transaction, and writes an SVG:
//
//	go test ./check/txn -run '^$' -bench Check | go run ./docs/make/growth > docs/isolation/growth.svg
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
)

func main() {
	curves := read(os.Stdin)
	if len(curves) == 0 {
		fmt.Fprintln(os.Stderr, "growth: standard input has no benchmark with cpu-µs/transaction")
		os.Exit(254)
	}
	draw(os.Stdout, curves)
}

// curve is one benchmark at several sizes.
type curve struct {
	name   string
	points []point
}

// point is how long a size took.
type point struct{ n, seconds float64 }

var line = regexp.MustCompile(`^Benchmark\w+/([\w-]+)/(\d+)(?:-\d+)?\s.*?([\d.]+) cpu-µs/transaction`)

// read returns the curves in the order in which they come.
func read(r io.Reader) []curve {
	var all []curve
	at := map[string]int{}
	for lines := bufio.NewScanner(r); lines.Scan(); {
		m := line.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		i, ok := at[m[1]]
		if !ok {
			i = len(all)
			at[m[1]] = i
			all = append(all, curve{name: m[1]})
		}
		n, _ := strconv.ParseFloat(m[2], 64)
		each, _ := strconv.ParseFloat(m[3], 64)
		all[i].points = append(all[i].points, point{n, each * n / 1e6})
	}
	return all
}

// Measures of the chart, in pixels; its axes count tenfolds, from 1,000 transactions and from a millisecond.
const (
	width, height = 640.0, 320.0
	left, right   = 60.0, 160.0
	top, bottom   = 30.0, 40.0
	fewest, sizes = 3.0, 3.0
	least, times  = -3.0, 5.0
)

func x(n float64) float64 { return left + (math.Log10(n)-fewest)/sizes*(width-left-right) }
func y(seconds float64) float64 {
	return height - bottom - (math.Log10(seconds)-least)/times*(height-top-bottom)
}

func draw(w io.Writer, curves []curve) {
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-label="time to decide a history">`+"\n<style>%s</style>\n", width, height, width, height, style)
	fmt.Fprintf(w, `<rect class="paper" width="%g" height="%g" rx="5"/><text class="title" x="8" y="18">time of a core, by transactions</text>`+"\n", width, height)
	for i := 0.0; i <= times; i++ {
		s := math.Pow(10, least+i)
		fmt.Fprintf(w, `<line class="grid" x1="%g" x2="%g" y1="%.1f" y2="%.1f"/><text class="share" x="%g" y="%.1f">%g s</text>`+"\n", left, width-right, y(s), y(s), left-6, y(s)+3, s)
	}
	for i, name := range []string{"1,000", "10,000", "100,000", "1,000,000"} {
		at := x(math.Pow(10, fewest+float64(i)))
		fmt.Fprintf(w, `<line class="grid" x1="%.1f" x2="%.1f" y1="%g" y2="%g"/><text class="time" x="%.1f" y="%g">%s</text>`+"\n", at, at, top, height-bottom, at, height-bottom+14, name)
	}
	for i, c := range curves {
		fmt.Fprintf(w, `<polyline class="curve c%d" points="`, i%6)
		for _, p := range c.points {
			fmt.Fprintf(w, "%.1f,%.1f ", x(p.n), y(p.seconds))
		}
		fmt.Fprintln(w, `"/>`)
	}
	names(w, curves)
	fmt.Fprintln(w, "</svg>")
}

// names writes the names of the curves behind their ends, from the top, so that none is written over another.
func names(w io.Writer, curves []curve) {
	type label struct{ x, y float64 }
	var taken []label
	order := make([]int, len(curves))
	for i := range order {
		order[i] = i
	}
	end := func(i int) label {
		p := curves[i].points[len(curves[i].points)-1]
		return label{x(p.n) + 6, y(p.seconds) + 3}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(end(i).y, end(j).y) })
	for _, i := range order {
		at := end(i)
		for _, l := range taken {
			if math.Abs(l.x-at.x) < 110 && math.Abs(l.y-at.y) < 13 {
				at.y = l.y + 13
			}
		}
		taken = append(taken, at)
		fmt.Fprintf(w, `<text class="legend c%d" x="%.1f" y="%.1f">%s</text>`+"\n", i%6, at.x, at.y, html.EscapeString(curves[i].name))
	}
}

// style gives the chart its colours, in both themes.
const style = `
text{font:10px ui-sans-serif,system-ui,sans-serif;fill:#39424e}
.title{font-size:12px;font-weight:600}
.share{text-anchor:end;fill:#5c6673}.time{text-anchor:middle;fill:#5c6673}
.paper{fill:#fff;stroke:#d9dee5}
.grid{stroke:#000;stroke-opacity:.09}
svg{--c0:#2563c9;--c1:#c2410c;--c2:#7c3aed;--c3:#0f766e;--c4:#a16207;--c5:#be185d}
.c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}.c5{--c:var(--c5)}
.curve{fill:none;stroke:var(--c);stroke-width:1.8}
.legend{fill:var(--c);font-size:11px}
@media (prefers-color-scheme:dark){
text{fill:#c6d0db}.paper{fill:#14181d;stroke:#363d48}.share,.time{fill:#a2acb8}.grid{stroke:#fff}
svg{--c0:#6ca4ff;--c1:#ff8a5c;--c2:#b794f6;--c3:#4fd1c5;--c4:#f6c453;--c5:#f472b6}
}
`
