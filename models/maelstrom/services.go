package maelstrom

import (
	"strconv"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/rng"
)

// services is the server that has all of Maelstrom's services. It never crashes.
type services struct {
	env   *sim.Env
	names names
	draws uint64
	by    map[string]service
}

// service answers requests.
type service interface {
	// handle answers a request; nil means that it does not know it. draw is its randomness.
	handle(client string, request history.Value, draw rng.Value) (answer []byte)
	// String tells people its state.
	String() string
}

// serviceList names the services for sentences.
const serviceList = "lin-kv, seq-kv, lww-kv and lin-tso"

func isService(name string) bool {
	switch name {
	case "lin-kv", "seq-kv", "lww-kv", "lin-tso":
		return true
	}
	return false
}

func newServices(env *sim.Env) sim.Node {
	return &services{env: env, names: namesOf(env),
		by: map[string]service{"lin-kv": &linear{}, "seq-kv": newSequential(), "lww-kv": &lww{}, "lin-tso": new(oracle)}}
}

var serviceName = rng.Of("maelstrom service")

// Receive answers a request of a node.
func (s *services) Receive(from sim.NodeID, payload []byte) {
	m, why := parse(payload)
	if why == "" && !isService(m.dest) {
		why = "which is for nobody"
	}
	if why != "" {
		s.env.Note("a message was damaged on its way, and dropped: " + quoted(payload))
		return
	}
	request, err := valueOf(m.body)
	id, _ := headOf(m.body).MsgID.AsInt()
	if err != nil {
		return
	}
	s.draws++
	answer := s.by[m.dest].handle(m.src, request, s.env.Rand(serviceName, s.draws))
	if answer == nil {
		answer = refusal(errNotSupported, m.dest+" does not know the request "+text(request, "type"))
	}
	answer = numbered("in_reply_to", uint64(id), answer)
	switch to, known := s.names.find(m.src); {
	case !known:
		s.env.Send(from, lineOf(m.dest, m.src, answer))
	case to < 0: // a node passed on what a client asked
		s.env.Reply(sim.Caller{Client: to, Call: uint64(id)}, answer)
	default:
		s.env.Send(to, lineOf(m.dest, m.src, answer))
	}
}

// Request is never called: clients know nodes alone.
func (s *services) Request(sim.Caller, []byte) {}

// Describe tells people what the services hold.
func (s *services) Describe() sim.State {
	state := sim.State{Role: roleServices}
	for _, name := range []string{"lin-kv", "seq-kv", "lww-kv", "lin-tso"} {
		if text := s.by[name].String(); text != "" {
			state.Detail = append(state.Detail, sim.Field{Name: name, Value: text})
		}
	}
	return state
}

// refusal is the body of an error.
func refusal(code int64, text string) []byte {
	return bodyOf("error", field{"code", history.Int(code)}, field{"text", history.String(text)})
}

// oracle is lin-tso: each timestamp is greater than all before.
type oracle int64

func (o *oracle) handle(_ string, request history.Value, _ rng.Value) []byte {
	if text(request, "type") != "ts" {
		return nil
	}
	*o++
	return bodyOf("ts_ok", field{"ts", history.Int(int64(*o - 1))})
}

func (o *oracle) String() string {
	if *o == 0 {
		return ""
	}
	return "next " + strconv.Itoa(int(*o))
}
