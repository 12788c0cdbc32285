package txn

import (
	"fmt"
	"slices"
	"strings"
)

// cycle is the anomaly of a cycle.
func (d *decision) cycle(links []link) *Anomaly { return d.cycleWith(links, nil) }

// cycleWith is the anomaly of a cycle, some of whose edges are forced by what a level demands.
func (d *decision) cycleWith(links []link, why map[[2]int32]forced) *Anomaly {
	a := &Anomaly{Name: classify(links)}
	for i, l := range links {
		sentence, k := d.edge(l)
		if f, ok := why[[2]int32{l.from, l.to}]; ok && l.kind == ww {
			sentence, k = fmt.Sprintf("%s, so %s comes before %s", d.missing(f, ReadAtomic), d.say.who(l.from), d.say.who(l.to)), f.key
		}
		if i == len(links)-1 {
			sentence += ": a contradiction"
		}
		a.txs = append(a.txs, l.from)
		a.Sentences = append(a.Sentences, sentence)
		e := Edge{From: d.ops[l.from].Invoke, To: d.ops[l.to].Invoke, Kind: kindNames[l.kind]}
		if k >= 0 {
			e.Key = d.say.key(k)
		}
		a.Edges = append(a.Edges, e)
	}
	a.Transactions = d.invocations(a.txs)
	return a
}

// edge says why one transaction comes before another, and the key that it is about; nonsense if it is about none.
func (d *decision) edge(l link) (string, int32) {
	from, to := d.say.who(l.from), d.say.who(l.to)
	switch l.kind {
	case process:
		return fmt.Sprintf("%s came before %s in %s", from, to, d.say.process(l.from)), nonsense
	case realtime:
		return fmt.Sprintf("%s was done at %s, before %s began at %s", from, d.say.when(d.ops[l.from].Return, d.ops[l.from].Complete), to,
			d.say.when(d.ops[l.to].Call, d.ops[l.to].Invoke)), nonsense
	case wr:
		return d.sayRead(l)
	case rw:
		return d.sayMissed(l)
	}
	return d.sayVersions(l)
}

func (d *decision) sayRead(l link) (string, int32) {
	sentence, key := "", int32(nonsense)
	d.external(l.to, func(_ int, k, v int32) {
		if sentence == "" && v >= 0 && d.writes[v].tx == l.from {
			sentence, key = fmt.Sprintf("%s read %s = %s, so it came after %s, which wrote %s", d.say.who(l.to), d.say.key(k), d.say.version(v), d.say.who(l.from), d.say.value(v)), k
		}
	})
	return sentence, key
}

// sayMissed says that the first of two transactions read what the second replaced.
func (d *decision) sayMissed(l link) (string, int32) {
	sentence, key := "", int32(nonsense)
	chosen := d.chosenKey(l)
	d.external(l.from, func(_ int, k, v int32) {
		n := d.firstWrite(l.to, k)
		if sentence != "" || n < 0 || chosen >= 0 && chosen != k || d.keys[k].lists && !d.misses(v, n) {
			return
		}
		did := "wrote"
		if d.keys[k].lists {
			did = "appended"
		}
		sentence, key = fmt.Sprintf("%s read %s = %s, so it came before %s, which %s %s", d.say.who(l.from), d.say.key(k), d.say.version(v), d.say.who(l.to), did, d.say.value(n)), k
	})
	return sentence, key
}

// chosenKey is the key that a choice is about, or nonsense.
func (d *decision) chosenKey(l link) int32 {
	if l.choice == none || d.pairs == nil {
		return nonsense
	}
	earlier, _ := d.pairs.writes(l.choice)
	return d.writes[earlier].key
}

// misses reports whether a read of a list, whose last element is v, has no n.
func (d *decision) misses(v, n int32) bool {
	at := int32(0)
	if v >= 0 {
		at = d.writes[v].place
	}
	return d.writes[n].place == 0 || d.writes[n].place > at
}

// firstWrite returns the first write of a transaction to a key, or nonsense.
func (h *record) firstWrite(t, k int32) int32 {
	for _, m := range h.mopsOf(t) {
		if m.key == k && m.kind != 'r' {
			return m.n
		}
	}
	return nonsense
}

// sayVersions says that one wrote a key before the other.
func (d *decision) sayVersions(l link) (string, int32) {
	chosen := d.chosenKey(l)
	for _, m := range d.mopsOf(l.from) {
		if m.kind == 'r' || chosen >= 0 && m.key != chosen {
			continue
		}
		n := d.firstWrite(l.to, m.key)
		if n < 0 {
			continue
		}
		if d.keys[m.key].regs {
			if chosen >= 0 {
				return fmt.Sprintf("%s wrote %s = %s before %s wrote %s", d.say.who(l.from), d.say.key(m.key), d.say.value(d.finalWrite(l.from, m.key)), d.say.who(l.to), d.say.value(n)), m.key
			}
			if !d.readsFrom(l.to, m.key, l.from) {
				continue
			}
			return fmt.Sprintf("%s read %s = %s of %s before it wrote %s", d.say.who(l.to), d.say.key(m.key), d.say.value(d.finalWrite(l.from, m.key)), d.say.who(l.from), d.say.value(n)), m.key
		}
		if place := d.writes[n].place; place != 0 && (d.writes[m.n].place == 0 || place < d.writes[m.n].place) {
			continue
		}
		order := "which nobody read"
		if k := &d.keys[m.key]; d.writes[n].place != 0 {
			order = fmt.Sprintf("as %s read %s", d.say.who(k.by), d.say.list(k.order))
		}
		return fmt.Sprintf("%s appended %s to %s before %s appended %s, %s", d.say.who(l.from), d.say.value(m.n), d.say.key(m.key), d.say.who(l.to), d.say.value(n), order), m.key
	}
	return fmt.Sprintf("%s wrote before %s", d.say.who(l.from), d.say.who(l.to)), nonsense
}

func (d *decision) readsFrom(t, k, from int32) bool {
	found := false
	d.external(t, func(_ int, key, v int32) { found = found || key == k && v >= 0 && d.writes[v].tx == from })
	return found
}

// conflict is the anomaly of versions that no order satisfies: a proof by cases, each of which ends in a cycle.
func (d *decision) conflict(z *puzzle) *Anomaly {
	a := &Anomaly{Name: "conflict"}
	d.pairs = z.c
	defer func() { d.pairs = nil }()
	for _, lemma := range z.lemmas {
		var assumed, steps []string
		var made []literal
		for _, l := range lemma {
			if l.choice != none && !slices.Contains(made, l.choice) {
				made = append(made, l.choice)
				earlier, later := z.c.writes(l.choice)
				assumed = append(assumed, fmt.Sprintf("%s = %s of %s came before %s of %s", d.say.key(d.writes[earlier].key), d.say.value(earlier),
					d.say.who(d.writes[earlier].tx), d.say.value(later), d.say.who(d.writes[later].tx)))
			}
			sentence, _ := d.edge(l)
			steps = append(steps, sentence)
			if !slices.Contains(a.txs, l.from) {
				a.txs = append(a.txs, l.from)
			}
		}
		a.Sentences = append(a.Sentences, fmt.Sprintf("if %s: %s: a contradiction", strings.Join(assumed, " and "), strings.Join(steps, ", ")))
	}
	slices.Sort(a.txs)
	a.Transactions = d.invocations(a.txs)
	return a
}
