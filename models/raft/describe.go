package raft

import (
	"fmt"
	"strconv"

	"simrun/sim"
)

var messageNames = [...]string{
	preVote: "PreVote", preVoteReply: "PreVoteReply", requestVote: "RequestVote", voteReply: "VoteReply",
	appendEntries: "AppendEntries", appendReply: "AppendReply", installSnapshot: "InstallSnapshot", installReply: "InstallReply",
	timeoutNow: "TimeoutNow", readIndex: "ReadIndex", readIndexReply: "ReadIndexReply",
}

// DescribeMessage returns what tells a person what a payload says, whoever sent it to whom: requests are described by what the
// machine brings, which reports false for what it does not know.
func DescribeMessage(request func(payload []byte) (string, bool)) func(payload []byte) string {
	return func(payload []byte) string {
		var m message
		if m.decode(payload) {
			return m.String()
		}
		if text, ok := request(payload); ok {
			return text
		}
		return "damaged message"
	}
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
	case timeoutNow:
		return head
	case readIndex:
		return fmt.Sprintf("%s #%d", head, uint32(m.round))
	case readIndexReply:
		return fmt.Sprintf("%s #%d at %d", head, uint32(m.round), m.index)
	case installSnapshot:
		s := fmt.Sprintf("%s up to %d@t%d, %d bytes from %d", head, m.index, m.logTerm, len(m.entries), m.prev)
		if m.ok {
			s += ", the last"
		}
		return s
	case installReply:
		return fmt.Sprintf("%s up to %d, has %d bytes", head, m.index, m.prev)
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

// Describe implements [sim.Describer].
func (s *Server) Describe() sim.State {
	detail := []sim.Field{
		{Name: "last", Value: fmt.Sprintf("%d@t%d", s.log.Last(), s.log.LastEpoch())},
		{Name: "durable", Value: strconv.FormatUint(uint64(s.log.Stable()), 10)},
		{Name: "commit", Value: strconv.FormatUint(uint64(s.commit), 10)},
	}
	if s.snapshot.index != 0 {
		detail = append(detail, sim.Field{Name: "snapshot", Value: strconv.FormatUint(uint64(s.snapshot.index), 10)})
	}
	if s.options.membership != fixed {
		detail = append(detail, sim.Field{Name: "members", Value: s.members.String()})
	}
	if s.vote != 0 {
		detail = append(detail, sim.Field{Name: "vote", Value: s.vote.String()})
	}
	if s.leader != 0 {
		detail = append(detail, sim.Field{Name: "leader", Value: s.leader.String()})
	}
	return sim.State{Role: s.role.String(), Epoch: uint64(s.term), Detail: detail}
}
