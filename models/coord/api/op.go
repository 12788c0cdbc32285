package api

import (
	"fmt"
	"math"
	"time"

	"simrun/history"
	"simrun/models/session"
	"simrun/models/wire"
)

// The time of a lease is counted in ticks of the leader's clock.
const (
	Tick         = 50 * time.Millisecond
	SessionTicks = 20 // that a session lives without a sign of its client
)

// OpKind is what an operation does. The numbers differ from those of other payloads.
type OpKind byte

const (
	OpAbsent  OpKind = 0x60 + iota // compare: there is no node
	OpVersion                      // compare: the node has this version
	OpCreated                      // compare: the node was created at this revision
	OpCreate                       // creates a node, and the nodes above it that are missing; refused if there is one
	OpPut                          // sets the value of a node, which is created if there is none; refused if a version is named, and it is another
	OpDelete                       // deletes a node; refused if there is none, or one with children
	OpGet                          // reads a node
	OpList                         // reads the children of a node
	OpWatch                        // waits for a change of a node after a revision
	OpFollow                       // waits until a server has come to a revision (value), and returns the nodes created in a directory from a revision on
	OpCompact                      // drops the changes up to a revision
	OpTouch                        // renews a lease
	OpGrant                        // grants a lease, for so many ticks
	OpExpire                       // ends a lease; its nodes go with it
	OpLoad                         // reads the resource, and raises its token; the value is the revision at which the lock was seen to be held
	OpStore                        // writes the resource with a token, which must not be smaller than that of any reader or writer before
	OpShare                        // reads the resource with the token of a reader, which must not be smaller than that of a writer before
	OpAfter                        // refuses the command unless the command of its session with this number was done, or a later one
)

func (k OpKind) known() bool    { return k >= OpAbsent && k <= OpAfter }
func (k OpKind) Compares() bool { return k >= OpAbsent && k <= OpCreated }

// Op is one operation of a command or a query. A command is a transaction in the way of etcd: if all comparisons hold, the other operations
// are done, else those of the other branch; and if one of them is refused, none has an effect.
type Op struct {
	Kind       OpKind
	Path       string
	Value      int64
	Number     uint64 // a version, a revision, a session or a token
	Sequential bool   // of opCreate: the name is completed with a number that grows
	Otherwise  bool   // belongs to the branch that is done if a comparison does not hold
}

// mine stands for the session of the command, as the owner of a node.
const mine = math.MaxUint64

// The constructors of operations.
func Get(path string) Op              { return Op{Kind: OpGet, Path: path} }
func List(path string) Op             { return Op{Kind: OpList, Path: path} }
func Put(path string, value int64) Op { return Op{Kind: OpPut, Path: path, Value: value} }
func PutAt(path string, value int64, version uint64) Op {
	return Op{Kind: OpPut, Path: path, Value: value, Number: version + 1} // the version of a node that is not there is 0
}
func CreatedAt(path string, revision uint64) Op {
	return Op{Kind: OpCreated, Path: path, Number: revision}
}
func Remove(path string) Op            { return Op{Kind: OpDelete, Path: path} }
func Absent(path string) Op            { return Op{Kind: OpAbsent, Path: path} }
func Version(path string, v uint64) Op { return Op{Kind: OpVersion, Path: path, Number: v} }
func Ephemeral(path string) Op         { return Op{Kind: OpCreate, Path: path, Number: mine} }
func Touch() Op                        { return Op{Kind: OpTouch, Number: mine} }
func EphemeralSequential(prefix string) Op {
	return Op{Kind: OpCreate, Path: prefix, Number: mine, Sequential: true}
}

// append appends the encoding of o to b, in a command of a session.
func (o Op) append(b []byte, session uint64) []byte {
	if o.Number == mine {
		o.Number = session
	}
	var flags uint64
	if o.Sequential {
		flags |= 1
	}
	if o.Otherwise {
		flags |= 2
	}
	return wire.AppendRecord(b, wire.Append(nil, byte(o.Kind), []byte(o.Path), uint64(o.Value), o.Number, flags))
}

// AppendOps appends the encodings of operations to b.
func AppendOps(b []byte, session uint64, ops []Op) []byte {
	for _, o := range ops {
		b = o.append(b, session)
	}
	return b
}

// DecodeOps reads operations; false if they are damaged.
func DecodeOps(b []byte) (ops []Op, ok bool) {
	read := 0
	for record := range wire.Records(b) {
		read += 4 + len(record)
		var n [3]uint64
		kind := OpKind(wire.Kind(record))
		path, ok := wire.Decode(record, byte(kind), n[:])
		if !ok || !kind.known() || n[2] > 3 {
			return nil, false
		}
		ops = append(ops, Op{kind, string(path), int64(n[0]), n[1], n[2]&1 != 0, n[2]&2 != 0})
	}
	return ops, read == len(b)
}

