package maelstrom

import (
	"fmt"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/check/weaker"
	"simrun/history"
	"simrun/sim/rng"
)

var testName = rng.Of("test of services")

// served is the history of three clients that ask a key-value service in turn. In the end each writes once more and reads.
func served(s service, seed uint64) (events []history.Event) {
	add := func(process int, kind history.Type, f string, key int64, v history.Value) {
		e := history.Event{Index: len(events), Time: history.Time(len(events)), Process: history.Process(process), Type: kind, F: f, Key: fmt.Sprint(key), Value: v}
		events = append(events, e)
	}
	for i := uint64(0); i < 60; i++ {
		draw := rng.Draw(seed, testName, 0, i)
		client, key := int(draw.N(3)), int64(draw.Next().N(2))
		f, value := "read", history.Null
		body := bodyOf("read", field{"key", history.Int(key)})
		switch draw.Next().Next().N(4) {
		case 0:
			f, value = "write", history.Int(int64(i))
			body = bodyOf("write", field{"key", history.Int(key)}, field{"value", value})
		case 1:
			from := history.Int(int64(i) - 2)
			f, value = "cas", history.List(from, history.Int(int64(i)))
			body = bodyOf("cas", field{"key", history.Int(key)}, field{"from", from}, field{"to", history.Int(int64(i))}, field{"create_if_not_exists", history.Bool(false)})
		}
		request, _ := valueOf(body)
		add(client, history.Invoke, f, key, value)
		answer, err := valueOf(s.handle(fmt.Sprint("n", client), request, rng.Draw(seed, testName, 1, i)))
		if err != nil {
			panic(err)
		}
		code, _ := answer.Field("code")
		switch n, _ := code.AsInt(); {
		case f == "read" && n == errNoKey:
			add(client, history.OK, f, key, history.Null)
		case n != 0:
			add(client, history.Fail, f, key, value)
		case f == "read":
			value, _ = answer.Field("value")
			fallthrough
		default:
			add(client, history.OK, f, key, value)
		}
	}
	return events
}

// lin-kv is linearizable; seq-kv is sequentially consistent, and often not linearizable; lww-kv is often neither.
func TestServicesKeepTheirPromises(t *testing.T) {
	const seeds = 80
	fresh := map[string]func() service{"lin-kv": func() service { return &linear{} }, "seq-kv": func() service { return newSequential() }, "lww-kv": func() service { return &lww{} }}
	for name, most := range map[string]struct{ notLinear, notSequential [2]int }{
		"lin-kv": {}, "seq-kv": {[2]int{seeds / 2, seeds}, [2]int{}}, "lww-kv": {[2]int{seeds / 2, seeds}, [2]int{seeds / 4, seeds}},
	} {
		notLinear, notSequential := 0, 0
		for seed := uint64(1); seed <= seeds; seed++ {
			events := served(fresh[name](), seed)
			v, err := check.Linearizable(specs.KV, events, check.Options{})
			if err != nil || v.Outcome == check.Unknown {
				t.Fatal(name, err, v.Reason)
			}
			if v.Outcome == check.Violation {
				notLinear++
			}
			w, err := weaker.Sequential(specs.KV, events, weaker.Options{})
			if err != nil {
				t.Fatal(name, err)
			}
			if w.Outcome == check.Violation {
				notSequential++
			} else if name != "lww-kv" && w.Outcome != check.Valid {
				t.Errorf("%s, seed %d: %s", name, seed, w.Reason)
			}
		}
		t.Logf("%s: %d of %d histories are not linearizable, %d not sequentially consistent", name, notLinear, seeds, notSequential)
		if notLinear < most.notLinear[0] || notLinear > most.notLinear[1] || notSequential < most.notSequential[0] || notSequential > most.notSequential[1] {
			t.Errorf("%s: %d of %d histories are not linearizable, %d not sequentially consistent", name, notLinear, seeds, notSequential)
		}
	}
}

// The replicas of lww-kv agree once they have told each other, on the value with the greatest timestamp.
func TestReplicasOfLastWriterWinsAgree(t *testing.T) {
	l := &lww{}
	ask := func(body []byte, i uint64) history.Value {
		request, _ := valueOf(body)
		v, _ := valueOf(l.handle("n0", request, rng.Draw(1, testName, 2, i)))
		return v
	}
	key := field{"key", history.Int(1)}
	for i := range uint64(20) {
		ask(bodyOf("write", key, field{"value", history.Int(int64(i))}), i)
	}
	seen := map[history.Value]bool{}
	for i := range uint64(400) {
		v, _ := ask(bodyOf("read", key), 100+i).Field("value")
		if i > 300 {
			seen[v] = true
		}
	}
	if len(seen) != 1 {
		t.Errorf("reads at the end: %v", seen)
	}
}

// Requests are answered with Maelstrom's errors.
func TestServiceErrors(t *testing.T) {
	tso := new(oracle)
	kv := &linear{}
	for _, c := range []struct {
		to        service
		ask, want string
	}{
		{tso, `{"type":"ts"}`, `{"type":"ts_ok","ts":0}`},
		{tso, `{"type":"ts"}`, `{"type":"ts_ok","ts":1}`},
		{tso, `{"type":"read"}`, ``},
		{kv, `{"type":"read","key":"x"}`, `{"type":"error","code":20,"text":"there is no key \"x\""}`},
		{kv, `{"type":"cas","key":"x","from":1,"to":2}`, `{"type":"error","code":20,"text":"there is no key \"x\""}`},
		{kv, `{"type":"cas","key":"x","from":1,"to":2,"create_if_not_exists":true}`, `{"type":"cas_ok"}`},
		{kv, `{"type":"read","key":"x"}`, `{"type":"read_ok","value":2}`},
		{kv, `{"type":"cas","key":"x","from":1,"to":2}`, `{"type":"error","code":22,"text":"the value is 2, and not 1"}`},
		{kv, `{"type":"write","key":"x"}`, `{"type":"error","code":12,"text":"write lacks \"value\""}`},
		{kv, `{"type":"write","key":"x","value":[3]}`, `{"type":"write_ok"}`},
		{kv, `{"type":"read","key":"x"}`, `{"type":"read_ok","value":[3]}`},
		{kv, `{"type":"ts"}`, ``},
	} {
		request, err := valueOf([]byte(c.ask))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(c.to.handle("n0", request, 7)); got != c.want {
			t.Errorf("%s: %s, want %s", c.ask, got, c.want)
		}
	}
}
