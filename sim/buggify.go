package sim

import (
	"fmt"
	"slices"
	"strings"

	"simrun/history/nearest"
	"simrun/sim/rng"
)

// SiteName names a place in the code of a system where it may, for once, do something that is allowed and rare: see [Env.Buggify].
type SiteName string

// EverySite as the one entry of [Case.Buggify] means that the seed chooses which sites are on.
const EverySite SiteName = "any"

// A site that [EverySite] asks about is on in one of so many runs, and one that is on fires in one of so many of its calls: the figures of
// FoundationDB (Zhou et al., "FoundationDB: A Distributed Unbundled Transactional Key Value Store", SIGMOD 2021, section 4).
const (
	siteOnOneIn    = 4
	siteFiresOneIn = 4
)

// SiteUse is what a site that was on did in a run.
type SiteUse struct {
	Site  SiteName `json:"site"`
	Calls uint64   `json:"calls"` // before the faults healed; afterwards no site fires
	Fired uint64   `json:"fired"`
}

// site is a site of a run.
type site struct {
	SiteUse
	on   bool // it fires by chance, and not by an override alone
	name rng.Name
	nth  []instant // by server
}

var (
	siteOnName = rng.Of("buggify on")
	buggify    = "buggify "
)

func siteDecision(name SiteName) rng.Name { return rng.Of(buggify + string(name)) }

// makeSites prepares the sites of a case that has any on; a case that has none pays nothing.
func (w *world) makeSites() {
	byOverride := map[SiteName]bool{}
	for _, o := range w.c.Overrides {
		if name, ok := siteOf(o); ok {
			byOverride[name] = true
		}
	}
	if len(w.c.Buggify) == 0 && len(byOverride) == 0 {
		return
	}
	drawn := slices.Equal(w.c.Buggify, []SiteName{EverySite})
	for _, name := range w.sys.Sites {
		on := slices.Contains(w.c.Buggify, name)
		if drawn {
			on = rng.Draw(w.seed, siteOnName, uint64(siteDecision(name)), 0).Chance(1, siteOnOneIn)
		}
		s := site{SiteUse: SiteUse{Site: name}, on: on, name: siteDecision(name)}
		if on || byOverride[name] {
			s.nth = make([]instant, w.hosts()+1)
			for i := range s.nth {
				s.nth[i].at = -1
			}
		}
		w.sites = append(w.sites, s)
	}
}

// siteOf is the site whose firing an override decides.
func siteOf(o Override) (SiteName, bool) {
	rest, ok := strings.CutPrefix(o.Key, buggify)
	name, _, _ := strings.Cut(rest, " ")
	return SiteName(name), ok
}

// Buggify reports whether the node, for once, should do at this site what is allowed and rare: send a batch of one entry, let a timer
// fire early, answer late. It is false unless the case asks for it ([Case.Buggify]), and costs next to nothing then. Which sites are on,
// and which of their calls fire, are keyed decisions, so that a case can override each: "buggify early-election n2 1.204s#0". The system
// lists its sites in [System.Sites].
func (e *Env) Buggify(site SiteName) bool { return e.w.buggify(e.s, site) }

func (w *world) buggify(s *server, name SiteName) bool {
	if w.sites == nil && len(w.sys.Sites) > 0 {
		return false
	}
	if !slices.Contains(w.sys.Sites, name) {
		panic("sim: " + w.sys.Name + " asks for site " + string(name) + ", which it does not list")
	}
	i := slices.IndexFunc(w.sites, func(x site) bool { return x.Site == name })
	if i < 0 || w.sites[i].nth == nil || w.now >= Time(w.c.Duration) {
		return false
	}
	x := &w.sites[i]
	x.Calls++
	key := x.nth[s.id].next(w.now)
	fires := x.on && rng.Draw(w.seed, x.name, uint64(s.id), key).Chance(1, siteFiresOneIn)
	if v, over := w.over.decision(x.name, uint64(s.id), key); over {
		fires = v != 0
	}
	if !fires {
		return false
	}
	x.Fired++
	if w.trace != nil {
		w.record(Record{Kind: Note, Node: s.id, Text: buggify + string(name), Key: string(name) + " " + keyText(s.id.String(), key)})
	}
	return true
}

// sitesUsed lists the sites that were on, in the order in which the system lists them.
func (w *world) sitesUsed() []SiteUse {
	var list []SiteUse
	for i := range w.sites {
		if x := &w.sites[i]; x.nth != nil {
			list = append(list, x.SiteUse)
		}
	}
	return list
}

// buggified checks the sites that a case names.
func buggified(s *System, c *Case) error {
	if slices.Equal(c.Buggify, []SiteName{EverySite}) {
		return nil
	}
	named := slices.Clone(c.Buggify)
	for _, o := range c.Overrides {
		if name, ok := siteOf(o); ok {
			named = append(named, name)
		}
	}
	for _, name := range named {
		switch {
		case len(s.Sites) == 0:
			return fmt.Errorf("buggify %q: %s has no sites", name, s.Name)
		case name == EverySite:
			return fmt.Errorf("buggify %q and others: expected names of sites, or %s alone", name, EverySite)
		case !slices.Contains(s.Sites, name):
			return nearest.Unknown("site of "+s.Name, name, s.Sites)
		}
	}
	return nil
}