// String tells a person what o asks.
func (o Op) String() string {
	switch o.Kind {
	case OpAbsent:
		return "no " + o.Path
	case OpVersion:
		return fmt.Sprintf("%s at version %d", o.Path, o.Number)
	case OpCreated:
		return fmt.Sprintf("%s created at %d", o.Path, o.Number)
	case OpCreate:
		return "create " + o.Path
	case OpPut:
		return fmt.Sprintf("put %s %d", o.Path, o.Value)
	case OpDelete:
		return "delete " + o.Path
	case OpGet:
		return "get " + o.Path
	case OpList:
		return "list " + o.Path
	case OpWatch:
		return fmt.Sprintf("watch %s after %d", o.Path, o.Number)
	case OpFollow:
		return fmt.Sprintf("follow %s from %d to %d", o.Path, o.Number, o.Value)
	case OpCompact:
		return fmt.Sprintf("compact to %d", o.Number)
	case OpTouch:
		return fmt.Sprintf("renew lease %d", o.Number)
	case OpGrant:
		return fmt.Sprintf("grant a lease for %v", time.Duration(o.Value)*Tick)
	case OpExpire:
		return fmt.Sprintf("end lease %d", o.Number)
	case OpLoad:
		return fmt.Sprintf("load %s with token %d", o.Path, o.Number)
	case OpShare:
		return fmt.Sprintf("load %s with token %d of a reader", o.Path, o.Number)
	case OpAfter:
		return fmt.Sprintf("after #%d", o.Number)
	}
	return fmt.Sprintf("store %s %d with token %d", o.Path, o.Value, o.Number)
}

// Refusal is why a transaction had no effect.
type Refusal int64

const (
	NotRefused Refusal = iota
	NodeExists
	NoNode
	NotEmpty
	BadVersion // the node has another version
	NoOwner    // the session that the node should belong to has ended
	StaleToken // a greater token was seen
	Compacted  // the changes that were asked for have been dropped
	OutOfOrder // a command that was sent before was not done
)

var refusals = [...]string{
	NotRefused: "for no reason", NodeExists: "the node exists", NoNode: "no such node", NotEmpty: "the node has children", BadVersion: "another version",
	NoOwner: "the session has ended", StaleToken: "a greater token was seen", Compacted: "the changes are gone", OutOfOrder: "sent after one that was not done",
}

// String tells a person why.
func (r Refusal) String() string { return refusals[min(max(r, NotRefused), OutOfOrder)] }

// Answer is what a command or a query ended with.
type Answer struct {
	Revision  uint64 // of the state that it saw, or made
	Refused   Refusal
	Otherwise bool // a comparison did not hold
	Items     []Item
}

// Item is a node, or the value of the resource, as an operation saw it.
type Item struct {
	Op       uint64 // which operation, from 0
	Path     string
	Value    int64
	Version  uint64
	Created  uint64
	Modified uint64
	Owner    uint64
}

// Result encodes a.
func (a Answer) Result() session.Result {
	if a.Refused != NotRefused {
		return session.Result{Status: session.Absent, Value: int64(a.Refused)}
	}
	r := session.Result{Status: session.OK, Value: int64(a.Revision)}
	if a.Otherwise {
		r.Status = session.Mismatch
	}
	var body []byte
	for _, i := range a.Items {
		body = wire.AppendRecord(body, wire.Append(nil, byte(OpGet), []byte(i.Path), i.Op, uint64(i.Value), i.Version, i.Created, i.Modified, i.Owner))
	}
	r.Body = string(body)
	return r
}

// AnswerOf decodes what result encoded.
func AnswerOf(r session.Result) Answer {
	if r.Status == session.Absent {
		return Answer{Refused: Refusal(r.Value)}
	}
	a := Answer{Revision: uint64(r.Value), Otherwise: r.Status == session.Mismatch}
	for record := range wire.Records([]byte(r.Body)) {
		var n [6]uint64
		if path, ok := wire.Decode(record, byte(OpGet), n[:]); ok {
			a.Items = append(a.Items, Item{n[0], string(path), int64(n[1]), n[2], n[3], n[4], n[5]})
		}
	}
	return a
}

// Single is that of the node that was read, or null.
func (a Answer) Single() history.Value {
	if len(a.Items) == 0 {
		return history.Null
	}
	return history.Int(a.Items[0].Value)
}
