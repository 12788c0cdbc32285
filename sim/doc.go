// Package sim is a deterministic discrete-event simulator of a replicated
// system: nodes, network, disks, clocks and clients in one thread of virtual
// time, from one seed.
//
// A [System] is code: how a node boots, what a client does, what must always
// hold. A [Case] is data, and says everything else that a run depends on. [Run] takes
// both and returns a [Result]: the history of what the clients saw, what monitors
// found, and a digest of every event. The same case gives the same result, in
// every process and on every architecture; [Verify] finds code of a system that
// breaks this.
//
// # How a run goes
//
// At time 0 the nodes boot and the clients start. Faults come and go until
// [Case.Duration] has passed. Then all of them heal but those that are forever, what is
// down restarts, and within [Recovery.Within] each client must get an answer
// to an operation that it invoked after the heal, and the replicas must converge. A workload may
// have each client do a final operation then, a read. The run ends as soon as that is
// so; if it is never so, that is a violation of the check "progress", which says who
// waits for what.
//
// # Nodes and clients
//
// A [Node] only reacts: to messages, calls, timers, completed syncs. All that it does,
// it does through its [Env]. A crash throws the node away, and [System.Boot] makes another
// one from what the disk holds. A [Client] is straight blocking code, which
// the engine runs as a coroutine.
//
// # Randomness is keyed
//
// A decision is a hash of its name: the seed, what is decided, about whom, and
// which time. For a message that is the link and the moment of sending, and not a running
// count. So a fault or an operation that is taken out of a case leaves every decision about
// unrelated messages as it was. The records of a [Trace] carry these names, and an
// [Override] replaces a decision by its name.
//
// # What a system must not do
//
// It must not read the real clock, the environment or files, use goroutines, select
// or unkeyed random numbers, let the order of a map's iteration be seen, keep state between runs, or order
// anything by address. Payloads that a handler gets are valid until it returns.
package sim
