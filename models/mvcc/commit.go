package mvcc

import (
	"simrun/models/session"
	"simrun/models/txn"
)

// commit sends what the transaction writes to be validated and installed.
func (x *execution) commit() txn.Outcome {
	if half := len(x.writes) / 2; half > 0 && x.c.Bug(bugInParts) {
		first := *x
		first.writes, x.writes = x.writes[:half], x.writes[half:]
		if o := first.send(); o.Status != txn.Committed {
			return o
		}
		x.seen = nil
	}
	o := x.send()
	for range 3 {
		if o.Reason != reasonConflict || !x.c.Bug(bugBlindRetry) {
			break
		}
		x.snapshot, x.seen = 0, nil // as if it began now
		o = x.send()
	}
	return o
}

// reasonConflict is why a transaction is aborted that others were faster than.
const reasonConflict = "conflict"

func (x *execution) send() txn.Outcome {
	r, uncertain, err := x.commits.Command(func(b []byte, session, seq uint64) []byte {
		c := command{session, seq, x.snapshot, x.seen, x.writes}
		return c.append(b)
	})
	switch {
	case err != nil && uncertain:
		return txn.Lost(err.Error())
	case err != nil:
		return txn.Abort(err.Error())
	case r.Status == session.Mismatch:
		return txn.Abort(reasonConflict)
	case r.Status == session.Absent:
		return txn.Abort("not enough money")
	}
	return txn.Commit(x.did)
}
