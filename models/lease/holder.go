package lease

import (
	"errors"
	"time"

	"simrun/history"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/rng"
)

// holder is a node that wants to lead, and leads while it holds the lease.
type holder struct {
	token    uint64
	asked    sim.Time            // when the request was sent that was granted last, by this node's clock
	leads    bool                // it has not noticed the end of the lease
	leader   sim.NodeID          // whom the service named last
	cache    map[string]register // of the leader: what the service stores
	seq      uint64              // writes under the token
	writing  bool                // one is under way
	queue    []*blocking.Mailbox[bool]
	attempts uint64
}

var (
	pauseName = rng.Of("candidate pause")
	firstName = rng.Of("first node asked")
)

// holdLeases is the code of a node: it tries to acquire the lease, and renews it while it has it.
func holdLeases(p *blocking.Proc) {
	h := &holder{}
	p.Describe(h.state)
	p.Go(h.campaign)
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { h.serve(p, m) })
	}
}

// campaign acquires and renews. A lease counts from when it was asked for: the service counted its term from later on, so that it ends there
// later than here, if clocks run alike.
func (h *holder) campaign(p *blocking.Proc) {
	for {
		asked := p.Now()
		kind := byte(kindAcquire)
		if h.leads {
			kind = kindRenew
		}
		reply, _ := p.Call(serviceNode, message{Token: h.token, Node: p.ID()}.append(kind), patience)
		if m, ok := decode(reply, kindGranted); ok {
			h.granted(p, m, asked)
		} else if m, ok := decode(reply, kindDenied); ok {
			h.leads, h.leader = false, m.Node
		}
		if h.leads && !h.holds(p) {
			h.leads = false
			p.Sometimes(markExpired)
		}
		h.attempts++
		p.Sleep(renewEvery/2 + time.Duration(p.Rand(pauseName, h.attempts).N(uint64(renewEvery))))
	}
}

func (h *holder) granted(p *blocking.Proc, m message, asked sim.Time) {
	h.asked = asked
	if h.leads && m.Token == h.token {
		return
	}
	h.token, h.seq, h.leads, h.leader, h.cache = m.Token, 0, true, p.ID(), map[string]register{}
	for _, r := range m.All {
		h.cache[r.Key] = r
	}
	p.Report(led{h.token})
}

// holds reports whether the lease has not ended, though this clock may be 1 % slow, and that of the service 1 % fast.
func (h *holder) holds(p *blocking.Proc) bool {
	passed := time.Duration(p.Now() - h.asked)
	return h.leads && passed >= 0 && passed < term-term/50
}

// serve answers a client.
func (h *holder) serve(p *blocking.Proc, m blocking.Message) {
	kind := wire.Kind(m.Payload)
	q, ok := decode(m.Payload, kind)
	switch {
	case !ok:
	case !h.holds(p):
		p.Reply(m.Caller, message{Node: h.leader}.append(kindElse))
	case kind == kindRead:
		p.Reply(m.Caller, message{Register: h.read(q.Register.Key)}.append(kindValue))
	case kind == kindWrite:
		h.write(p, m.Caller, q.Register)
	}
}

// read answers from memory: nobody else can have written while this node holds the lease.
func (h *holder) read(key string) register {
	r := h.cache[key]
	r.Key = key
	return r
}

// write has the service store a value, after the writes that came before. It asks until it hears: what is sent again has the same number, so that it is stored once.
func (h *holder) write(p *blocking.Proc, to sim.Caller, r register) {
	h.enter(p)
	defer h.leave(p)
	if !h.holds(p) {
		p.Reply(to, message{Node: h.leader}.append(kindElse))
		return
	}
	h.seq++
	q := message{Token: h.token, Seq: h.seq, Register: r}
	for h.leads && h.token == q.Token {
		reply, _ := p.Call(serviceNode, q.append(kindStore), patience)
		if m, ok := decode(reply, kindStored); ok && h.token == q.Token {
			h.cache[r.Key] = m.Register
			p.Reply(to, message{Register: m.Register}.append(kindValue))
			return
		}
		if _, fenced := decode(reply, kindDenied); fenced {
			h.leads = h.leads && h.token != q.Token
		}
	} // nobody knows whether it was stored, and the client does not hear
}

// enter waits until no other write is under way.
func (h *holder) enter(p *blocking.Proc) {
	if h.writing {
		turn := &blocking.Mailbox[bool]{}
		h.queue = append(h.queue, turn)
		turn.Get(p, blocking.Forever)
	}
	h.writing = true
}

// leave lets the next write begin.
func (h *holder) leave(p *blocking.Proc) {
	h.writing = false
	if len(h.queue) > 0 {
		h.writing = true
		h.queue[0].Put(p, true)
		h.queue = h.queue[1:]
	}
}

// client is the whole life of a client: it begins each operation at a node that it draws, and asks whom that names, until one leads. After a timeout it gives up: a write that is done
// twice could come back after a later one.
func client(c *sim.Client) {
	for attempt := uint64(0); ; attempt++ {
		op, more := c.Next()
		if !more {
			return
		}
		leader := sim.NodeID(1 + c.Rand(firstName, attempt).N(uint64(c.Nodes())))
		q, kind := message{Register: register{Key: op.Key}}, byte(kindRead)
		if op.F == "write" {
			q.Register.Value, _ = op.Value.AsInt()
			kind = kindWrite
		}
		done := false
		for until := c.Now() + sim.Time(clientPatience); !done && c.Now() < until; attempt++ {
			reply, err := c.Call(leader, q.append(kind), patience+patience/2)
			if m, ok := decode(reply, kindValue); ok && err == nil {
				record(c, op, m.Register)
				done = true
			} else if m, ok := decode(reply, kindElse); ok && m.Node != 0 && m.Node != leader {
				leader = m.Node
			} else if errors.Is(err, sim.ErrRefused) || ok || kind == kindRead {
				leader = 1 + leader%sim.NodeID(c.Nodes())
			} else {
				c.Info("no answer in time")
				done = true
			}
			if !done {
				c.Sleep(time.Duration(1 + c.Rand(pauseName, attempt).N(uint64(20*time.Millisecond))))
			}
		}
		if !done {
			c.Fail("nobody leads")
		}
	}
}

// record says how an operation ended.
func record(c *sim.Client, op sim.Op, r register) {
	switch {
	case op.F == "write":
		c.OK(op.Value)
	case r.Version == 0:
		c.OK(history.Null)
	default:
		c.OK(history.Int(r.Value))
	}
}

// state describes the node to people.
func (h *holder) state() sim.State {
	s := sim.State{Role: roleFollower, Epoch: h.token}
	if h.leads {
		s.Role = roleLeader
	}
	return s
}
