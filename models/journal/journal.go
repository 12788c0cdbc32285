// Package journal is a write-ahead log (package wal) for nodes that are written as straight code (package blocking): a task puts records and
// waits until the disk holds them. Tasks that wait at the same time share a sync.
package journal

import (
	"errors"
	"time"

	"simrun/models/saved"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/blocking"
)

// retry is how long a node waits when its disk has refused.
const retry = 50 * time.Millisecond

var errRefused = errors.New("the disk refused")

// MarkRefused is a state worth reaching.
const MarkRefused = "the disk refused a record"

// Journal is the log of one node.
type Journal struct {
	log     wal.Log
	records uint64 // since the node first started
	told    uint64 // records that others may know of
	waiting []waiter
}

type waiter struct {
	position int // of the log
	box      *blocking.Mailbox[bool]
}

// Open recovers the log of a node, however long the disk refuses. begin makes the state empty, and replay takes each record, oldest first; a record is
// valid during the call only. It is false if the disk has lost what it had promised, or holds what replay can't read: to go on would forget what others rely on.
func Open(p *blocking.Proc, o wal.Options, begin func(), replay func(record []byte) error) (*Journal, bool) {
	j := &Journal{}
	for {
		j.log = wal.New(disk{p.Env, p, j}, o, func() { j.refused(p) })
		switch err := j.recover(begin, replay); {
		case err == nil:
			p.Report(saved.Change{Event: saved.Recovered, N: j.records})
			return j, true
		case errors.Is(err, errRefused):
			p.Sometimes(MarkRefused)
			p.Sleep(retry)
		default:
			p.Note("stops for good: " + err.Error())
			return nil, false
		}
	}
}

// recover replays what the copies hold, and makes them equal.
func (j *Journal) recover(begin func(), replay func(record []byte) error) error {
	begin()
	j.records = 0
	copies, err := j.log.Copies()
	if err != nil {
		return errRefused
	}
	found, err := j.log.Recover(copies, func(_, body []byte) error {
		j.records++
		return replay(body)
	})
	if err != nil {
		return err
	}
	if j.log.Settle(found, copies) != nil {
		return errRefused
	}
	return nil
}

// Put writes a record, which the disk does not hold yet.
func (j *Journal) Put(record []byte) {
	j.records++
	j.log.Put(nil, record)
}

// Await waits until the disk holds all records that were put so far.
func (j *Journal) Await(p *blocking.Proc) {
	position := j.log.Written()
	if j.log.Durable() >= position {
		return
	}
	w := waiter{position, &blocking.Mailbox[bool]{}}
	j.waiting = append(j.waiting, w)
	j.log.Sync()
	w.box.Get(p, blocking.Forever)
}

// Promise is Await of a node that is going to tell others so. early is a defect: it does not wait.
func (j *Journal) Promise(p *blocking.Proc, early bool) {
	n := j.records
	if !early {
		j.Await(p)
	}
	if n > j.told {
		j.told = n
		p.Report(saved.Change{Event: saved.Acknowledged, N: n})
	}
}

// synced takes the end of a sync.
func (j *Journal) synced(p *blocking.Proc, id sim.SyncID, err error) {
	j.log.Synced(id, err)
	left := j.waiting[:0]
	for _, w := range j.waiting {
		if w.position <= j.log.Durable() {
			w.box.Put(p, true)
		} else {
			left = append(left, w)
		}
	}
	if j.waiting = left; len(left) > 0 {
		j.log.Sync()
	}
}

// refused begins to try again, after a pause.
func (j *Journal) refused(p *blocking.Proc) {
	p.Sometimes(MarkRefused)
	p.Go(func(p *blocking.Proc) {
		p.Sleep(retry)
		if j.log.Rewrite() {
			j.log.Sync()
		}
	})
}

// disk is what the log writes to. The end of a sync comes to a task of its own.
type disk struct {
	*sim.Env
	p *blocking.Proc
	j *Journal
}

func (d disk) Sync(file string, id sim.SyncID) {
	d.p.Go(func(p *blocking.Proc) { d.j.synced(p, id, p.Sync(file)) })
}
