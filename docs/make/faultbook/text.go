package main

const intro = `# Faults

<!-- Made by "go run ./docs/make/faultbook docs" from the code's own lists. Do not edit. -->

A run of simrun is as good as what goes wrong in it. A *nemesis* draws a *plan*; a plan is a list of *faults*; a
fault is one line of text that you can read, write, replay and shrink. All of it is data: the plan is in
` + "`case.json`" + `, and the same case gives the same run.

` + "```" + `
simrun run --nemesis partition,crash          # a nemesis draws the plan from the seed
simrun run --plan my.plan                     # you write it
simrun list nemeses                           # what there is
` + "```" + `

## Nemeses

Each picture is a real run of five Raft nodes under the example plan above it: a lane per node, blue while it leads (with
its term), yellow while it is a candidate, dotted while it is down, hatched while it is paused; faults above, the
clients' operations below (green: completed; grey: did not happen; orange: nobody knows).
`

const swarmText = `The default. Every seed draws some of the families, how dense the plan is, and what the clients do:
some operations are frequent, others never come. A run in which one thing happens often and another not at all finds
what a run in which everything is equally likely does not (Groce et al., *Swarm Testing*, ISSTA 2012). This is
what it drew for seed 20:
`

const planText = `
## Plans

A line says when, what, to whom and for how long:

` + "```" + `
at 1.2s partition n1,n2 | n3,n4,n5 for 800ms
at 2s crash leader                            # until the fault phase ends
on 3rd ack isolate leader for 2s              # waits for an event
after 1.5s on sync crash it for 20ms          # the event counts from a time on
at 3s cut all > n4 forever                    # stays through recovery
` + "```" + `

Times are durations as Go writes them, of at most 24h (jumps of a clock: 100000h). Without ` + "`for`" + ` a fault lasts until the fault phase ends, when everything is healed;
with ` + "`forever`" + ` it stays, and the others must go on without those it hit. What depends on the moment is decided when
the fault begins, and the trace and ` + "`case.json`" + ` of a shrunk run carry what it became: ` + "`crash leader`" + ` becomes ` + "`crash n3`" + `.
A mistake is answered with line, column, what was expected and the nearest word.
`

const targetText = `
What a crash leaves of the writes that were not synced: nothing, unless it says ` + "`keeping all`" + ` (only the process died),
` + "`keeping prefix`" + ` (the oldest writes), ` + "`keeping torn`" + ` (the oldest, and some sectors of the next), ` + "`keeping any`" + ` (any sectors,
as if reordered), ` + "`keeping state 5`" + ` (exactly the sectors whose bits the number has; a test can go through all of them), or
` + "`wiping disk`" + ` (a new, empty disk). With ` + "`at disk op 2`" + ` the node crashes between two disk operations of one handler.

When a sync fails, each of the writes that it covers is, as often as not, lost for good: the node still reads it, a later sync
succeeds without it, and a crash brings that to light. Kernels do the same when they mark the pages clean which they could not write
(Rebello et al., *Can Applications Recover from fsync Failures?*, USENIX ATC 2020); what helps is to write again.

**Shapes of a partition.** ` + "`halves`" + `; ` + "`majorities-ring`" + `: each node sees a majority, no two the same; ` + "`bridge`" + `: two halves that
one node sees both of; ` + "`chain`" + `: each sees its two neighbours alone; ` + "`quorum-loss`" + `: one node sees all, the others see only that
one; ` + "`one-way`" + `: a minority is heard but hears nothing. ` + "`around leader`" + ` says who is in the middle. Groups are written out,
` + "`leader,any | rest`" + `, and a node in no group keeps all its links, so that ` + "`n1,n2 | n4,n5`" + ` is a bridge over n3. Links are
` + "`n1 > n2`" + ` one way and ` + "`n1 <> rest`" + ` both ways. ` + "`dropping in-flight`" + ` also takes the messages that are on their way.

**Who.** ` + "`n1`" + `; a role like ` + "`leader`" + ` (of several, the one with the newest term) or ` + "`old leader`" + ` (who still believes it);
` + "`it`" + ` (where the event was that the fault waited for); ` + "`any`" + `, ` + "`any 2`" + `, ` + "`minority`" + `, ` + "`majority`" + ` (drawn by the seed and the line itself,
so that other lines have no part in it); ` + "`all`" + `; ` + "`rest`" + ` (those that the fault does not name). A plan may name
the roles that the profile of its model lists; ` + "`role NAME`" + ` names one whose name is a word of the grammar.

**Events** that a fault can wait for. The engine reports these of every node:
`

const modelText = `
A model lists its own in its profile, and reports them by facts (` + "`sim.Trigger`" + `). A plan that names another role or event is refused, with the
nearest name.
`

const claimsText = `
## What a system claims to survive

Not every fault is fair: no Raft survives the loss of a majority of disks. A system says what it claims
(` + "`fault.Claims`" + `), and by default a plan stays within it; the results say so. Every system claims the least: any number of
nodes crash and restart with what they synced, messages are lost, late, doubled and out of order, links are cut for a
while, nodes pause. Claimed one by one are: nodes lost for good, links lost for good, torn and reordered writes, empty disks,
damaged data, failing disks, flipped bits in messages, and how far clocks may be apart and drift. ` + "`--beyond`" + ` steps over the
claims on purpose, to see how the harm looks.

## Safety, then liveness

Faults rule for ` + "`--duration`" + `. Then all of them end but those that are ` + "`forever`" + `, every node that is not lost restarts, and within
a bound each client must complete an operation and the replicas must agree. A failure says who waits for what.
`
