package main

const intro = `# Faults

<!-- Made by "go run ./docs/make/faultbook docs" from the code's own lists. Do not edit. -->

A simulation is only as good as its faults. A *nemesis* draws a *plan*; a plan is a list of *faults*; a
fault is one line of text that you can read, write, replay and shrink. All of this is data: the plan is in
` + "`case.json`" + `, and the same case gives the same run.

` + "```" + `
simrun run --nemesis partition,crash          # a nemesis draws the plan from the seed
simrun run --plan my.plan                     # you write it
simrun list nemeses                           # lists all nemeses
` + "```" + `

## Nemeses

Each picture shows a real run of five Raft nodes under the example plan above it. Each node has a lane: blue while it leads (with
its term), yellow while it is a candidate, dotted while it is down, hatched while it is paused. The faults are above, the
clients' operations below (green: completed; grey: did not happen; orange: unknown).
`

const swarmText = `This is the default. Every seed draws some of the families, the density of the plan, and the mix of operations:
some are frequent, others never occur. A run in which one thing happens often and another never finds bugs
that a run in which everything is equally likely does not find (Groce et al., *Swarm Testing*, ISSTA 2012). For seed 20
the swarm draws this plan:
`

const planText = `
## Plans

A line says when a fault begins, what it is, which nodes it hits, and for how long:

` + "```" + `
at 1.2s partition n1,n2 | n3,n4,n5 for 800ms
at 2s crash leader                            # until the fault phase ends
on 3rd ack isolate leader for 2s              # waits for an event
after 1.5s on sync crash it for 20ms          # waits for an event after a time
at 3s cut all > n4 forever                    # stays through recovery
` + "```" + `

Times are durations in Go's format, of at most 24h (jumps of a clock: 100000h). Without ` + "`for`" + ` a fault lasts until the fault phase ends, when everything is healed.
With ` + "`forever`" + ` it stays, and the other nodes must continue without those it hit. Roles and events are resolved when
the fault begins, and the trace and the ` + "`case.json`" + ` of a shrunk run have the result: ` + "`crash leader`" + ` becomes ` + "`crash n3`" + `.
The error for a mistake names the line, the column, what was expected, and the nearest word.
`

const targetText = `
A crash loses all writes that were not synced, unless the line says ` + "`keeping all`" + ` (only the process died),
` + "`keeping prefix`" + ` (keeps the oldest writes), ` + "`keeping torn`" + ` (keeps the oldest writes, and some sectors of the next), ` + "`keeping any`" + ` (keeps any sectors,
as if reordered) or ` + "`keeping state 5`" + ` (keeps exactly the sectors whose bits are set in the number; a test can try all of them). After
` + "`wiping disk`" + ` the node has a new, empty disk. With ` + "`at disk op 2`" + ` the node crashes between two disk operations of one handler.

If a sync fails, each write that it covers is permanently lost with probability 1/2: the node still reads the write, and a later sync
succeeds without it, so only a crash shows the loss. Kernels do the same when they mark pages as clean that they could not write
(Rebello et al., *Can Applications Recover from fsync Failures?*, USENIX ATC 2020). A node must write such data again.

` + "`io-error`" + ` and ` + "`short-io`" + ` hit calls by chance (` + "`1/10`" + `), or one call, counted from the beginning of the fault: ` + "`io-error n1 3rd sync in wal`" + `
fails the third sync of that file, and ` + "`short-io n1 1st read`" + ` makes the next read end early. If several are in force, each decides for itself. Short
calls are allowed by POSIX, so a program must go on with the rest; a model gets a ` + "`disk.ShortError`" + `. ` + "`cut-file`" + ` and ` + "`lose-file`" + ` damage what is
stored, at once, also for who has the file open. Without ` + "`in`" + ` the file is drawn, from those that are not empty. Models that keep their log
in two copies claim to survive the loss of one (` + "`fault.Claims.Missing`" + `).

**Shapes of a partition.** ` + "`halves`" + `; ` + "`majorities-ring`" + `: each node sees a majority, and no two see the same one; ` + "`bridge`" + `: two halves, and
one node that sees both; ` + "`chain`" + `: each node sees only its two neighbours; ` + "`quorum-loss`" + `: one node sees all, the others see only that
one; ` + "`one-way`" + `: others hear a minority, which hears nothing. ` + "`around leader`" + ` says which node is in the middle. You can also write the groups out,
` + "`leader,any | rest`" + `; a node in no group keeps all its links, so ` + "`n1,n2 | n4,n5`" + ` is a bridge over n3. Links are
` + "`n1 > n2`" + ` one way and ` + "`n1 <> rest`" + ` both ways. ` + "`dropping in-flight`" + ` also drops the messages that are under way.

**Nodes** are ` + "`n1`" + `; a role like ` + "`leader`" + ` (of several, the one with the newest term) or ` + "`old leader`" + ` (which still believes that it leads);
` + "`it`" + ` (the node of the event that the fault waited for); ` + "`any`" + `, ` + "`any 2`" + `, ` + "`minority`" + `, ` + "`majority`" + ` (drawn from the seed and the line itself,
independent of other lines); ` + "`all`" + `; and ` + "`rest`" + ` (the nodes that the fault does not name). A plan may use
the roles in the profile of its model; ` + "`role NAME`" + ` is a role whose name is a word of the grammar.

**Events** are what a fault can wait for. The engine reports these events of every node:
`

const modelText = `
A model lists its own events in its profile, and reports them as facts (` + "`sim.Trigger`" + `). An unknown role or event in a plan is an error, which suggests the
nearest name.
`

const claimsText = `
## What a system claims to survive

A system need not survive every fault: no Raft survives the loss of a majority of disks. A system says what it claims to survive
(` + "`fault.Claims`" + `). By default a nemesis stays within these claims, and the results say whether the plan did. Every system claims at least this: any number of
nodes may crash and restart with what they synced; messages may be lost, late, duplicated and out of order; links may be cut for a
while; nodes may pause. A system claims each of these separately: nodes lost for good, links lost for good, torn and reordered writes, empty disks,
damaged data, failing disks, flipped bits in messages, requests of clients that arrive late or twice, and how far clocks may differ and drift. A system that is right in synchronous networks alone, such as the bully
election, claims less: nodes may crash, and messages may come as late as a bound that it names, but none may be lost, no link cut and no node paused. A system
that keeps nothing on disk claims less too: the nodes that crash in a plan, at any time, and those that are lost for good, are a minority together. ` + "`--beyond`" + ` makes nemeses exceed the
claims on purpose, to show what then breaks.

## Safety, then liveness

Faults happen for ` + "`--duration`" + `. Then all of them end, except those that are ` + "`forever`" + `, and every node that is not lost restarts. Within
a bound each client must then complete an operation, and the replicas must agree. A failure says which client waits for what.
`
