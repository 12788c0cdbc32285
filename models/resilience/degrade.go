package resilience

import (
	"time"

	"simrun/sim/blocking"
)

// pageAge is how old a page of the catalog may be that is shown in place of a new one.
const pageAge = 500 * time.Millisecond

// The kinds of pages that who browses may get.
const (
	noPage    = iota // none, which must not be
	newPage          // what the catalog says now
	oldPage          // what it said a little ago
	plainPage        // what is right at any time, and poorer
)

// degrade returns the answer to a call that ended: for a lookup that the catalog did not answer, the last page, or else the plain one. A counter has no such
// fallback: what it was a little ago is wrong.
func (g *gateway) degrade(p *blocking.Proc, c call, reply []byte) []byte {
	page, ok := decodeDone(reply)
	switch {
	case c.Kind == kindBrowse && ok:
		g.page.Keep(now(p), page)
		p.Report(shown{newPage, 0})
	case c.Kind == kindBrowse:
		return g.fallback(p)
	case ok:
		row(&g.sums, c.Key).sum = page
	case c.Kind == kindRead && p.Bug(bugStaleRead):
		return done(row(&g.sums, c.Key).sum)
	}
	return reply
}

// fallback is the page for one who browses while the catalog does not answer.
func (g *gateway) fallback(p *blocking.Proc) []byte {
	if p.Bug(bugNoFallback) {
		p.Report(shown{noPage, 0})
		return nil
	}
	if page, age, ok := g.page.Get(now(p)); ok {
		p.Sometimes(markOldPage)
		p.Report(shown{oldPage, age})
		return done(page)
	}
	p.Sometimes(markPlainPage)
	p.Report(shown{plainPage, 0})
	return done(0)
}
