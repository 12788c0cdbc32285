package txn

import (
	"fmt"
	"strings"

	"simrun/history"
	"simrun/internal/brief"
)

// sayer makes sentences.
type sayer struct {
	*record
	name    func(history.Process) string
	untimed bool
}

// who is a transaction: "T5".
func (s *sayer) who(t int32) string { return name(t) }

// process is who ran a transaction: "c2", or "process 3".
func (s *sayer) process(t int32) string {
	p := s.ops[t].Process
	if s.name != nil {
		return s.name(p)
	}
	return fmt.Sprintf("process %d", p)
}

// when says a time: "1.2s", or "event 7" in a history without times.
func (s *sayer) when(at history.Time, event int) string {
	if s.untimed {
		return fmt.Sprintf("event %d", event)
	}
	return at.Clock()
}

func (s *sayer) key(k int32) string { return bare(s.keyNames.text(s.keys[k].name)) }

func (s *sayer) value(w int32) string {
	if w < 0 {
		return "nothing"
	}
	return bare(s.values.text(s.writes[w].value))
}

func (s *sayer) clip(text string) string { return brief.Middle(text, 60) }

// list is the elements of some writes: "[1 2 3]", with dots for the middle of a long one.
func (s *sayer) list(writes []int32) string {
	var parts []string
	for i, w := range writes {
		switch {
		case len(writes) > 8 && i == 3:
			parts = append(parts, "…")
		case len(writes) <= 8 || i < 3 || i >= len(writes)-4:
			parts = append(parts, s.value(w))
		}
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// seen is what a read saw.
func (s *sayer) seen(m mop) string {
	switch {
	case s.keys[m.key].regs:
		return s.value(m.n)
	case m.n < 0:
		return "another list"
	}
	return s.list(s.keys[m.key].order[:m.n])
}

// garbageOf is what a transaction read from a key that nobody had written there.
func (s *sayer) garbageOf(t, k int32) string {
	found := ""
	steps(s.textOf(int(t)), func(st step) error {
		if found != "" || st.kind != 'r' || s.keyOf[s.keyNames.id(st.key)] != k || st.value == "null" {
			return nil
		}
		if s.keys[k].regs || st.value[0] != '[' {
			if s.writer(k, st.value) == nonsense {
				found = st.value
			}
			return nil
		}
		for in := (scanner{text: st.value, at: 1}); in.at < len(st.value); in.at++ {
			if v := in.value(); len(v) > 0 && s.writer(k, v) == nonsense {
				found = v
				return nil
			}
		}
		return nil
	})
	return bare(found)
}

// transaction is what a transaction did: "read x = [1 2], append 3 to y".
func (s *sayer) transaction(t int32) string {
	var parts []string
	for _, m := range s.mopsOf(t) {
		switch {
		case m.kind == 'a':
			parts = append(parts, fmt.Sprintf("append %s to %s", s.value(m.n), s.key(m.key)))
		case m.kind == 'w':
			parts = append(parts, fmt.Sprintf("write %s = %s", s.key(m.key), s.value(m.n)))
		case s.txs[t].outcome == history.OK:
			parts = append(parts, fmt.Sprintf("read %s = %s", s.key(m.key), s.seen(m)))
		}
	}
	return brief.Middle(strings.Join(parts, ", "), 160)
}

// version is what a read saw whose last write is n.
func (s *sayer) version(n int32) string {
	switch {
	case n == initial:
		return "nothing"
	case n < 0 || s.keys[s.writes[n].key].regs:
		return s.value(n)
	}
	return s.list(s.keys[s.writes[n].key].order[:s.writes[n].place])
}
