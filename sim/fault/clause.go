package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"simrun/sim/disk"
)

// clause is a part of a line, in the order in which a kind lists them.
type clause uint8

const (
	nodesC    clause = iota // who
	someC                   // who, or nobody in particular
	groupsC                 // of a partition: groups, or a shape
	linksC                  // which links
	onC                     // on which links, or on all
	inFlightC               // whether messages under way are dropped
	opC                     // at which disk operation
	keepC                   // what a crash leaves
	byC                     // by how long
	stepC                   // by how long, with a sign
	jumpC                   // how long, with a sign for backwards only
	everyC                  // with which period
	chanceC                 // with which probability
	driftC                  // by which part of the time
	distC                   // with which distribution
	rateC                   // how many bytes per second
	queueC                  // how many messages may wait
	fileC                   // in which file
	sectorC                 // in which sector
	leftC                   // how much of it is left
	whichC                  // which calls: with which probability, or which one
	accessC                 // of which kind
	moveC                   // of which kind, if they move bytes
	forC                    // how long
)

// opening are the words that a clause can begin with, if it may be left out.
var opening = map[clause][]string{
	onC: {"on"}, inFlightC: {"dropping"}, opC: {"at"}, keepC: {"keeping", "wiping"}, queueC: {"queue"},
	accessC: accessWords, moveC: accessWords[:2], leftC: {"to"}, fileC: {"in"}, sectorC: {"sector"}, forC: {"for", "forever"},
}

// followers are the words with which a fault of kind k can go on.
func followers(k Kind) []string {
	var list []string
	for _, c := range forms[k].clauses {
		list = append(list, opening[c]...)
	}
	return list
}

// clause reads one part of a line.
func (p *parser) clause(c clause, f *Fault) {
	switch c {
	case nodesC:
		f.Target = Target(p.nodes().String())
	case someC:
		if p.peek() != "" && p.peek() != "for" && p.peek() != "forever" {
			f.Target = Target(p.nodes().String())
		}
	case groupsC:
		p.groups(f)
	case linksC:
		f.Target = p.links()
	case onC:
		if p.accept("on") {
			f.Target = p.nodesOrLinks()
		}
	case inFlightC:
		if p.accept("dropping") {
			p.want("in-flight")
			f.InFlight = true
		}
	case opC:
		if p.accept("at") {
			p.want("disk")
			p.want("op")
			f.Op = p.integer("the number of a disk operation, from 1")
		}
	case keepC:
		p.keep(f)
	case byC:
		p.want("by")
		f.By = p.positive()
	case stepC:
		f.By = p.signed("a step like +400ms or -1s")
	case jumpC:
		f.By = p.signed("a jump like 200ms")
	case everyC:
		p.want("every")
		f.Every = p.positive()
	case chanceC:
		f.Ratio = p.ratio("a probability like 1/100", false)
	case driftC:
		f.Ratio = p.ratio("a drift like +1/1000 or -1/500", true)
	case distC:
		p.dist(f)
	case rateC:
		f.Rate = p.rate()
	case queueC:
		if p.accept("queue") {
			f.Queue = p.integer("a number of messages, from 1")
		}
	case fileC:
		if p.accept("in") {
			f.File = p.word("the name of a file")
		}
	case sectorC:
		if p.accept("sector") {
			f.Sector = p.integer("the number of a sector, from 1")
		}
	case leftC:
		if p.accept("to") {
			f.Left = p.integer("a number of bytes, from 1")
		}
	case whichC:
		if n, ok := ordinal(p.peek()); ok {
			p.next()
			f.Op = n
		} else {
			f.Ratio = p.ratio("a probability like 1/100, or one call like 3rd", false)
		}
	case accessC, moveC:
		for _, w := range opening[c] {
			if p.accept(w) {
				f.Access = Access(w)
				break
			}
		}
	case forC:
		p.length(f)
	}
}

// length reads how long a fault lasts.
func (p *parser) length(f *Fault) {
	if p.accept("forever") {
		f.For = Forever
	} else if p.accept("for") {
		f.For = p.positive()
	}
}

