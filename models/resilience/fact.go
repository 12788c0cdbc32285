package resilience

import (
	"fmt"
	"time"

	"simrun/sim"
)

// The facts of a service.
type (
	waits      struct{ rest, timeout time.Duration } // for a dependency, while its caller waits for the rest
	turnedAway struct {                              // a call to a dependency, since all workers are busy
		dependency sim.NodeID
		busy       int // workers that wait for it
	}
)

// The facts of a gateway.
type (
	ended struct { // a call
		kind     byte
		crawler  bool
		answered bool
		took     time.Duration
	}
	again struct { // a call that failed at a service is made at another, or the same; spare is one that could have got it
		failed, now, spare sim.NodeID
	}
	admitted struct { // a call of a tenant goes on to a service
		tenant uint64
		at     time.Duration // by the gateway's clock
	}
	shown struct { // to one who browses
		page int           // the kind
		age  time.Duration // of an old one
	}
)

func (f waits) String() string {
	return fmt.Sprintf("gives its backend %v; its caller gives up after %v", f.timeout, f.rest)
}

func (f turnedAway) String() string {
	return fmt.Sprintf("turned away a call to %v, for which %d workers wait", f.dependency, f.busy)
}

func (f ended) String() string {
	how := "without an answer"
	if f.answered {
		how = "answered"
	}
	what := "a call for a counter"
	if f.kind == kindBrowse {
		what = "a lookup"
	}
	return fmt.Sprintf("%s ended after %v, %s", what, f.took, how)
}

func (f again) String() string {
	return fmt.Sprintf("a call that failed at %v is tried again at %v", f.failed, f.now)
}

func (f admitted) String() string { return "a call of " + tenantName(f.tenant) + " goes on" }

func tenantName(id uint64) string {
	if id == crawlerID {
		return "the crawler"
	}
	return fmt.Sprintf("client %d", id)
}

func (f shown) String() string {
	switch f.page {
	case newPage:
		return "shows a page"
	case oldPage:
		return fmt.Sprintf("shows a page that is %v old", f.age)
	case plainPage:
		return "shows the plain page"
	}
	return "shows nothing"
}
