package sim

import (
	"fmt"

	"simrun/sim/fault"
)

// Version is the version of the case format that this package writes.
const Version = 1

// Case is data alone and says everything that a run depends on. Equal cases,
// run by the same binary or by another of the same version, give equal bytes.
//
// The zero value of a field means its default, which [Case.WithDefaults] fills
// in. It is written and read as strict JSON: see [ParseCase].
type Case struct {
	Version   int                   `json:"version"`
	Model     string                `json:"model"`             // name of the system, for people and for replay
	Program   *Program              `json:"program,omitempty"` // foreign code that the nodes run; nil: they run none
	Options   map[OptionName]string `json:"options,omitempty"` // of the model; a name it does not know is refused
	Bugs      []BugName             `json:"bugs,omitempty"`    // known bugs of the model that are switched on
	Seed      Seed                  `json:"seed"`
	Nodes     int                   `json:"nodes"`    // servers n1…; default that of the system, else 5; at most 64
	Clients   int                   `json:"clients"`  // default 4
	Workload  Workload              `json:"workload"` // what the clients do
	Duration  Duration              `json:"duration"` // length of the fault phase, default 10s
	Network   Network               `json:"network"`
	Disk      DiskProfile           `json:"disk"`
	Faults    []fault.Fault         `json:"faults,omitempty"` // the plan, each as one line of text
	Recovery  Recovery              `json:"recovery"`         // the phase after the faults healed
	Overrides []Override            `json:"overrides,omitempty"`
	Schedule  *Schedule             `json:"schedule,omitempty"` // nil: events come in order of time
	Buggify   []SiteName            `json:"buggify,omitempty"`  // sites in the code of the nodes that may fire: names, or [EverySite] alone; empty: none
	Limits    Limits                `json:"limits"`
}

// Program names the foreign code that the nodes of a case run. A case is run with the same code only: another build of
// it may do something else.
type Program struct {
	Path   string   `json:"path"`             // as it was given, for people: a module, a Go package, a command
	SHA256 string   `json:"sha256,omitempty"` // of the module, in 64 hexadecimal digits; empty: a command of the machine, whose runs can't be repeated
	Args   []string `json:"args,omitempty"`   // arguments
	Env    []string `json:"env,omitempty"`    // environment, "NAME=value"
	Made   string   `json:"made,omitempty"`   // what it was built by, for people: "go1.26.8"
	Native bool     `json:"native,omitempty"` // a command of the machine, which runs in real time: see [RunLive]
}

// Live reports whether the case runs in real time, since its program does: two runs of it are never the same.
func (c *Case) Live() bool { return c.Program != nil && c.Program.Native }

// String names the program with the first digits of its hash: "./node.wasm (sha256 0123456789ab)".
func (p *Program) String() string {
	if len(p.SHA256) < 12 {
		return p.Path
	}
	return fmt.Sprintf("%s (sha256 %s)", p.Path, p.SHA256[:12])
}

// Workload says what the clients do.
//
// With a rate, the operations of a client have times of their own: number k is
// due within the k-th interval, and one that comes due while another is open is
// left out. So removing an operation moves no other.
type Workload struct {
	Name string   `json:"name"`           // one of the system's workloads; default: its first
	Ops  int      `json:"ops,omitempty"`  // operations per client in the fault phase at most; 0: as many as fit
	Rate int      `json:"rate,omitempty"` // operations per client and virtual second at most; 0: a default of the workload
	Keys int      `json:"keys,omitempty"` // number of keys, where the workload has keys; 0: a default of the workload
	Only []string `json:"only,omitempty"` // keys of operations, like "c1#5": no others are invoked in the fault phase; empty: all; [NoOperation] alone: none
	Mix  []Weight `json:"mix,omitempty"`  // relative weights of operations; an operation not named keeps its default

	Phases []MixPhase `json:"phases,omitempty"` // other weights from a time or an event on, in order of time
}

// NoOperation as the one entry of [Workload.Only] means that clients invoke nothing in the fault phase.
const NoOperation = "none"

// Weight is the relative frequency of an operation in a workload.
type Weight struct {
	F      string `json:"f"`
	Weight int    `json:"weight"`
}

// Network is the weather of every link that no fault changes.
type Network struct {
	Latency   Latency  `json:"latency"`             // node to node, one way; default uniform, 1ms to 5ms
	Client    Duration `json:"client,omitempty"`    // client to node, one way; default 0, since client latency hides anomalies
	Requests  Requests `json:"requests,omitzero"`   // of clients, in the fault phase: late, or twice
	Loss      Ratio    `json:"loss,omitzero"`       // of messages between nodes
	Duplicate Ratio    `json:"duplicate,omitzero"`  // of messages between nodes: a copy arrives later
	Refuse    bool     `json:"refuse,omitempty"`    // a call to a node that is down fails with ErrRefused, instead of getting lost
	Regions   []Region `json:"regions,omitempty"`   // groups of nodes that are near each other
	Routes    []Route  `json:"routes,omitempty"`    // links with a weather of their own; of several that fit, the last holds
	Bandwidth int64    `json:"bandwidth,omitempty"` // bytes per second of each link; 0: no bound
	Queue     int      `json:"queue,omitempty"`     // messages that wait for a link with bandwidth; beyond it they are lost; 0: no bound
}

// Region is a group of nodes, named for use in a [Route].
type Region struct {
	Name  string   `json:"name"`
	Nodes []NodeID `json:"nodes"`
}

// Route is the latency of the links between two nodes or regions, both ways, or with
// OneWay only from the first to the second.
type Route struct {
	Between [2]string `json:"between"` // names of regions or nodes: ["eu", "us"], ["n1", "n3"]
	OneWay  bool      `json:"one_way,omitempty"`
	Latency Latency   `json:"latency"`
}

// Limits bound a run, so that a livelock ends as an answer.
type Limits struct {
	Events uint64 `json:"events,omitempty"` // default 10 million
}

// Recovery is the phase after the fault phase: everything is healed but what a
// fault took forever, and the system must make progress.
type Recovery struct {
	Within Duration `json:"within,omitempty"` // each client must complete an operation within this; default 10s
	Skip   bool     `json:"skip,omitempty"`   // judge safety alone: the run ends with the fault phase
}

// Override replaces one keyed random decision, or drops one client operation.
//
// A decision is named as the trace names it: the record of a message carries
// "n1>n2 1.204s#0", and its decisions are "latency n1>n2 1.204s#0", "loss …",
// "duplicate …" and so on; a record of a sync carries "n1 1.2s#0", and its
// decision is "sync n1 1.2s#0". The value is nanoseconds, or 1 for yes and 0 for no. The
// operation with ordinal 5 of client 1 is dropped by "drop c1#5", whatever the value. A message is
// lost, copied or damaged by an override alone too, without a fault or a weather that could do so, and a site of the nodes fires by
// "buggify SITE n1 1.2s#0" alone ([Env.Buggify]).
type Override struct {
	Key   string `json:"key"`
	Value int64  `json:"value"`
}

// DiskProfile is how every disk behaves that no fault changes.
type DiskProfile struct {
	Sync Latency `json:"sync"` // how long a sync takes; default uniform, 200µs to 2ms
}
