package mvcc

import (
	"time"

	"simrun/models/session"
	"simrun/models/txn"
	"simrun/sim"
	"simrun/sim/rng"
)

// thinks bounds how long a client takes between two micro-operations, so that transactions overlap.
const thinks = 8 * time.Millisecond

var thinkName = rng.Of("mvcc think")

// client runs transactions: it reads at a snapshot, keeps what it writes to itself, and sends that to be committed.
type client struct {
	c       *sim.Client
	reads   *session.Client // asks another server for each transaction
	commits *session.Client // asks the leader
	level   string
	thought uint64
}

func runClient(c *sim.Client) {
	cl := &client{c: c, reads: session.NewClient(c), commits: session.NewClient(c), level: levelOf(c.Option(optionIsolation))}
	txn.Run(c, cl.do)
}

// do runs one transaction.
func (cl *client) do(t txn.Txn) txn.Outcome {
	cl.reads.AskNext()
	x := &execution{client: cl, did: t.Clone()}
	for i := range x.did {
		cl.think()
		if why := x.step(&x.did[i]); why != "" {
			return txn.Abort(why)
		}
	}
	if len(x.writes) == 0 {
		return txn.Commit(x.did)
	}
	return x.commit()
}

func (cl *client) think() {
	cl.thought++
	cl.c.Sleep(time.Duration(cl.c.Rand(thinkName, cl.thought).N(uint64(thinks))))
}

// execution is a transaction under way.
type execution struct {
	*client
	did      txn.Txn
	snapshot uint64 // 0 until it has read something
	seen     []seen
	writes   txn.Txn
}

// step carries out a micro-operation, and says why the transaction has to be given up; "" if it has not.
func (x *execution) step(m *txn.Mop) (why string) {
	switch {
	case m.Kind == txn.Read:
		m.Seen, why = x.read(m.Key)
	case m.Kind == txn.Add && x.level != readCommitted:
		return x.add(*m)
	default:
		x.writes = append(x.writes, *m)
	}
	return why
}

// add reads an account and writes the sum. At read committed the servers add to what the account holds then, as an UPDATE does.
func (x *execution) add(m txn.Mop) (why string) {
	held, why := x.read(m.Key)
	if why != "" {
		return why
	}
	sum, ok := m.Do(held)
	if !ok {
		return "not enough money"
	}
	x.writes = append(x.writes, txn.Mop{Kind: txn.Write, Key: m.Key, Arg: sum[0]})
	return ""
}

// read returns what a key holds for the transaction: with what it wrote there itself.
func (x *execution) read(k txn.Key) (held []int64, why string) {
	s := seen{key: k}
	if held, s.at, why = x.ask(k); why != "" {
		return nil, why
	}
	for i := range x.writes {
		if w := &x.writes[i]; w.Key == k {
			held, _ = w.Do(held)
			s.own = true
		}
	}
	x.seen = append(x.seen, s)
	return held, ""
}

// ask asks a server what a key holds: at the snapshot, which the first read takes, or, at read committed, at the moment.
func (x *execution) ask(k txn.Key) (held []int64, at uint64, why string) {
	kind := session.Local
	if x.snapshot == 0 && x.level == strictSerializable && !x.c.Bug(bugStaleSnapshot) {
		kind = session.Read // by the leader, which sees to it that it still leads: nothing that was committed is missing
	}
	if x.snapshot > 0 && x.level == strictSerializable {
		x.reads.AskNext() // a snapshot is the same everywhere
	}
	q := query{k, x.snapshot}
	if x.level == readCommitted {
		q.at = 0
	}
	r, err := x.reads.Read(kind, q.append)
	switch {
	case err != nil:
		return nil, 0, err.Error()
	case r.Status != session.OK:
		return nil, 0, "snapshot too old"
	}
	if x.snapshot == 0 {
		x.snapshot = uint64(r.Value)
	}
	held, _, ok := txn.DecodeValue([]byte(r.Body))
	if !ok {
		return nil, 0, "damaged answer"
	}
	return held, uint64(r.Value), ""
}
