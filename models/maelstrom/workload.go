package maelstrom

import (
	"strconv"

	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	shared "simrun/models/workload"
	"simrun/sim"
)

// workload is one of Maelstrom's.
type workload struct {
	models.Workload
	introduced bool // nodes are told a topology

	// ask is what a client asks a node to do an operation. Nil: the client has more to do.
	ask func(op sim.Op) []byte
	// answers says how the answers to requests are read, by the type of the request.
	answers map[string]answer
}

// answer reads the answer to one kind of request.
type answer struct {
	kind string // its type
	// read takes the result out of it. The error says what is wrong with it. Nil: there is none, but that it was done.
	read func(asked, body history.Value) (history.Value, error)
}

var workloads = []*workload{echo(), uniqueIDs(), broadcast(), gSet(), counter(shared.GCounter()), counter(shared.PNCounter()), linKV(), listAppend(), rwRegister(), kafka()}

// workloadOf is the workload with a name, which is one of them.
func workloadOf(name string) *workload {
	for _, w := range workloads {
		if w.Name == name {
			return w
		}
	}
	panic("maelstrom: no workload " + name)
}

func echo() *workload {
	return &workload{
		Workload: models.Workload{
			Name: "echo", Summary: "nodes answer what they were told", Account: accounts.Echo, Rate: 20, Keys: 1, Mix: []sim.Weight{{F: "echo", Weight: 1}},
			Next: func(t *sim.Turn) sim.Op {
				return sim.Op{F: "echo", Value: history.String("Please echo " + strconv.FormatInt(t.Unique(), 10))}
			},
		},
		ask:     func(op sim.Op) []byte { return bodyOf("echo", field{"echo", op.Value}) },
		answers: map[string]answer{"echo": {"echo_ok", member("echo", anything)}},
	}
}

func uniqueIDs() *workload {
	return &workload{
		Workload: shared.UniqueIDs(),
		ask:      func(sim.Op) []byte { return bodyOf("generate") },
		answers:  map[string]answer{"generate": {"generate_ok", member("id", something)}},
	}
}

func broadcast() *workload {
	return &workload{
		Workload: final(shared.Broadcast()), introduced: true,
		ask: func(op sim.Op) []byte {
			if op.F == "broadcast" {
				return bodyOf("broadcast", field{"message", op.Value})
			}
			return bodyOf("read")
		},
		answers: map[string]answer{"broadcast": {"broadcast_ok", nil}, "read": {"read_ok", member("messages", aList)}},
	}
}

func gSet() *workload {
	return &workload{
		Workload: final(shared.GSet()),
		ask: func(op sim.Op) []byte {
			if op.F == "add" {
				return bodyOf("add", field{"element", op.Value})
			}
			return bodyOf("read")
		},
		answers: map[string]answer{"add": {"add_ok", nil}, "read": {"read_ok", member("value", aList)}},
	}
}

func counter(w models.Workload) *workload {
	return &workload{
		Workload: final(w),
		ask: func(op sim.Op) []byte {
			if op.F == "add" {
				return bodyOf("add", field{"delta", op.Value})
			}
			return bodyOf("read")
		},
		answers: map[string]answer{"add": {"add_ok", nil}, "read": {"read_ok", member("value", anInteger)}},
	}
}

// linKV sends keys as integers, as Maelstrom does: 1 for k1.
func linKV() *workload {
	w := shared.KV()
	w.Name = "lin-kv"
	return &workload{
		Workload: w,
		ask: func(op sim.Op) []byte {
			n, _ := strconv.Atoi(op.Key[1:])
			key := field{"key", history.Int(int64(n))}
			switch op.F {
			case "read":
				return bodyOf("read", key)
			case "write":
				return bodyOf("write", key, field{"value", op.Value})
			}
			from, to, _ := op.Value.AsPair()
			return bodyOf("cas", key, field{"from", from}, field{"to", to})
		},
		answers: map[string]answer{"read": {"read_ok", member("value", anything)}, "write": {"write_ok", nil}, "cas": {"cas_ok", nil}},
	}
}

// final has final reads, of each node, when the nodes have had the time that Maelstrom gives them.
func final(w models.Workload) models.Workload {
	w.FinalEach, w.Settle = true, settle
	return w
}