// positive takes a duration above zero.
func (p *parser) positive() time.Duration {
	if d, err := time.ParseDuration(p.peek()); err == nil && d == 0 {
		p.expected("a duration above 0")
		return 0
	}
	return p.duration("a duration like 800ms")
}

// signed takes a duration, forward or back.
func (p *parser) signed(what string) time.Duration {
	d, err := time.ParseDuration(p.peek())
	if err != nil || d == 0 {
		p.expected(what)
		return 0
	}
	if d > MaxJump || d < -MaxJump {
		p.expected("a jump of at most 100000h")
		return 0
	}
	p.next()
	return d
}

// maxDen bounds the numbers of a ratio: finer chances than one in a thousand million
// decide nothing in a run.
const maxDen = 1_000_000_000

// ratio takes a fraction between 0 and 1, or between -1 and 1, with both ends out for a drift.
func (p *parser) ratio(what string, signed bool) Ratio {
	text, negative := p.peek(), false
	if signed {
		text, negative = strings.CutPrefix(text, "-")
		if !negative {
			text, _ = strings.CutPrefix(text, "+")
		}
	}
	n, d, ok := strings.Cut(text, "/")
	num, err1 := strconv.ParseUint(n, 10, 31)
	den, err2 := strconv.ParseUint(d, 10, 31)
	if !ok || err1 != nil || err2 != nil || num == 0 || den > maxDen || num > den || signed && num == den {
		p.expected(what)
		return Ratio{}
	}
	p.next()
	if negative {
		return Ratio{-int64(num), int64(den)}
	}
	return Ratio{int64(num), int64(den)}
}

// dist reads a distribution with its bounds.
func (p *parser) dist(f *Fault) {
	if !slices.Contains(Dists, Dist(p.peek())) {
		p.expected("a distribution", words(Dists)...)
		return
	}
	f.Dist = Dist(p.peek())
	p.next()
	f.By = p.duration("a latency like 5ms")
	if f.Dist == Constant {
		f.Max = f.By
		return
	}
	at := p.toks[0].col
	f.Max = p.duration("the longest latency, like 50ms")
	if p.err == nil && f.Max < f.By {
		p.err = &SyntaxError{p.name, p.line, at, fmt.Sprintf("the longest latency %v is below the shortest, %v", f.Max, f.By)}
	}
}

// rateUnits are the units of a bandwidth, largest first.
var rateUnits = []struct {
	name  string
	bytes int64
}{{"MB/s", 1_000_000}, {"kB/s", 1_000}, {"B/s", 1}}

// rate takes a number of bytes per second.
func (p *parser) rate() int64 {
	for _, u := range rateUnits {
		digits, ok := strings.CutSuffix(p.peek(), u.name)
		if !ok {
			continue
		}
		if n, err := strconv.ParseUint(digits, 10, 31); err == nil && n > 0 {
			p.next()
			return int64(n) * u.bytes
		}
		break
	}
	p.expected("a bandwidth like 64kB/s")
	return 0
}

// keepWords are the words for what a crash leaves.
var keepWords = []struct {
	word string
	keep disk.Survival
}{{"all", disk.KeepAll}, {"prefix", disk.Prefix}, {"torn", disk.Torn}, {"any", disk.Reordered}, {"state", disk.Chosen}}

// keep reads what a crash leaves of what was not synced.
func (p *parser) keep(f *Fault) {
	if p.accept("wiping") {
		p.want("disk")
		f.Keep = disk.Wiped
		return
	}
	if !p.accept("keeping") {
		return
	}
	var list []string
	for _, k := range keepWords {
		if p.accept(k.word) {
			f.Keep = k.keep
			if k.keep == disk.Chosen {
				f.State = p.state()
			}
			return
		}
		list = append(list, k.word)
	}
	p.expected("what survives", list...)
}

// state takes the number of a crash state.
func (p *parser) state() disk.State {
	n, err := strconv.ParseUint(p.peek(), 10, 64)
	if err != nil {
		p.expected("the number of a crash state")
		return 0
	}
	p.next()
	return disk.State(n)
}

// words turns a list of named values into words.
func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}
