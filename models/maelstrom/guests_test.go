package maelstrom

import (
	"slices"
	"time"

	"simrun/history"
)

// The guests of the tests: for each workload one that is right, and twins that are wrong in one way.

func echoGuest(bug string) guest {
	return guest{"echo", func(l *life) {
		heard := 0
		l.on["echo"] = func(m ask) {
			v := m.get("echo")
			if heard++; bug == "changes" && heard > 20 {
				v = str("what?")
			}
			l.reply(m, "echo_ok", field{"echo", v})
		}
	}}
}

// idGuest counts lives on its disk, and numbers within each.
func idGuest(bug string) guest {
	return guest{"ids", func(l *life) {
		lives, _ := l.load().AsInt()
		lives++
		count := int64(0)
		if bug != "memory" {
			l.on["init"] = func(m ask) { l.save(history.Int(lives), func() { l.reply(m, "init_ok") }) }
		} else {
			lives = 0
		}
		l.on["generate"] = func(m ask) {
			count++
			l.reply(m, "generate_ok", field{"id", history.List(str(l.id), history.Int(lives), history.Int(count))})
		}
	}}
}

// setGuest keeps a set on disk, and tells its neighbors all of it again and again.
func setGuest(bug string) guest {
	return guest{"set", func(l *life) {
		elements, _ := l.load().AsList()
		durable := len(elements)
		var fresh []history.Value
		learn := func(v history.Value, then func()) {
			if !slices.Contains(elements, v) {
				elements = append(elements, v)
				fresh = append(fresh, v)
			}
			n := len(elements)
			if bug == "memory" {
				durable = n
				then()
				return
			}
			l.save(history.List(elements...), func() { durable = max(durable, n); then() })
		}
		add := func(kind, name string) func(m ask) {
			return func(m ask) { learn(m.get(name), func() { l.reply(m, kind) }) }
		}
		l.on["broadcast"], l.on["add"] = add("broadcast_ok", "message"), add("add_ok", "element")
		l.on["read"] = func(m ask) {
			all := history.List(elements[:durable]...)
			l.reply(m, "read_ok", field{"messages", all}, field{"value", all})
		}
		l.on["tell"] = func(m ask) {
			theirs, _ := m.get("all").AsList()
			for _, v := range theirs {
				if !slices.Contains(elements, v) {
					learn(v, func() {})
				}
			}
		}
		l.every, l.tick = 500*time.Millisecond, func() {
			tell := elements[:durable]
			if bug == "once" { // what is lost is not sent again
				tell, fresh = fresh, nil
			}
			to := l.neighbors
			if to == nil {
				to = l.ids
			}
			for _, id := range to {
				if id != l.id && len(tell) > 0 {
					l.send(id, bodyOf("tell", field{"all", history.List(tell...)}))
				}
			}
		}
	}}
}

// counterGuest has a part of the counter for each node and sign, on disk, merged by maximum.
func counterGuest(bug string) guest {
	return guest{"counter", func(l *life) {
		parts := map[string]int64{}
		for name, v := range l.load().Members() {
			parts[name], _ = v.AsInt()
		}
		saved := offsets(parts)
		keep := func(then func()) {
			now := offsets(parts)
			l.save(now, func() { saved = now; then() })
		}
		l.on["add"] = func(m ask) {
			if d := m.int("delta"); d >= 0 {
				parts[l.id+"+"] += d
			} else {
				parts[l.id+"-"] -= d
			}
			keep(func() { l.reply(m, "add_ok") })
		}
		l.on["read"] = func(m ask) {
			sum := int64(0)
			for name, v := range parts {
				if name[len(name)-1] == '-' {
					v = -v
				}
				sum += v
			}
			l.reply(m, "read_ok", field{"value", history.Int(sum)})
		}
		l.on["tell"] = func(m ask) {
			changed := false
			for name, v := range m.get("parts").Members() {
				n, _ := v.AsInt()
				if bug == "adds" && name[:len(name)-1] != l.id {
					parts[name] += n
					changed = true
				} else if n > parts[name] {
					parts[name], changed = n, true
				}
			}
			if changed {
				keep(func() {})
			}
		}
		l.every, l.tick = 500*time.Millisecond, func() {
			for _, id := range l.ids {
				if id != l.id {
					l.send(id, bodyOf("tell", field{"parts", saved}))
				}
			}
		}
	}}
}

