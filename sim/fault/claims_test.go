package fault_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/sim/fault"
)

func TestBreachesOfClaims(t *testing.T) {
	none := fault.Claims{}
	some := fault.Claims{Lost: fault.AMinority, Partial: true, Torn: true, Wiped: fault.OneNode, Damaged: fault.AMinority, Missing: fault.OneNode, Errors: fault.AMinority, Corrupted: true, Skew: time.Second, Drift: 10}
	for _, c := range []struct {
		plan       string
		none, some string // why; "" if it stays within
	}{
		{"at 1s crash all for 1s\nat 2s partition bridge\nat 1s pause all\nat 0s loss 1/2\nat 1s crash n1 keeping all\nat 1s stall-sync all for 1s", "", ""},
		{"at 1s crash n1 keeping torn", "a crash leaves a part of what was not synced", ""},
		{"at 1s crash n1 wiping disk", "1 of 5 nodes come back with an empty disk, and 0 may", ""},
		{"at 1s crash n1 wiping disk\nat 2s crash n1 wiping disk", "1 of 5 nodes come back with an empty disk, and 0 may", ""},
		{"at 1s crash n1 wiping disk\nat 2s crash n2 wiping disk", "1 of 5 nodes come back with an empty disk, and 0 may", "2 of 5 nodes come back with an empty disk, and 1 may"},
		{"at 1s rot n1\nat 2s misdirect n2", "1 of 5 nodes have damaged data, and 0 may", ""},
		{"at 1s rot n1\nat 2s misdirect n2\nat 3s rot leader", "1 of 5 nodes have damaged data, and 0 may", "3 of 5 nodes have damaged data, and 2 may"},
		{"at 1s rot majority", "3 of 5 nodes have damaged data, and 0 may", "3 of 5 nodes have damaged data, and 2 may"},
		{"at 1s io-error all 1/2", "5 of 5 nodes have a failing disk, and 0 may", "5 of 5 nodes have a failing disk, and 2 may"},
		{"at 1s short-io all 3rd write", "5 of 5 nodes have a failing disk, and 0 may", "5 of 5 nodes have a failing disk, and 2 may"},
		{"at 1s cut-file n1 in wal", "1 of 5 nodes miss a file, or the end of one, and 0 may", ""},
		{"at 1s lose-file n1,n2", "2 of 5 nodes miss a file, or the end of one, and 0 may", "2 of 5 nodes miss a file, or the end of one, and 1 may"},
		{"at 1s cut-file n1\nat 2s lose-file n1", "1 of 5 nodes miss a file, or the end of one, and 0 may", "a second file is missing or cut"},
		{"at 1s lose-file n1\nat 2s rot n2", "1 of 5 nodes miss a file, or the end of one, and 0 may", "data is damaged, and a file is missing or cut as well"},
		{"at 1s rot n1\nat 2s lose-file n2", "1 of 5 nodes have damaged data, and 0 may", "a file is missing or cut, and data is damaged as well"},
		{"at 1s corrupt 1/2", "messages arrive with flipped bits", ""},
		{"at 1s skew n1 +500ms", "a clock is off by 500ms, and two clocks may be 0s apart", ""},
		{"at 1s skew n1 -501ms", "a clock is off by 501ms, and two clocks may be 0s apart", "a clock is off by 501ms, and two clocks may be 1s apart"},
		{"at 1s strobe n1 2s every 1ms", "a clock is off by 2s, and two clocks may be 0s apart", "a clock is off by 2s, and two clocks may be 1s apart"},
		{"at 1s drift n1 -1/100", "a clock drifts by -1/100, and 0/1000 is claimed", ""},
		{"at 1s drift n1 +1/50", "a clock drifts by 1/50, and 0/1000 is claimed", "a clock drifts by 1/50, and 10/1000 is claimed"},
		{"at 1s crash n1 forever\nat 1s isolate n2 forever", "1 of 5 nodes are lost for good, and 0 may", ""},
		{"at 1s crash n1 forever\nat 1s cut all > n2 forever\nat 1s cut n3 <> rest forever", "1 of 5 nodes are lost for good, and 0 may", "3 of 5 nodes are lost for good, and 2 may"},
		{"at 1s partition chain forever", "links are lost for good", ""},
		{"at 1s cut n1 > n2 forever", "links are lost for good", ""},
	} {
		plan, err := fault.ParsePlan("plan", c.plan)
		if err != nil {
			t.Fatal(err)
		}
		first := func(claims fault.Claims) string {
			for _, b := range claims.Breaches(plan, 5) {
				return b.Why
			}
			return ""
		}
		if got := first(none); got != c.none {
			t.Errorf("%q without claims: %q, want %q", c.plan, got, c.none)
		}
		if got := first(some); got != c.some {
			t.Errorf("%q: %q, want %q", c.plan, got, c.some)
		}
	}
}

