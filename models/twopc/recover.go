package twopc

import (
	"cmp"
	"errors"
)

var errRecord = errors.New("a record that no server has written")

func (id ID) compare(other ID) int {
	return cmp.Or(cmp.Compare(id.Node, other.Node), cmp.Compare(id.Boots, other.Boots), cmp.Compare(id.Count, other.Count))
}

// replay takes a record of the log. It runs before anything else does.
func (s *server) replay(record []byte) error {
	m, ok := decode(record)
	if !ok {
		return errRecord
	}
	switch m.kind {
	case recordPrepared:
		s.prepared[m.id] = &vote{owner: owner{m.age, m.id}, at: m.at, others: m.nodes, items: m.items}
	case recordSettled:
		if v := s.prepared[m.id]; v != nil {
			s.conclude(v, m.what, m.at)
		}
	case recordRefused:
		s.refused[m.id] = true
	case recordDecided:
		s.decided[m.id] = &decision{m.id, m.at, m.nodes}
	case recordDelivered:
		delete(s.decided, m.id)
	default:
		return errRecord
	}
	return nil
}