// seqCounterGuest keeps the counter in seq-kv. Before it reads it writes something that is new, so that it sees the latest state.
func seqCounterGuest(bug string) guest {
	return guest{"seq-counter", func(l *life) {
		lives, _ := l.load().AsInt()
		lives++
		l.on["init"] = func(m ask) { l.save(history.Int(lives), func() { l.reply(m, "init_ok") }) }
		key := field{"key", str("counter")}
		writes := int64(0)
		fresh := func(then func(history.Value)) {
			writes++
			l.rpc("seq-kv", then, "write", field{"key", str("sync-" + l.id)}, field{"value", history.Ints(lives, writes)})
		}
		var add func(m ask)
		add = func(m ask) {
			l.rpc("seq-kv", func(r history.Value) {
				v, _ := r.Field("value")
				n, _ := v.AsInt()
				l.rpc("seq-kv", func(r history.Value) {
					if text(r, "type") != "cas_ok" && bug != "no-retry" {
						add(m)
						return
					}
					l.reply(m, "add_ok")
				}, "cas", key, field{"from", history.Int(n)}, field{"to", history.Int(n + m.int("delta"))}, field{"create_if_not_exists", history.Bool(true)})
			}, "read", key)
		}
		l.on["add"] = add
		l.on["read"] = func(m ask) {
			read := func(history.Value) {
				l.rpc("seq-kv", func(r history.Value) {
					v, _ := r.Field("value")
					n, _ := v.AsInt()
					l.reply(m, "read_ok", field{"value", history.Int(n)})
				}, "read", key)
			}
			if bug == "stale" {
				read(history.Null)
			} else {
				fresh(read)
			}
		}
	}}
}

// proxyGuest passes requests on to a service.
func proxyGuest(service, bug string) guest {
	return guest{"proxy", func(l *life) {
		known := map[history.Value]history.Value{}
		pass := func(m ask) {
			var fields []field
			for name, v := range m.body.Members() {
				if name != "msg_id" && name != "type" {
					fields = append(fields, field{name, v})
				}
			}
			l.rpc(service, func(r history.Value) {
				if text(r, "type") == "write_ok" {
					known[m.get("key")] = m.get("value")
				}
				var back []field
				for name, v := range r.Members() {
					if name != "in_reply_to" && name != "type" {
						back = append(back, field{name, v})
					}
				}
				l.reply(m, text(r, "type"), back...)
			}, text(m.body, "type"), fields...)
		}
		l.on["write"], l.on["cas"] = pass, pass
		l.on["read"] = func(m ask) {
			if v, ok := known[m.get("key")]; ok && bug == "local" {
				l.reply(m, "read_ok", field{"value", v})
				return
			}
			pass(m)
		}
	}}
}

// stored changes a value in lin-kv: it is read, changed, and put in its place by cas, again and again until that works.
func stored(l *life, key string, blind bool, change func(old history.Value) (history.Value, bool), then func(old history.Value)) {
	name := field{"key", str(key)}
	l.rpc("lin-kv", func(r history.Value) {
		old, _ := r.Field("value")
		fresh, changes := change(old)
		switch {
		case !changes:
			then(old)
		case blind:
			l.rpc("lin-kv", func(history.Value) { then(old) }, "write", name, field{"value", fresh})
		default:
			l.rpc("lin-kv", func(r history.Value) {
				if text(r, "type") == "cas_ok" {
					then(old)
				} else {
					stored(l, key, blind, change, then)
				}
			}, "cas", name, field{"from", old}, field{"to", fresh}, field{"create_if_not_exists", history.Bool(true)})
		}
	}, "read", name)
}