// A network that never delivers a message twice is claimed by who says so.
func TestBreachesOfOnce(t *testing.T) {
	plan, err := fault.ParsePlan("plan", "at 1s duplicate 1/2\nat 1s loss 1/2\nat 1s reorder 1/2 by 10ms")
	if err != nil {
		t.Fatal(err)
	}
	if b := (fault.Claims{Once: true}).Breaches(plan, 5); len(b) != 1 || b[0].Why != "messages arrive twice" {
		t.Errorf("%v", b)
	}
	if b := (fault.Claims{}).Breaches(plan, 5); b != nil {
		t.Errorf("%v", b)
	}
}

// A node of a chain sees two others: with itself, that is a majority of five, and not of more.
func TestAChainOfManyHasNoMajority(t *testing.T) {
	claims := fault.Claims{Partial: true}
	plan := []fault.Fault{{Kind: fault.Partition, Shape: fault.Chain, For: fault.Forever}}
	for nodes, want := range map[int]bool{3: false, 5: false, 6: true, 7: true} {
		if got := claims.Breaches(plan, nodes) != nil; got != want {
			t.Errorf("a chain of %d nodes for good goes beyond the claims: %v", nodes, got)
		}
	}
}

func TestSkewWithoutBound(t *testing.T) {
	claims := fault.Claims{Skew: fault.Forever}
	if b := claims.Breaches([]fault.Fault{{Kind: fault.Skew, Target: "n1", By: time.Hour}}, 5); b != nil {
		t.Error(b)
	}
}

// A system that counts on a synchronous network claims less than the least.
func TestBreachesOfSynchrony(t *testing.T) {
	claims := fault.Claims{Synchronous: 50 * time.Millisecond}
	const lost, paused = "messages are lost or wait, and each must arrive within 50ms", "nodes pause or are slow, and none may"
	for plan, want := range map[string][]string{
		"at 1s crash all for 1s\nat 1s crash-loop n1 every 50ms for 1s\nat 0s duplicate 1/2\nat 1s slow-sync all by 1s\nat 1s heal\nat 1s resume n1": {""},
		"at 1s partition bridge for 1ms": {lost},
		"at 1s isolate n1\nat 1s cut n1 > n2\nat 1s clog on n1 > n2\nat 1s swizzle-clog all\nat 1s loss 1/100\nat 1s bandwidth 4kB/s": {lost, lost, lost, lost, lost, lost},
		"at 1s pause n1 for 1ms\nat 1s slow n1 by 1ms":                                                                                                {paused, paused},
		"at 1s latency uniform 1ms 50ms\nat 2s latency constant 51ms\nat 2s latency constant 20ms":                                                    {"", "a message may take 51ms, and each must arrive within 50ms", ""},
		"at 1s latency uniform 1ms 20ms\nat 2s reorder 1/2 by 20ms\nat 3s reorder 1/2 by 11ms\nat 3s reorder 1/2 by 10ms\nat 4s crash n1 wiping disk": {"", "", "a message may take 51ms, and each must arrive within 50ms", "", "1 of 5 nodes come back with an empty disk, and 0 may"},
	} {
		faults, err := fault.ParsePlan("plan", plan)
		if err != nil {
			t.Fatal(err)
		}
		why := map[fault.Fault]string{}
		for _, b := range claims.Breaches(faults, 5) {
			why[b.Fault] = b.Why
		}
		for i, f := range faults {
			if i < len(want) && why[f] != want[i] || i >= len(want) && why[f] != "" {
				t.Errorf("%v: %q, want %q", f, why[f], want)
			}
		}
	}
}

