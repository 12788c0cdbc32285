package coord

import (
	"fmt"
	"math"
	"time"

	"simrun/models/session"
	"simrun/models/wire"
)

// opKind is what an operation does. The numbers differ from those of other payloads.
type opKind byte

const (
	opAbsent  opKind = 0x60 + iota // compare: there is no node
	opVersion                      // compare: the node has this version
	opCreated                      // compare: the node was created at this revision
	opCreate                       // creates a node, and the nodes above it that are missing; refused if there is one
	opPut                          // sets the value of a node, which is created if there is none; refused if a version is named, and it is another
	opDelete                       // deletes a node; refused if there is none, or one with children
	opGet                          // reads a node
	opList                         // reads the children of a node
	opWatch                        // waits for a change of a node after a revision
	opFollow                       // waits until a server has come to a revision (value), and returns the nodes created in a directory from a revision on
	opCompact                      // drops the changes up to a revision
	opTouch                        // renews a lease
	opGrant                        // grants a lease, for so many ticks
	opExpire                       // ends a lease; its nodes go with it
	opLoad                         // reads the resource, and raises its token; the value is the revision at which the lock was seen to be held
	opStore                        // writes the resource with a token
)

func (k opKind) known() bool    { return k >= opAbsent && k <= opStore }
func (k opKind) compares() bool { return k >= opAbsent && k <= opCreated }

// op is one operation of a command or a query. A command is a transaction in the way of etcd: if all comparisons hold, the other operations
// are done, else those of the other branch; and if one of them is refused, none has an effect.
type op struct {
	kind       opKind
	path       string
	value      int64
	number     uint64 // a version, a revision, a session or a token
	sequential bool   // of opCreate: the name is completed with a number that grows
	otherwise  bool   // belongs to the branch that is done if a comparison does not hold
}

// mine stands for the session of the command, as the owner of a node.
const mine = math.MaxUint64

// The constructors of operations.
func get(path string) op              { return op{kind: opGet, path: path} }
func list(path string) op             { return op{kind: opList, path: path} }
func put(path string, value int64) op { return op{kind: opPut, path: path, value: value} }
func putAt(path string, value int64, version uint64) op {
	return op{kind: opPut, path: path, value: value, number: version + 1} // the version of a node that is not there is 0
}
func createdAt(path string, revision uint64) op {
	return op{kind: opCreated, path: path, number: revision}
}
func remove(path string) op            { return op{kind: opDelete, path: path} }
func absent(path string) op            { return op{kind: opAbsent, path: path} }
func version(path string, v uint64) op { return op{kind: opVersion, path: path, number: v} }
func ephemeral(path string) op         { return op{kind: opCreate, path: path, number: mine} }
func ephemeralSequential(prefix string) op {
	return op{kind: opCreate, path: prefix, number: mine, sequential: true}
}

// append appends the encoding of o to b, in a command of a session.
func (o op) append(b []byte, session uint64) []byte {
	if o.number == mine {
		o.number = session
	}
	var flags uint64
	if o.sequential {
		flags |= 1
	}
	if o.otherwise {
		flags |= 2
	}
	return wire.AppendRecord(b, wire.Append(nil, byte(o.kind), []byte(o.path), uint64(o.value), o.number, flags))
}

// appendOps appends the encodings of operations to b.
func appendOps(b []byte, session uint64, ops []op) []byte {
	for _, o := range ops {
		b = o.append(b, session)
	}
	return b
}

// decodeOps reads operations; false if they are damaged.
func decodeOps(b []byte) (ops []op, ok bool) {
	read := 0
	for record := range wire.Records(b) {
		read += 4 + len(record)
		var n [3]uint64
		kind := opKind(wire.Kind(record))
		path, ok := wire.Decode(record, byte(kind), n[:])
		if !ok || !kind.known() || n[2] > 3 {
			return nil, false
		}
		ops = append(ops, op{kind, string(path), int64(n[0]), n[1], n[2]&1 != 0, n[2]&2 != 0})
	}
	return ops, read == len(b)
}

// String tells a person what o asks.
func (o op) String() string {
	switch o.kind {
	case opAbsent:
		return "no " + o.path
	case opVersion:
		return fmt.Sprintf("%s at version %d", o.path, o.number)
	case opCreated:
		return fmt.Sprintf("%s created at %d", o.path, o.number)
	case opCreate:
		return "create " + o.path
	case opPut:
		return fmt.Sprintf("put %s %d", o.path, o.value)
	case opDelete:
		return "delete " + o.path
	case opGet:
		return "get " + o.path
	case opList:
		return "list " + o.path
	case opWatch:
		return fmt.Sprintf("watch %s after %d", o.path, o.number)
	case opFollow:
		return fmt.Sprintf("follow %s from %d to %d", o.path, o.number, o.value)
	case opCompact:
		return fmt.Sprintf("compact to %d", o.number)
	case opTouch:
		return fmt.Sprintf("renew lease %d", o.number)
	case opGrant:
		return fmt.Sprintf("grant a lease for %v", time.Duration(o.value)*tick)
	case opExpire:
		return fmt.Sprintf("end lease %d", o.number)
	case opLoad:
		return fmt.Sprintf("load %s with token %d", o.path, o.number)
	}
	return fmt.Sprintf("store %s %d with token %d", o.path, o.value, o.number)
}

// refusal is why a transaction had no effect.
type refusal int64

const (
	notRefused refusal = iota
	nodeExists
	noNode
	notEmpty
	badVersion // the node has another version
	noOwner    // the session that the node should belong to has ended
	staleToken // a greater token was seen
	compacted  // the changes that were asked for have been dropped
)

var refusals = [...]string{
	notRefused: "for no reason", nodeExists: "the node exists", noNode: "no such node", notEmpty: "the node has children", badVersion: "another version",
	noOwner: "the session has ended", staleToken: "a greater token was seen", compacted: "the changes are gone",
}

// String tells a person why.
func (r refusal) String() string { return refusals[min(max(r, notRefused), compacted)] }

// answer is what a command or a query ended with.
type answer struct {
	revision  uint64 // of the state that it saw, or made
	refused   refusal
	otherwise bool // a comparison did not hold
	items     []item
}

// item is a node, or the value of the resource, as an operation saw it.
type item struct {
	op       uint64 // which operation, from 0
	path     string
	value    int64
	version  uint64
	created  uint64
	modified uint64
	owner    uint64
}

// result encodes a.
func (a answer) result() session.Result {
	if a.refused != notRefused {
		return session.Result{Status: session.Absent, Value: int64(a.refused)}
	}
	r := session.Result{Status: session.OK, Value: int64(a.revision)}
	if a.otherwise {
		r.Status = session.Mismatch
	}
	var body []byte
	for _, i := range a.items {
		body = wire.AppendRecord(body, wire.Append(nil, byte(opGet), []byte(i.path), i.op, uint64(i.value), i.version, i.created, i.modified, i.owner))
	}
	r.Body = string(body)
	return r
}

// answerOf decodes what result encoded.
func answerOf(r session.Result) answer {
	if r.Status == session.Absent {
		return answer{refused: refusal(r.Value)}
	}
	a := answer{revision: uint64(r.Value), otherwise: r.Status == session.Mismatch}
	for record := range wire.Records([]byte(r.Body)) {
		var n [6]uint64
		if path, ok := wire.Decode(record, byte(opGet), n[:]); ok {
			a.items = append(a.items, item{n[0], string(path), int64(n[1]), n[2], n[3], n[4], n[5]})
		}
	}
	return a
}
