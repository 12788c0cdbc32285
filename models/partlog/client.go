package partlog

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"

	"simrun/history"
	"simrun/models/wire"
	"simrun/sim"
)

// consumer is a client, which is a producer too.
type consumer struct {
	c          *sim.Client
	life       uint64           // of the member that it is
	generation uint64           // in which it has its positions
	positions  map[string]int64 // of its share of the partitions: the offset of the next value to process; nil: it must join
	turns      uint64
}

var errDamaged = errors.New("the answer was damaged")

// client is the whole life of a client.
func client(c *sim.Client) {
	k := &consumer{c: c}
	for {
		op, more := c.Next()
		if !more {
			return
		}
		k.turns++
		switch op.F {
		case opSend:
			k.send(op)
		case opPoll:
			k.poll()
		case opCommit:
			k.commit()
		case opCommitted:
			if r, err := k.call(coordinator, request{Do: doCommitted}); err != nil {
				c.Fail(err.Error())
			} else {
				c.OK(offsets(r.Offsets))
			}
		case opFinal:
			k.readAll()
		}
	}
}

// call asks a node.
func (k *consumer) call(to sim.NodeID, q request) (r response, err error) {
	reply, err := k.c.Call(to, encodeJSON(kindRequest, q), clientPatience)
	if body, ok := wire.Decode(reply, kindResponse, nil); err == nil && (!ok || json.Unmarshal(body, &r) != nil) {
		err = errDamaged
	}
	return r, err
}

func (k *consumer) send(op sim.Op) {
	value, _ := op.Value.AsInt()
	r, err := k.call(ownerOf(slices.Index(partitions, op.Key), k.c.Nodes()), request{Do: doSend, Partition: op.Key, Value: value})
	switch {
	case errors.Is(err, sim.ErrRefused):
		k.c.Fail(err.Error())
	case err != nil:
		k.c.Info(err.Error())
	default:
		k.c.OK(history.Int(r.Offset))
	}
}

// poll gets the next values of its partitions, and processes them: then they are in the history. Now and then it dies before that, and another
// consumer, which takes its place, gets them again.
func (k *consumer) poll() {
	if err := k.join(); err != nil {
		k.c.Fail(err.Error())
		return
	}
	var records []history.Value
	next := maps.Clone(k.positions)
	for _, partition := range slices.Sorted(maps.Keys(k.positions)) {
		if some, err := k.fetch(partition, k.positions[partition], batch); err == nil {
			records = append(records, some...)
			next[partition] += int64(len(some))
		}
	}
	if k.c.Bug(bugCommitFirst) {
		k.call(coordinator, request{Do: doCommit, Member: k.member(), Generation: k.generation, Offsets: next})
	}
	if k.c.Rand(deathName, k.turns).N(16) == 0 {
		k.restart()
		k.c.Fail("the consumer died before it processed the values")
		return
	}
	k.positions = next
	k.c.OK(history.List(records...))
}

// fetch gets at most so many values of a partition, as a history has them.
func (k *consumer) fetch(partition string, from, most int64) (records []history.Value, err error) {
	r, err := k.call(ownerOf(slices.Index(partitions, partition), k.c.Nodes()), request{Do: doFetch, Partition: partition, Offset: from, Value: most})
	for i, v := range r.Values {
		records = append(records, history.List(history.String(partition), history.Int(r.Offset+int64(i)), history.Int(v)))
	}
	return records, err
}

func (k *consumer) member() member { return member{k.c.ID(), k.life} }

// restart forgets everything: the consumer goes on as another.
func (k *consumer) restart() { k.life, k.positions = k.life+1, nil }

// join makes the consumer a member of the current generation, and gives it a share of the partitions, unless it has one.
func (k *consumer) join() error {
	if k.positions != nil {
		r, err := k.call(coordinator, request{Do: doHeartbeat, Member: k.member(), Generation: k.generation})
		if err != nil || r.Done {
			return err
		}
	}
	r, err := k.call(coordinator, request{Do: doJoin, Member: k.member()})
	if err == nil {
		if k.generation, k.positions = r.Generation, r.Offsets; k.positions == nil {
			k.positions = map[string]int64{} // there are more members than partitions
		}
	}
	return err
}

// commit commits what it has processed. Now and then it takes so long that it is taken for dead meanwhile. If it does not learn what became of the commit it
// goes on as another consumer: the commit, if it comes late, is of an old generation then.
func (k *consumer) commit() {
	if k.positions == nil {
		if err := k.join(); err != nil {
			k.c.Fail(err.Error())
			return
		}
	}
	if k.c.Rand(slowName, k.turns).N(8) == 0 {
		k.c.Sleep(slowness)
	}
	r, err := k.call(coordinator, request{Do: doCommit, Member: k.member(), Generation: k.generation, Offsets: k.positions})
	switch {
	case errors.Is(err, sim.ErrRefused):
		k.c.Fail(err.Error())
	case err != nil:
		k.restart()
		k.c.Info(err.Error())
	case !r.Done:
		k.positions = nil
		k.c.Fail("the consumer is not a member of this generation")
	default:
		k.c.OK(offsets(k.positions))
	}
}

// readAll reads all partitions from the beginning.
func (k *consumer) readAll() {
	var all []history.Value
	for _, partition := range partitions {
		records, err := k.fetch(partition, 0, math.MaxInt32)
		if err != nil {
			k.c.Fail(err.Error())
			return
		}
		all = append(all, records...)
	}
	k.c.OK(history.List(all...))
}

// offsets is what a history has of them.
func offsets(by map[string]int64) history.Value {
	members := make(map[string]history.Value, len(by))
	for partition, offset := range by {
		members[partition] = history.Int(offset)
	}
	return history.Object(members)
}