// kafkaGuest keeps each log in lin-kv.
func kafkaGuest(bug string) guest {
	return guest{"kafka", func(l *life) {
		polls := 0
		l.on["send"] = func(m ask) {
			change := func(old history.Value) (history.Value, bool) {
				list, _ := old.AsList()
				return history.List(append(list, m.get("msg"))...), true
			}
			stored(l, "log-"+text(m.body, "key"), bug == "blind", change, func(old history.Value) {
				n, _ := old.Len()
				l.reply(m, "send_ok", field{"offset", history.Int(int64(n))})
			})
		}
		l.on["poll"] = func(m ask) {
			polls++
			msgs := map[string]history.Value{}
			var want []string
			for key := range m.get("offsets").Members() {
				want = append(want, key)
			}
			var next func()
			next = func() {
				if len(want) == 0 {
					l.reply(m, "poll_ok", field{"msgs", history.Object(msgs)})
					return
				}
				key := want[0]
				want = want[1:]
				stored(l, "log-"+key, false, func(history.Value) (history.Value, bool) { return history.Null, false }, func(old history.Value) {
					list, _ := old.AsList()
					start, _ := m.get("offsets").Field(key)
					from, _ := start.AsInt()
					if bug == "skips" && polls%5 == 0 {
						from++
					}
					if bug == "rewinds" && polls%5 == 0 {
						from = max(0, from-2)
					}
					var pairs []history.Value
					for i := from; i < int64(len(list)); i++ {
						pairs = append(pairs, history.List(history.Int(i), list[i]))
					}
					if len(pairs) > 0 {
						msgs[key] = history.List(pairs...)
					}
					next()
				})
			}
			next()
		}
		l.on["commit_offsets"] = func(m ask) {
			stored(l, "committed", false, func(old history.Value) (history.Value, bool) {
				all := map[string]history.Value{}
				for key, v := range old.Members() {
					all[key] = v
				}
				for key, v := range m.get("offsets").Members() {
					all[key] = v
				}
				return history.Object(all), true
			}, func(history.Value) { l.reply(m, "commit_offsets_ok") })
		}
		l.on["list_committed_offsets"] = func(m ask) {
			stored(l, "committed", false, func(history.Value) (history.Value, bool) { return history.Null, false }, func(old history.Value) {
				if old.IsNull() {
					old = history.Object(nil)
				}
				l.reply(m, "list_committed_offsets_ok", field{"offsets", old})
			})
		}
	}}
}

// txnGuest keeps the whole database in one value of lin-kv.
func txnGuest(bug string) guest {
	return guest{"txn", func(l *life) {
		l.on["txn"] = func(m ask) {
			steps, _ := m.get("txn").AsList()
			var did []history.Value
			change := func(old history.Value) (history.Value, bool) {
				db := map[string]history.Value{}
				for key, v := range old.Members() {
					db[key] = v
				}
				did = nil
				changes := false
				for _, s := range steps {
					p, _ := s.AsList()
					key := p[1].String()
					switch p[0] {
					case str("r"):
						p[2] = db[key]
					case str("w"):
						db[key], changes = p[2], true
					default:
						list, _ := db[key].AsList()
						db[key], changes = history.List(append(list, p[2])...), true
					}
					did = append(did, history.List(p...))
				}
				return history.Object(db), changes
			}
			stored(l, "db", bug == "lost-update", change, func(history.Value) { l.reply(m, "txn_ok", field{"txn", history.List(did...)}) })
		}
	}}
}

// faulty does something once it has handled some requests.
func faulty(g guest, kind string, after int, do func(l *life)) guest {
	return guest{g.name, func(l *life) {
		g.set(l)
		was, n := l.on[kind], 0
		l.on[kind] = func(m ask) {
			was(m)
			if n++; n == after {
				do(l)
			}
		}
	}}
}
