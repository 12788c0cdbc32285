package shrink

import (
	"slices"
	"strings"

	"simrun/sim"
)

// siteWeight is how complicated a site is, like [weight] of a fault: more than one override.
const siteWeight = 10

// anySite reports whether the seed chooses the sites of a case.
func anySite(c *sim.Case) bool { return slices.Equal(c.Buggify, []sim.SiteName{sim.EverySite}) }

// sitesNamed counts the sites that a case names.
func sitesNamed(c *sim.Case) int {
	if anySite(c) {
		return 0
	}
	return len(c.Buggify)
}

// dropSites takes sites away: all, then those that never fired, then one after the other. What is left fires a few times, of which again
// few may be needed: each is an override.
func (r *reduction) dropSites() bool {
	c := r.best.c
	if len(c.Buggify) == 0 {
		return false
	}
	var fired []sim.SiteName
	for _, s := range r.best.run.Sites {
		if s.Fired > 0 && (anySite(&c) || slices.Contains(c.Buggify, s.Site)) {
			fired = append(fired, s.Site)
		}
	}
	helped := r.try(withSites(c, nil)) || r.try(withSites(c, fired))
	if c = r.best.c; anySite(&c) {
		return helped
	}
	all := c.Buggify
	left := r.subsets(len(all), func(subset []int) sim.Case { return withSites(c, pick(all, subset)) })
	return r.byFiring() || left < len(all) || helped
}

// byFiring puts an override for each time that a site fired in place of the sites.
func (r *reduction) byFiring() bool {
	c := withSites(r.best.c, nil)
	for i := range r.best.run.Trace.Records {
		rec := &r.best.run.Trace.Records[i]
		if rec.Kind == sim.Note && rec.Key != "" && strings.HasPrefix(rec.Text, "buggify ") && !slices.ContainsFunc(c.Overrides, func(o sim.Override) bool { return o.Key == "buggify "+rec.Key }) {
			c.Overrides = append(slices.Clone(c.Overrides), sim.Override{Key: "buggify " + rec.Key, Value: 1})
		}
	}
	return len(r.best.c.Buggify) > 0 && len(c.Overrides) <= mostOverrides && r.excursion([]sim.Case{c}, r.dropFaults)
}

func withSites(c sim.Case, sites []sim.SiteName) sim.Case {
	c.Buggify = sites
	return c
}
