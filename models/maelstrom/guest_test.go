package maelstrom

import (
	"fmt"
	"strings"
	"time"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/program"
)

// guest is a program in this process: what set makes of a life of it.
type guest struct {
	name string
	set  func(l *life)
}

func (g guest) Identity() sim.Program { return sim.Program{Path: g.name} }

func (g guest) Start(env *sim.Env, s program.Streams) program.Process {
	l := &life{env: env, out: s, on: map[string]func(m ask){}, waits: map[int64]func(history.Value){}, syncs: map[sim.SyncID]func(){}}
	l.on["init"] = func(m ask) { l.reply(m, "init_ok") }
	g.set(l)
	return l
}

// life is a life of a guest: handlers of messages by type, in the manner of Maelstrom's libraries.
type life struct {
	env       *sim.Env
	out       program.Streams
	id        string
	ids       []string
	neighbors []string
	on        map[string]func(m ask)
	every     time.Duration
	tick      func()

	numbers int64
	waits   map[int64]func(reply history.Value)
	syncs   map[sim.SyncID]func()
	heard   func(line string)
	over    bool
}

// ask is a message to the guest.
type ask struct {
	src  string
	body history.Value
}

func (m ask) get(name string) history.Value {
	v, _ := m.body.Field(name)
	return v
}

func (m ask) int(name string) int64 {
	n, _ := m.get(name).AsInt()
	return n
}

func (l *life) Input(line []byte) {
	if l.heard != nil {
		l.heard(string(line))
	}
	if l.over {
		return
	}
	v, err := history.ParseValue(string(line))
	if err != nil {
		panic(err)
	}
	m := ask{src: text(v, "src")}
	m.body, _ = v.Field("body")
	switch kind := text(m.body, "type"); kind {
	case "init":
		l.id = text(m.body, "node_id")
		all, _ := m.get("node_ids").AsList()
		for _, id := range all {
			name, _ := id.AsString()
			l.ids = append(l.ids, name)
		}
		if l.every > 0 {
			l.env.SetTimer(0, l.every)
		}
	case "topology":
		near, _ := m.get("topology").Field(l.id)
		list, _ := near.AsList()
		l.neighbors = nil
		for _, id := range list {
			name, _ := id.AsString()
			l.neighbors = append(l.neighbors, name)
		}
		if l.on[kind] == nil {
			l.reply(m, "topology_ok")
			return
		}
	}
	if id, isReply := m.get("in_reply_to").AsInt(); isReply {
		if then := l.waits[id]; then != nil {
			delete(l.waits, id)
			then(m.body)
		}
		return
	}
	if handle := l.on[text(m.body, "type")]; handle != nil {
		handle(m)
	}
}

func (l *life) Timer(sim.TimerID) {
	l.env.SetTimer(0, l.every)
	l.tick()
}

func (l *life) Synced(id sim.SyncID, err error) {
	then := l.syncs[id]
	delete(l.syncs, id)
	if err != nil {
		panic(err) // no such fault in these tests
	}
	then()
}

func (l *life) End() {}

// send prints a message.
func (l *life) send(to string, body []byte) {
	l.out.Line([]byte(fmt.Sprintf(`{"src":%q,"dest":%q,"body":%s}`, l.id, to, body)))
}

func (l *life) reply(m ask, kind string, fields ...field) {
	l.send(m.src, bodyOf(kind, append(fields, field{"in_reply_to", m.get("msg_id")})...))
}

// fail answers an error.
func (l *life) fail(m ask, code int64) { l.reply(m, "error", field{"code", history.Int(code)}) }

// rpc asks a node or service; then runs with the reply, if there is one.
func (l *life) rpc(to string, then func(reply history.Value), kind string, fields ...field) {
	l.numbers++
	l.waits[l.numbers] = then
	l.send(to, bodyOf(kind, append(fields, field{"msg_id", history.Int(l.numbers)})...))
}

// exit ends the program.
func (l *life) exit(code int) {
	l.over = true
	l.out.Exit(program.Exit{Code: code, Reason: fmt.Sprint("exited with code ", code)})
}

// save appends a value to a file; then runs when it is durable.
func (l *life) save(v history.Value, then func()) {
	if err := l.env.Append("state", []byte(v.String()+"\n")); err != nil {
		panic(err)
	}
	l.numbers++
	l.syncs[sim.SyncID(l.numbers)] = then
	l.env.Sync("state", sim.SyncID(l.numbers))
}

// load returns the last value of the file.
func (l *life) load() history.Value {
	data, err := l.env.Read("state")
	if err != nil {
		panic(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		v, err := history.ParseValue(last)
		if err != nil {
			panic(err)
		}
		return v
	}
	return history.Null
}

func str(s string) history.Value { return history.String(s) }
