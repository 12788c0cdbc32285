package resilience

import (
	"simrun/models/saved"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// store keeps counters on its disk, and the last operation of each client with its result, so that an operation which comes twice is done once.
type store struct {
	backend
	file     saved.File
	counters []entry[string]
	last     []entry[uint64] // by client
}

// entry is a row of a table in which rows keep the order in which they came.
type entry[K comparable] struct {
	key K
	seq uint64 // of the last operation of a client
	sum int64
}

// row returns the row of a key, a new one if there is none.
func row[K comparable](table *[]entry[K], key K) *entry[K] {
	for i := range *table {
		if (*table)[i].key == key {
			return &(*table)[i]
		}
	}
	*table = append(*table, entry[K]{key: key})
	return &(*table)[len(*table)-1]
}

// runStore is the code of the store.
func runStore(p *blocking.Proc) {
	s := &store{}
	p.Describe(func() sim.State { return s.state(roleStore) })
	s.file = saved.File{Name: "counters", Encode: s.encode}
	if file := s.file.Read(p); len(file) > 0 && !s.load(file) {
		p.Note("the disk holds what this node never wrote")
		return
	}
	s.run(p, storeWork, s.do)
}

// do adds to a counter, or reads it. What it answers is on the disk.
func (s *store) do(p *blocking.Proc, c call) []byte {
	counter := row(&s.counters, c.Key)
	sum := counter.sum
	if c.Kind == kindAdd {
		l := row(&s.last, c.Client)
		switch {
		case c.Seq > l.seq || p.Bug(bugNoKey):
			counter.sum += c.Amount
			l.seq, l.sum = c.Seq, counter.sum
			s.file.Change(p)
		case c.Seq < l.seq:
			return nil // its client has given it up
		default:
			p.Sometimes(markTwice)
		}
		sum = l.sum
	}
	s.file.Await(p, s.file.Changes)
	return done(sum)
}

// encode is the content of the file.
func (s *store) encode(changes uint64) []byte {
	var body []byte
	for _, c := range s.counters {
		body = wire.AppendRecord(body, wire.Append(nil, kindRead, []byte(c.key), uint64(c.sum)))
	}
	for _, l := range s.last {
		body = wire.AppendRecord(body, wire.Append(nil, kindAdd, nil, l.key, l.seq, uint64(l.sum)))
	}
	return wire.Append(nil, kindFile, body, changes)
}

// load reads what encode made; false if it did not.
func (s *store) load(file []byte) bool {
	var changes [1]uint64
	body, ok := wire.Decode(file, kindFile, changes[:])
	for record := range wire.Records(body) {
		var n [3]uint64
		if key, is := wire.Decode(record, kindRead, n[:1]); is {
			row(&s.counters, string(key)).sum = int64(n[0])
		} else if _, is := wire.Decode(record, kindAdd, n[:]); is {
			*row(&s.last, n[0]) = entry[uint64]{n[0], n[1], int64(n[2])}
		} else {
			ok = false
		}
	}
	s.file.Recovered(changes[0])
	return ok
}
