package maelstrom

import (
	"maps"
	"slices"

	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	shared "simrun/models/workload"
	"simrun/sim"
	"simrun/sim/rng"
)

// kafka sends to logs, and polls them as a consumer does that assigns itself keys: from the offsets that are committed, or from the beginning.
func kafka() *workload {
	return &workload{
		Workload: final(models.Workload{
			Name: "kafka", Summary: "send distinct values to logs by key, poll them in order, and commit offsets", Account: accounts.Kafka,
			Rate: 20, Keys: 3, Mix: []sim.Weight{{F: "send", Weight: 4}, {F: "poll", Weight: 4}, {F: "assign", Weight: 1}},
			Next: func(t *sim.Turn) sim.Op {
				switch f := t.Pick(); f {
				case "send":
					return sim.Op{F: f, Key: shared.Key(int(t.Rand(logName).N(uint64(max(t.Keys, 1))))), Value: history.Int(t.Unique())}
				case "assign":
					return sim.Op{F: f, Value: someKeys(t)}
				default:
					return sim.Op{F: f, Value: allKeys(t)}
				}
			},
			Final: func(t *sim.Turn) sim.Op { return sim.Op{F: opFinal, Value: allKeys(t)} },
		}),
		answers: map[string]answer{
			"send":                   {"send_ok", member("offset", anInteger)},
			"poll":                   {"poll_ok", object("msgs", areRecords)},
			"commit_offsets":         {"commit_offsets_ok", nil},
			"list_committed_offsets": {"list_committed_offsets_ok", object("offsets", anInteger)},
		},
	}
}

var (
	logName  = rng.Of("maelstrom log")
	someName = rng.Of("maelstrom keys to assign")
	seekName = rng.Of("maelstrom seek to the beginning")
)

// allKeys lists the keys.
func allKeys(t *sim.Turn) history.Value {
	keys := make([]history.Value, max(t.Keys, 1))
	for i := range keys {
		keys[i] = history.String(shared.Key(i))
	}
	return history.List(keys...)
}

// someKeys lists one key or more.
func someKeys(t *sim.Turn) history.Value {
	keys, _ := allKeys(t).AsList()
	draw := t.Rand(someName)
	must := keys[draw.N(uint64(len(keys)))]
	return history.List(slices.DeleteFunc(keys, func(k history.Value) bool {
		draw = draw.Next()
		return k != must && draw.Chance(1, 3)
	})...)
}

// areRecords accepts a list of [offset, value].
func areRecords(v history.Value) (string, bool) {
	list, ok := v.AsList()
	for _, r := range list {
		offset, _, isPair := r.AsPair()
		_, isInt := offset.AsInt()
		ok = ok && isPair && isInt
	}
	return "a list of [offset, message], with integers as offsets", ok
}

// consumer is what a client knows as one: where it polls next, by key. Nil: it must be assigned.
type consumer map[string]int64

// consume does an operation of the workload kafka.
func (c *client) consume(op sim.Op) {
	at := c.node(op)
	switch op.F {
	case "send":
		offset, err := c.call(at, bodyOf("send", field{"key", history.String(op.Key)}, field{"msg", op.Value}))
		c.finish(op, offset, err)
	case "assign":
		c.life = nil
		committed, err := c.assign(at, op.Value, c.Rand(seekName, uint64(c.turns)).Chance(1, 8))
		c.finish(op, committed, err)
	case "poll":
		c.poll(op, at)
	case opFinal:
		c.readAll(op, at)
	}
}

// assign makes the client poll keys from where they were committed, or from the beginning, and returns where that is.
func (c *client) assign(at sim.NodeID, keys history.Value, fromBeginning bool) (history.Value, error) {
	committed, err := c.call(at, bodyOf("list_committed_offsets", field{"keys", keys}))
	if err != nil {
		return history.Null, err
	}
	life := consumer{}
	list, _ := keys.AsList()
	for _, k := range list {
		key, _ := k.AsString()
		life[key] = 0
		if next, there := committed.Field(key); there && !fromBeginning {
			life[key], _ = next.AsInt()
		}
	}
	c.life = life
	return offsets(life), nil
}

// poll gets what comes next, and commits it.
func (c *client) poll(op sim.Op, at sim.NodeID) {
	if c.life == nil {
		if _, err := c.assign(at, op.Value, false); err != nil {
			c.finish(op, history.Null, err)
			return
		}
	}
	msgs, err := c.call(at, bodyOf("poll", field{"offsets", offsets(c.life)}))
	if err != nil {
		c.finish(op, history.Null, err)
		return
	}
	records, last := recordsOf(msgs)
	for _, key := range slices.Sorted(maps.Keys(last)) {
		c.life[key] = max(c.life[key], last[key]+1)
	}
	c.OK(history.List(records...))
	if len(last) > 0 {
		c.call(at, bodyOf("commit_offsets", field{"offsets", offsets(last)})) // whether it was done shows in what is assigned later
	}
}

// readAll polls all logs of a node from the beginning to the end.
func (c *client) readAll(op sim.Op, at sim.NodeID) {
	next := consumer{}
	keys, _ := op.Value.AsList()
	for _, k := range keys {
		key, _ := k.AsString()
		next[key] = 0
	}
	var all []history.Value
	for {
		msgs, err := c.call(at, bodyOf("poll", field{"offsets", offsets(next)}))
		if err != nil {
			c.finish(op, history.Null, err)
			return
		}
		records, last := recordsOf(msgs)
		all = append(all, records...)
		further := false
		for _, key := range slices.Sorted(maps.Keys(last)) {
			further = further || last[key] >= next[key]
			next[key] = max(next[key], last[key]+1)
		}
		if !further {
			c.succeed(op, history.List(all...))
			return
		}
	}
}

// recordsOf lists the records of the answer to a poll as a history has them, and the highest offset of each key.
func recordsOf(msgs history.Value) (records []history.Value, last map[string]int64) {
	last = map[string]int64{}
	for key, list := range msgs.Members() {
		pairs, _ := list.AsList()
		for _, p := range pairs {
			offset, value, _ := p.AsPair()
			n, _ := offset.AsInt()
			records = append(records, history.List(history.String(key), offset, value))
			if highest, there := last[key]; !there || n > highest {
				last[key] = n
			}
		}
	}
	return records, last
}

// offsets is what bodies and histories have of them.
func offsets(by map[string]int64) history.Value {
	members := make(map[string]history.Value, len(by))
	for key, offset := range by {
		members[key] = history.Int(offset)
	}
	return history.Object(members)
}
