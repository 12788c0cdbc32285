package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"simrun/history/nearest"
	"simrun/sim/rng"
)

// overrides are the decisions that a case replaces. A nil pointer replaces none.
type overrides struct {
	decisions map[decisionKey]int64
	drops     map[dropKey]bool
	listed    bool // the operations of the fault phase that are kept are those in only
	only      map[dropKey]bool
	requests  bool // a decision about a client's request is replaced
}

type decisionKey struct {
	what         rng.Name
	who, ordinal uint64
}

type dropKey struct{ client, ordinal int }

// decidable are the decisions that can be replaced, and whether they are about a link or a node.
var decidable = map[string]bool{
	"latency": true, "loss": true, "duplicate": true, "copy latency": true, "corrupt": true, "reorder": true, "sync": false, "late": true, "twice": true,
}

// ofRequests are the decisions about what clients send; the others are about servers.
func ofRequests(what string) bool { return what == "late" || what == "twice" }

// newOverrides reads what a case replaces; nil if that is nothing.
func newOverrides(c *Case) (*overrides, error) {
	if len(c.Overrides) == 0 && len(c.Workload.Only) == 0 {
		return nil, nil
	}
	o := &overrides{decisions: map[decisionKey]int64{}, drops: map[dropKey]bool{}, listed: len(c.Workload.Only) > 0, only: map[dropKey]bool{}}
	for _, x := range c.Overrides {
		if err := o.add(x); err != nil {
			return nil, err
		}
	}
	for _, text := range c.Workload.Only {
		if text == NoOperation && len(c.Workload.Only) == 1 {
			break
		}
		k, ok := parseOperation(text)
		if !ok {
			return nil, fmt.Errorf("only %q: expected a client and the ordinal of its operation, like c1#5, or %s alone", text, NoOperation)
		}
		o.only[k] = true
	}
	return o, nil
}

// decision returns what the case wants instead of a decision.
func (o *overrides) decision(what rng.Name, who, ordinal uint64) (int64, bool) {
	if o == nil {
		return 0, false
	}
	v, ok := o.decisions[decisionKey{what, who, ordinal}]
	return v, ok
}

// dropped reports whether the case leaves an operation out, which is due in the fault phase
// or after it.
func (o *overrides) dropped(client, ordinal int, inFaults bool) bool {
	if o == nil {
		return false
	}
	k := dropKey{client, ordinal}
	return o.drops[k] || inFaults && o.listed && !o.only[k]
}

// add reads one override.
func (o *overrides) add(x Override) error {
	if rest, ok := strings.CutPrefix(x.Key, "drop "); ok {
		k, ok := parseOperation(rest)
		if !ok {
			return fmt.Errorf("override %q: expected a client and the ordinal of its operation, like drop c1#5", x.Key)
		}
		o.drops[k] = true
		return nil
	}
	key, err := parseKey(x.Key)
	if err != nil {
		return err
	}
	o.decisions[key] = x.Value
	o.requests = o.requests || key.what == lateName || key.what == twiceName
	return nil
}

// aboutRequests reports whether a decision about a client's request is replaced.
func (o *overrides) aboutRequests() bool { return o != nil && o.requests }

// parseOperation reads "c1#5".
func parseOperation(text string) (dropKey, bool) {
	who, n, ok := strings.Cut(text, "#")
	var c NodeID
	ordinal, err := strconv.ParseUint(n, 10, 31)
	if !ok || err != nil || c.UnmarshalText([]byte(who)) != nil || c >= 0 {
		return dropKey{}, false
	}
	return dropKey{int(-c) - 1, int(ordinal)}, true
}

// parseKey reads "latency n1>n2 1.204s#0".
func parseKey(text string) (decisionKey, error) {
	bad := func() (decisionKey, error) {
		return decisionKey{}, fmt.Errorf("override %q: expected a decision as the trace names it, like latency n1>n2 1.204s#0, sync n1 1.2s#0 or drop c1#5", text)
	}
	words := strings.Fields(text)
	if len(words) < 3 {
		return bad()
	}
	what := strings.Join(words[:len(words)-2], " ")
	onLink, ok := decidable[what]
	if len(words) == 4 && words[0] == "buggify" {
		ok = true
	}
	if !ok {
		return decisionKey{}, nearest.Unknown("decision", what, append(sortedKeys(decidable), "drop"))
	}
	at, n, ok := strings.Cut(words[len(words)-1], "#")
	t, err1 := time.ParseDuration(at)
	nth, err2 := strconv.ParseUint(n, 10, instantBits)
	if !ok || err1 != nil || err2 != nil || t < 0 {
		return bad()
	}
	who, ok := parseWho(words[len(words)-2], onLink, ofRequests(what))
	if !ok {
		return bad()
	}
	return decisionKey{rng.Of(what), who, uint64(t)<<instantBits | nth}, nil
}

// parseWho reads "n1>n2" or "n1", or of a request "c1>n2".
func parseWho(text string, onLink, request bool) (uint64, bool) {
	var from, to NodeID
	if !onLink {
		err := from.UnmarshalText([]byte(text))
		return uint64(from), err == nil && from > 0
	}
	a, b, ok := strings.Cut(text, ">")
	if !ok || from.UnmarshalText([]byte(a)) != nil || to.UnmarshalText([]byte(b)) != nil || from == 0 || (from < 0) != request || to < 1 {
		return 0, false
	}
	return linkName(from, to), true
}