// Of a system that forgets what it had, those that crash and those that are lost for good are a minority together.
func TestBreachesOfMemory(t *testing.T) {
	claims := fault.Claims{Forgets: true, Lost: fault.AMinority, Torn: true}
	const why = "3 of 5 nodes crash or are lost for good, and 2 may"
	for plan, want := range map[string]string{
		"at 1s crash n1 for 1s\nat 2s crash-loop n2 every 50ms for 1s\nat 5s crash n1 keeping torn": "",
		"at 1s crash n1 for 1s\nat 2s crash n2 wiping disk\nat 9s crash n3 for 1ms":                 why,
		"at 1s crash n1 forever\nat 2s crash any for 1s":                                            "",
		"at 1s crash n1 forever\nat 2s crash any 2 for 1s":                                          why,
		"at 1s isolate n1 forever\nat 2s crash n2 for 1s\nat 3s crash-loop n3 every 50ms":           why,
		"at 2s crash n2 for 1s\nat 2s crash n3 for 1s\nat 3s isolate n1 forever":                    "3 of 5 nodes are lost for good, and 2 may",
		"on commit crash majority for 1ms":                                                          why,
		"at 1s pause all\nat 1s isolate n1\nat 1s stall-sync all for 1s":                            "",
	} {
		faults, err := fault.ParsePlan("plan", plan)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, b := range claims.Breaches(faults, 5) {
			got = b.Why
		}
		if got != want {
			t.Errorf("%q: %q, want %q", plan, got, want)
		}
	}
}

// A profile refuses the roles and events that it does not list, wherever a fault names them.
func TestProfileChecksRolesAndEvents(t *testing.T) {
	p := fault.Profile{Roles: []string{"head", "tail"}, Leader: "head", Events: []fault.EventDecl{{Event: "commit"}}}
	for line, want := range map[string]string{
		"at 1s crash head":                          "",
		"on commit crash old tail":                  "",
		"on 2nd ack cut head > tail and n1 <> rest": "",
		"at 1s crash leader":                        `fault "at 1s crash leader": expected a node (n1, …) or a role, found "leader"; known are head, tail, old, any, role, it, minority, majority, all, rest`,
		"at 1s isolate n1,hed":                      `fault "at 1s isolate n1,hed": expected a node (n1, …) or a role, found "hed"; the nearest word is "head"`,
		"at 1s loss 1/2 on n1 > tial":               `fault "at 1s loss 1/2 on n1 > tial": expected a node (n1, …) or a role, found "tial"; the nearest word is "tail"`,
		"at 1s partition halves around nobody":      `fault "at 1s partition halves around nobody": expected a node (n1, …) or a role, found "nobody"; known are head, tail, old, any, role, it, minority, majority, all, rest`,
		"on comit crash it":                         `fault "on comit crash it": expected an event, found "comit"; the nearest word is "commit"`,
	} {
		f, err := fault.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := p.Check(f); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}

// What is claimed is said, each claim once, and what is not claimed is not.
func TestSurvives(t *testing.T) {
	for want, c := range map[string]fault.Claims{
		"crashes and restarts of any nodes with what they synced; lost, delayed, duplicated and reordered messages; links that are cut for a while; nodes that pause": {},
		"crashes and restarts of any nodes with what they synced; lost, delayed and reordered messages; links that are cut for a while; nodes that pause":             {Once: true},
		"crashes and restarts of any nodes with what they synced; messages that take up to 50ms; a minority lost for good; one node with an empty disk; all nodes with a failing disk; torn and reordered writes": {
			Synchronous: 50 * time.Millisecond, Lost: fault.AMinority, Wiped: fault.OneNode, Errors: fault.Everybody, Torn: true},
	} {
		if got := strings.Join(c.Survives(), "; "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	all := fault.Claims{Partial: true, Damaged: fault.OneNode, Corrupted: true, Skew: fault.Forever, Drift: 15, Repeats: true}
	for _, want := range []string{"links lost for good, while a majority is connected", "one node with damaged data", "flipped bits in messages", "requests of clients that arrive late or twice", "any difference between clocks", "clocks that run up to 1.5 % fast or slow"} {
		if !slices.Contains(all.Survives(), want) {
			t.Errorf("%q lacks %q", all.Survives(), want)
		}
	}
	if list := (fault.Claims{Skew: time.Second}).Survives(); !slices.Contains(list, "clocks that differ by up to 1s") {
		t.Errorf("%q", list)
	}
}
