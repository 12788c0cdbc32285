package raft

import (
	"fmt"
	"strconv"

	"simrun/sim"
)

var messageNames = [...]string{
	preVote: "PreVote", preVoteReply: "PreVoteReply", requestVote: "RequestVote", voteReply: "VoteReply",
	appendEntries: "AppendEntries", appendReply: "AppendReply",
}

// describeMessage tells a person what a payload says, whoever sent it to whom.
func describeMessage(payload []byte) string {
	var m message
	if m.decode(payload) {
		return m.String()
	}
	if kind, body, ok := openRequest(payload); ok && kind >= requestRegister && kind <= requestRead {
		return describeRequest(kind, body)
	}
	var r result
	if r.decode(payload) {
		return r.String()
	}
	return "damaged message"
}

// String tells a person what m says.
func (m *message) String() string {
	head := fmt.Sprintf("%s t%d", messageNames[m.kind], m.term)
	switch m.kind {
	case preVote, requestVote:
		return fmt.Sprintf("%s last %d@t%d", head, m.index, m.logTerm)
	case appendEntries:
		s := fmt.Sprintf("%s prev %d@t%d", head, m.prev, m.logTerm)
		if n := m.count(); n > 0 {
			s += fmt.Sprintf(" +%d", n)
		}
		return fmt.Sprintf("%s commit %d", s, m.index)
	case appendReply:
		if m.ok {
			return fmt.Sprintf("%s match %d", head, m.index)
		}
		return fmt.Sprintf("%s rejected prev %d, try %d", head, m.prev, m.index)
	}
	if m.ok {
		return head + " granted"
	}
	return head + " denied"
}

func describeRequest(kind requestKind, body []byte) string {
	switch kind {
	case requestRegister:
		return "register"
	case requestRead:
		return "read " + string(body)
	}
	var c command
	if !c.decode(body) {
		return "damaged command"
	}
	return c.String()
}

// String tells a person what c asks.
func (c *command) String() string {
	switch c.op {
	case opRead:
		return fmt.Sprintf("read %s through the log", c.key)
	case opCAS:
		return fmt.Sprintf("cas %s %d → %d, session %d #%d", c.key, c.from, c.value, c.session, c.seq)
	case opCreate:
		return fmt.Sprintf("cas %s none → %d, session %d #%d", c.key, c.value, c.session, c.seq)
	}
	return fmt.Sprintf("write %s %d, session %d #%d", c.key, c.value, c.session, c.seq)
}

// String tells a person how a request ended.
func (r result) String() string {
	switch r.status {
	case statusOK:
		return "ok " + strconv.FormatInt(r.value, 10)
	case statusAbsent:
		return "no value"
	case statusMismatch:
		return fmt.Sprintf("another value: %d", r.value)
	case statusRegistered:
		return fmt.Sprintf("session %d", r.value)
	case statusNoSession:
		return "no such session"
	case statusStale:
		return "a later command was done already"
	case statusNotLeader:
		if r.value == 0 {
			return "not leader"
		}
		return fmt.Sprintf("not leader, try n%d", r.value)
	}
	return "leadership lost, outcome unknown"
}

// Describe implements [sim.Describer].
func (s *server) Describe() sim.State {
	detail := []sim.Field{
		{Name: "last", Value: fmt.Sprintf("%d@t%d", s.log.last(), s.log.lastTerm())},
		{Name: "durable", Value: strconv.FormatUint(uint64(s.stable), 10)},
		{Name: "commit", Value: strconv.FormatUint(uint64(s.commit), 10)},
	}
	if s.vote != 0 {
		detail = append(detail, sim.Field{Name: "vote", Value: s.vote.String()})
	}
	if s.leader != 0 {
		detail = append(detail, sim.Field{Name: "leader", Value: s.leader.String()})
	}
	return sim.State{Role: s.role.String(), Epoch: uint64(s.term), Detail: detail}
}
