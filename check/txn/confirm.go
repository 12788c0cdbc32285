package txn

import (
	"fmt"

	"simrun/history"
)

// confirm runs a schedule against the lengths of lists and the latest writes of registers, as [Replay] does with values. It returns an error
// unless every transaction sees what it says that it saw.
func (h *record) confirm(done []moment, l Level) error {
	c := &confirmation{record: h, now: make([]int32, len(h.keys)), changed: make([]int32, len(h.keys)), began: make([]int32, len(h.txs))}
	for k := range h.keys {
		if h.keys[k].regs {
			c.now[k] = initial
		}
	}
	committed := 0
	for i, p := range done {
		at := int32(i) + 1
		if p.start || !l.snapshots() {
			c.began[p.tx] = at
			if err := c.start(p.tx); err != nil {
				return err
			}
		}
		if p.start {
			continue
		}
		committed++
		if err := c.commit(p.tx, at); err != nil {
			return err
		}
	}
	for t := range h.txs {
		if h.txs[t].committed {
			committed--
		}
	}
	if committed != 0 {
		return fmt.Errorf("the schedule has another number of transactions than the history")
	}
	return nil
}

// A moment is a [Point] whose transaction is a number of the record.
type moment struct {
	tx    int32
	start bool
}

type confirmation struct {
	*record
	now     []int32 // by key: the length of a list, the latest write of a register
	changed []int32 // by key: when that was
	began   []int32
}

// start compares the reads of a transaction with what is there.
func (c *confirmation) start(t int32) error {
	if c.txs[t].outcome != history.OK {
		return nil
	}
	list := c.mopsOf(t)
	for i, m := range list {
		if m.kind != 'r' {
			continue
		}
		expected := c.now[m.key]
		if c.keys[m.key].regs && m.own != nonsense {
			expected = m.own
		}
		if c.keys[m.key].lists {
			for _, before := range list[:i] {
				if before.key == m.key && before.kind == 'a' {
					expected++
				}
			}
		}
		if m.n != expected {
			return fmt.Errorf("%s sees version %d of key %d where the schedule has %d", name(t), m.n, m.key, expected)
		}
	}
	return nil
}

func (c *confirmation) commit(t, at int32) error {
	for _, m := range c.mopsOf(t) {
		if m.kind == 'r' {
			continue
		}
		if last := c.changed[m.key]; last > c.began[t] && last != at {
			return fmt.Errorf("%s writes key %d, which was written since it started", name(t), m.key)
		}
		c.changed[m.key] = at
		if c.keys[m.key].regs {
			c.now[m.key] = m.n
			continue
		}
		c.now[m.key]++
		if place := c.writes[m.n].place; place != 0 && place != c.now[m.key] || place == 0 && int(c.now[m.key]) <= len(c.keys[m.key].order) {
			return fmt.Errorf("%s appends element %d of key %d in place %d", name(t), place, m.key, c.now[m.key])
		}
	}
	return nil
}
