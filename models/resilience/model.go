// Package resilience is a system of three tiers that is built to come back from overload, as a system under test: gateways, services, and two backends, a
// store of counters and a catalog.
//
// Each call has a deadline, which travels with it; the gateways let no tenant through who asks for too much, retry within a budget and at another service, find
// out by health checks who is back, and show an old page when there is no new one; the services keep workers free for each dependency and open a breaker before
// the catalog; the backends drop from their queues what nobody waits for any more. Package policy has these policies.
//
// Without some of them the system stays down when what brought it down is gone: a metastable failure, which its own load sustains. See Bronson and others,
// "Metastable Failures in Distributed Systems", HotOS 2021, and Huang and others, "Metastable Failures in the Wild", OSDI 2022.
package resilience

import (
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// Model is the system of three tiers as a system under test.
func Model() models.Model {
	return models.Model{
		Name:    "resilience",
		Summary: "gateways, services, a store and a catalog, with the policies that bring them back from overload",
		Guarantee: "counters are linearizable, and no operation is applied twice, as long as the store keeps what it synced; a call to one backend finds a worker of a service while the other backend hangs; " +
			"a fault of one backend or service alone does not touch the callers who don't need it; a client that browses always gets a page, at worst a plain one; no tenant gets more than its rate; " +
			"and 5 s after the last fault every gateway answers 95 % of its calls in time, and asks all services again, if no service was away for more than 10 s",
		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: []models.Workload{counters()},
		Options: []models.Option{
			{Name: optionTimeout, Summary: "how long a gateway waits for one attempt: if that is long, a backend that hangs takes more workers of the services", Values: []string{"80ms", "250ms"}},
			{Name: optionRetry, Summary: "whether gateways retry: within a budget of 20 % of the calls, never, or until the deadline", Values: []string{"budget", "none", "unbounded"}, Weaker: []string{"unbounded"}},
			{Name: optionBreaker, Summary: "which dependencies have a circuit breaker", Values: []string{"catalog", "all", "off"}},
			{Name: optionBulkhead, Summary: "whether workers are kept free for each dependency", Values: []string{"on", "off"}, Weaker: []string{"off"}},
			{Name: optionShedding, Summary: "whether backends drop calls whose caller has given up", Values: []string{"on", "off"}, Weaker: []string{"off"}},
			{Name: optionHedge, Summary: "whether gateways ask a second service when the first is slow, within the budget", Values: []string{"off", "on"}},
		},
		Bugs:     bugs,
		Nodes:    6,
		MinNodes: 6,
		Profile: fault.Profile{
			Roles:  []string{roleGateway, roleService, roleStore, roleCatalog},
			Claims: fault.Claims{Torn: true, Corrupted: true},
		},
		Monitors:        monitors,
		Marks:           []string{markTwice, markFull, markOpen, markShed, markLimited, markDown, markEjected, markOldPage, markPlainPage},
		DescribeMessage: describe,
		Converged:       converged,
	}
}

var bugs = []models.Bug{
	{Name: bugNoKey, Tier: models.Easy,
		Summary: "the store ignores the idempotency key: an operation whose answer was late is applied again by the retry",
		Oracles: []string{"linearizability"}, Source: "Nygard, \"Release It!\" (2018), chapter 5, Timeouts; Amazon Builders' Library, \"Making retries safe with idempotent APIs\""},
	{Name: bugNoBudget, Tier: models.Easy,
		Summary: "gateways retry at once and until the deadline: the retries keep the services overloaded when the fault is gone",
		Oracles: []string{checkGoodput, "progress"}, Source: "Bronson and others (HotOS 2021) §2; Site Reliability Engineering (2016), chapter 22"},
	{Name: bugStaleWork, Tier: models.Easy,
		Summary: "backends do calls whose caller has given up, so that the next ones in the queue are late too",
		Oracles: []string{checkGoodput, "progress"}, Source: "Site Reliability Engineering (2016), chapter 22, Queue Management, Latency and Deadlines"},
	{Name: bugNoBulkhead, Tier: models.Easy,
		Summary: "calls to a backend that hangs may take all workers of a service",
		Options: map[sim.OptionName]string{optionTimeout: "250ms"},
		Oracles: []string{checkBulkhead, checkUntouched}, Source: "Nygard, \"Release It!\" (2018), chapter 5, Bulkheads"},
	{Name: bugStaysOpen, Tier: models.Easy,
		Summary: "the circuit breaker never lets a probe through when it was open",
		Oracles: []string{checkGoodput, "progress"}, Source: "Nygard, \"Release It!\" (2018), chapter 5, Circuit Breaker: without a half-open state, somebody has to close it"},
	{Name: bugLongTimeout, Tier: models.Easy,
		Summary: "a service waits 2 s for a backend, though its own caller gives up much earlier",
		Oracles: []string{checkDeadline}, Source: "Site Reliability Engineering (2016), chapter 22, Deadline Propagation"},
	{Name: bugNoLimit, Tier: models.Easy,
		Summary: "gateways let all calls of one caller through, who floods the services so that the others get no answer",
		Oracles: []string{checkLimit, checkUntouched, checkGoodput, "progress"}, Source: "Site Reliability Engineering (2016), chapter 21, Per-Customer Limits"},
	{Name: bugNoFailover, Tier: models.Easy,
		Summary: "a retry goes to the service where the call has failed, though another one is there",
		Oracles: []string{checkFailover, checkUntouched}, Source: "Site Reliability Engineering (2016), chapter 21, Deciding to Retry; Envoy's retry host predicate previous_hosts"},
	{Name: bugForGood, Tier: models.Easy,
		Summary: "a service that has failed its health checks is not checked again, and gets no calls when it is back",
		Oracles: []string{checkComeBack}, Source: "Envoy, Health checking: hosts that are unhealthy are checked on, until healthy_threshold is reached"},
	{Name: bugNoFallback, Tier: models.Easy,
		Summary: "who browses gets no page while the catalog does not answer",
		Oracles: []string{checkPages}, Source: "Nygard, \"Release It!\" (2018), chapter 5, Circuit Breaker: what to do while it is open"},
	{Name: bugStalePage, Tier: models.Easy,
		Summary: "while the catalog does not answer, gateways show the last page, however old it is",
		Oracles: []string{checkPages}, Source: "RFC 5861 §4: stale-if-error has a bound"},
	{Name: bugStaleRead, Tier: models.Easy,
		Summary: "a gateway that gets no answer from the store reads the counter from what it saw last",
		Oracles: []string{"linearizability"}, Source: "Amazon Builders' Library, \"Avoiding fallback in distributed systems\""},
}

const (
	bugNoKey       sim.BugName = "no-idempotency-key"
	bugNoBudget    sim.BugName = "retry-without-budget"
	bugStaleWork   sim.BugName = "queue-without-deadline"
	bugNoBulkhead  sim.BugName = "no-bulkhead"
	bugStaysOpen   sim.BugName = "breaker-never-half-opens"
	bugLongTimeout sim.BugName = "timeout-longer-than-callers"
	bugNoLimit     sim.BugName = "no-rate-limit"
	bugNoFailover  sim.BugName = "no-failover"
	bugForGood     sim.BugName = "ejected-for-good"
	bugNoFallback  sim.BugName = "no-fallback"
	bugStalePage   sim.BugName = "fallback-without-age"
	bugStaleRead   sim.BugName = "fallback-for-counters"

	optionTimeout  sim.OptionName = "timeout"
	optionRetry    sim.OptionName = "retry"
	optionBreaker  sim.OptionName = "breaker"
	optionBulkhead sim.OptionName = "bulkhead"
	optionShedding sim.OptionName = "shedding"
	optionHedge    sim.OptionName = "hedge"

	checkGoodput   = "goodput returns"
	checkComeBack  = "services return"
	checkUntouched = "others untouched"
	checkBulkhead  = "bulkhead"
	checkDeadline  = "deadlines shrink"
	checkFailover  = "failover"
	checkLimit     = "rate limit"
	checkPages     = "fallback"

	roleGateway, roleService, roleStore, roleCatalog = "gateway", "service", "store", "catalog"

	markTwice     = "an operation that had been applied came again"
	markFull      = "a dependency had all the workers that it may have"
	markOpen      = "a breaker turned a call away"
	markShed      = "a call was dropped whose caller had given up"
	markLimited   = "a tenant was over its rate"
	markDown      = "a service failed its health checks"
	markEjected   = "a service was ejected"
	markOldPage   = "a page was shown that was a little old"
	markPlainPage = "the plain page was shown"
)

// Two gateways come first, then two services and the backends; every other node is a service.
const (
	gateways               = 2
	storeNode   sim.NodeID = 5
	catalogNode sim.NodeID = 6
)

// The load is 120 reads and 60 lookups per second, and that of the clients. The store can do 200 calls per second, the catalog 400, and each service
// can look at 500 calls.
const (
	readEvery   = 16_666_667 * time.Nanosecond // per gateway
	browseEvery = 33_333_333 * time.Nanosecond // per gateway

	handling       = 2 * time.Millisecond // what it costs a service to look at a call, even if only to turn it away
	storeWork      = 10 * time.Millisecond
	browseWork     = 5 * time.Millisecond
	backendWorkers = 2
	queueLimit     = 256
	workers        = 12 // of a service
	perDependency  = 8  // of them at most

	patience      = 500 * time.Millisecond // of clients and users
	healthTimeout = 80 * time.Millisecond
	roundTrip     = 10 * time.Millisecond // from one tier to the next and back: the callee does not see how long the call was on its way
	hedgeDelay    = 50 * time.Millisecond
	healthEvery   = 100 * time.Millisecond // between health checks
	budgetPercent = 20
	budgetBurst   = 20
)

// roleOf is the role of a node.
func roleOf(id sim.NodeID) string {
	switch {
	case id <= gateways:
		return roleGateway
	case id == storeNode:
		return roleStore
	case id == catalogNode:
		return roleCatalog
	}
	return roleService
}

// run is the code of a node.
func run(p *blocking.Proc) {
	switch roleOf(p.ID()) {
	case roleGateway:
		runGateway(p)
	case roleStore:
		runStore(p)
	case roleCatalog:
		runCatalog(p)
	default:
		runService(p)
	}
}

// now is the node's clock, as policies take it.
func now(p *blocking.Proc) time.Duration { return time.Duration(p.Now()) }

var keyName = rng.Of("counter")

// counters adds 1 to a few counters, and reads them.
func counters() models.Workload {
	return models.Workload{
		Name:    "counters",
		Spec:    specs.Counter,
		Summary: "add 1 to a few counters, which tells the sum, and read them",
		Rate:    5, Keys: 3, Mix: []sim.Weight{{F: "add", Weight: 2}, {F: "read", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			op := sim.Op{F: t.Pick(), Key: workload.Key(int(t.Rand(keyName).N(uint64(t.Keys))))}
			if op.F == "add" {
				op.Value = history.Int(1)
			}
			return op
		},
	}
}
