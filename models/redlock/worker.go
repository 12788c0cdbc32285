package redlock

import (
	"time"

	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/rng"
)

var pauseName = rng.Of("pause before the next attempt")

// worker does what clients ask for. Nothing of it is on a disk.
type worker struct {
	servers  []sim.NodeID
	attempts uint64 // to acquire a lock
	held     int    // locks that it has now
	token    uint64 // of the last that it got
}

// lock is an attempt to acquire a lock, and the lock if it succeeds.
type lock struct {
	key   string
	by    attempt
	asked sim.Time // by the worker's clock
	token uint64
}

// outcome is what became of an attempt to add.
type outcome uint8

const (
	undone  outcome = iota // for certain, now and later
	done                   // the resource said so
	unknown                // the resource was asked to, and nothing is known of it
)

// work is the code of a worker.
func work(p *blocking.Proc) {
	w := &worker{servers: servers(p.Nodes())}
	p.Describe(w.state)
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { w.serve(p, m) })
	}
}

// serve answers a client, unless nobody knows what happened.
func (w *worker) serve(p *blocking.Proc, m blocking.Message) {
	kind := wire.Kind(m.Payload)
	q, ok := decode(m.Payload, kind)
	switch {
	case !ok:
	case kind == kindRead: // needs no lock: there is one resource
		if reply, err := p.Call(resourceNode, m.Payload, patience); err == nil {
			p.Reply(m.Caller, reply)
		}
	case kind == kindAdd:
		switch sum, result := w.add(p, q.Key, q.Value); result {
		case done:
			p.Reply(m.Caller, message{Key: q.Key, Value: sum}.append(kindValue))
		case undone:
			p.Reply(m.Caller, q.append(kindBusy))
		}
	}
}

// add adds to a counter under its lock. It tries again as long as nothing was done.
func (w *worker) add(p *blocking.Proc, key string, n int64) (sum int64, result outcome) {
	for try := 1; ; try++ {
		l, ok := w.acquire(p, key)
		if ok {
			w.held, w.token = w.held+1, l.token
			sum, result = w.use(p, l, n)
			w.held--
		}
		for _, id := range w.servers { // also those that did not grant it, or not in time
			p.Send(id, l.message().append(kindRelease))
		}
		if result != undone || try == tries {
			return sum, result
		}
		p.Sleep(time.Duration(p.Rand(pauseName, w.attempts).N(uint64(retryPause))))
	}
}

// acquire makes an attempt to acquire a lock.
func (w *worker) acquire(p *blocking.Proc, key string) (l lock, ok bool) {
	w.attempts++
	l = lock{key: key, by: attempt{p.ID(), uint64(p.Boots()), w.attempts}, asked: p.Now()}
	need := len(w.servers)/2 + 1
	if p.Bug(bugMinority) {
		need--
	}
	granted, newest := l.ask(p, w.servers, need, kindAcquire, kindGranted)
	if !granted {
		p.Sometimes(markNoMajority)
		return l, false
	}
	if !p.Bug(bugNoFencing) {
		l.token = newest + 1
		if !p.Bug(bugNoConfirm) {
			granted, _ = l.ask(p, w.servers, need, kindConfirm, kindConfirmed)
		}
	}
	if !granted || !l.holds(p) {
		p.Sometimes(markLost)
		return l, false
	}
	p.Report(acquired{key, l.by, l.token})
	return l, true
}

// ask asks all lock servers, until as many as it needs agree, or too few can. It returns the greatest token that those told.
func (l lock) ask(p *blocking.Proc, servers []sim.NodeID, need int, question, agreement byte) (agreed bool, newest uint64) {
	type answer struct {
		token uint64
		agree bool
	}
	var answers blocking.Mailbox[answer]
	for _, id := range servers {
		p.Go(func(p *blocking.Proc) {
			reply, _ := p.Call(id, l.message().append(question), serverPatience)
			m, ok := decode(reply, agreement)
			answers.Put(p, answer{m.Token, ok})
		})
	}
	for open := len(servers); need > 0 && need <= open; open-- {
		if a, _ := answers.Get(p, blocking.Forever); a.agree {
			need--
			newest = max(newest, a.token)
		}
	}
	return need == 0, newest
}

// holds reports whether the term is not over, by the worker's clock.
func (l lock) holds(p *blocking.Proc) bool {
	return lasts(p, l.asked, term-drift)
}

func (l lock) message() message { return message{Key: l.key, By: l.by, Token: l.token} }

// use adds to a counter in two steps, as the holder of its lock.
func (w *worker) use(p *blocking.Proc, l lock, n int64) (sum int64, result outcome) {
	reply, _ := p.Call(resourceNode, l.message().append(kindLoad), patience)
	m, ok := decode(reply, kindValue)
	if !ok {
		return 0, undone // no answer in time, or somebody else has the lock
	}
	if !l.holds(p) {
		p.Sometimes(markLost)
		return 0, undone
	}
	p.Report(commits{l.key})
	p.Sleep(handling) // a pause may come after any check, however late that is (Kleppmann 2016)
	q := l.message()
	q.Value = m.Value + n
	reply, _ = p.Call(resourceNode, q.append(kindStore), patience)
	if _, ok := decode(reply, kindValue); ok {
		return q.Value, done
	}
	// A refusal may answer a second copy of the request. The first was not taken if the last store was an older holder's; if it was a newer one's, nobody can tell.
	if m, fenced := decode(reply, kindFenced); fenced && m.Token < l.token {
		return 0, undone
	}
	return 0, unknown
}

// state describes the worker to people.
func (w *worker) state() sim.State {
	if w.held > 0 {
		return sim.State{Role: roleHolder, Epoch: w.token}
	}
	return sim.State{Role: roleWorker}
}
