package blocking

import "time"

// Mailbox passes values between the tasks of one node, in order. The zero value is empty.
type Mailbox[T any] struct {
	items   []T
	waiting []*getter[T]
}

// getter is a task that waits for a value.
type getter[T any] struct {
	t     *task
	value T
	got   bool
}

// Put adds a value. It does not wait.
func (m *Mailbox[T]) Put(p *Proc, value T) { m.put(p.t.n, value) }

func (m *Mailbox[T]) put(n *node, value T) {
	if len(m.waiting) == 0 {
		m.items = append(m.items, value)
		return
	}
	g := m.waiting[0]
	m.waiting = m.waiting[1:]
	g.value, g.got = value, true
	n.wake(g.t)
}

// Get waits for a value, at most for timeout; false if none came.
func (m *Mailbox[T]) Get(p *Proc, timeout time.Duration) (T, bool) {
	if len(m.items) > 0 {
		value := m.items[0]
		m.items = m.items[1:]
		return value, true
	}
	g := &getter[T]{t: p.t}
	m.waiting = append(m.waiting, g)
	p.t.waitUntil(timeout)
	if !g.got {
		for i := range m.waiting {
			if m.waiting[i] == g {
				m.waiting = append(m.waiting[:i], m.waiting[i+1:]...)
				break
			}
		}
	}
	return g.value, g.got
}

// Len is the number of values that wait to be taken.
func (m *Mailbox[T]) Len() int { return len(m.items) }
