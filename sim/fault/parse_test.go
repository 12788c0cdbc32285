package fault_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"simrun/sim/fault"
)

// lines are faults as a person writes them, and as they are printed.
var lines = []struct{ in, out string }{
	{"at 0s none", ""},
	{"at 1.2s partition n1,n2 | n3,n4,n5 for 800ms", ""},
	{"at 1200ms  partition n1, n2|n3 ,n4,n5   for 0.8s # why", "at 1.2s partition n1,n2 | n3,n4,n5 for 800ms"},
	{"at 1s partition minority | rest for 1s", ""},
	{"at 1s partition leader | rest dropping in-flight forever", ""},
	{"at 1s partition majorities-ring for 2s", ""},
	{"at 1s partition bridge around old leader", ""},
	{"at 1s partition role arbiter | rest", "at 1s partition arbiter | rest"},
	{"at 2s crash leader", ""},
	{"at 2s crash n1,n2 wiping disk", ""},
	{"at 2s crash n1 keeping torn for 1s", ""},
	{"at 2s crash n1 keeping state 5", ""},
	{"at 1s crash n3 at disk op 2 keeping prefix for 300ms", ""},
	{"at 3s restart n2", ""},
	{"at 3s crash-loop any 2 every 200ms keeping all for 2s", ""},
	{"at 1s pause it for 500ms", ""},
	{"at 1s resume all", ""},
	{"at 1s slow n2 by 5ms for 1s", ""},
	{"on ack isolate leader for 2s", ""},
	{"on 1st ack isolate leader for 2s", "on ack isolate leader for 2s"},
	{"after 1.5s on 3rd sync crash it for 1s", ""},
	{"on 11th event elected-again crash it", "on 11th elected-again crash it"},
	{"at 1s cut n1 > n2,n3 and leader<>rest for 1s", "at 1s cut n1 > n2,n3 and leader <> rest for 1s"},
	{"at 1s heal", ""},
	{"at 1s clog for 100ms", ""},
	{"at 1s clog on n1 for 100ms", ""},
	{"at 1s swizzle-clog for 1s", ""},
	{"at 1s swizzle-clog majority for 1s", ""},
	{"at 1s loss 1/10 for 2s", ""},
	{"at 1s loss 1/10 on n3 > all for 2s", ""},
	{"at 1s duplicate 1/4", ""},
	{"at 1s reorder 1/4 by 30ms on n1", ""},
	{"at 1s corrupt 1/1000", ""},
	{"at 1s latency uniform 1ms 40ms on n1 <> rest for 1s", ""},
	{"at 1s latency constant 1ms", ""},
	{"at 1s bandwidth 64kB/s queue 20 on leader for 1s", ""},
	{"at 1s bandwidth 1500B/s", ""},
	{"at 2.5s skew n3 +400ms", ""},
	{"at 2.5s skew n3 -1.5s for 1s", ""},
	{"at 24h skew n3 -100000h for 24h", "at 24h0m0s skew n3 -100000h0m0s for 24h0m0s"},
	{"at 1s drift n2 +1/1000", ""},
	{"at 1s drift n2 -1/500 for 3s", ""},
	{"at 1s strobe n1 200ms every 10ms for 1s", ""},
	{"at 1s rot n1 in wal sector 4", ""},
	{"at 1s rot any", ""},
	{"at 1s misdirect leader", ""},
	{"at 1s io-error n2 1/10 for 1s", ""},
	{"at 1s io-error n2 3rd sync in wal for 1s", ""},
	{"at 1s io-error n2 1/10 rename in a/b", ""},
	{"at 1s io-error n2 1st", ""},
	{"at 1s short-io n2 2nd write in wal", ""},
	{"at 1s short-io any 1/3 read for 2s", ""},
	{"at 1s cut-file n2", ""},
	{"at 1s cut-file n2 in wal to 100", ""},
	{"at 1s lose-file leader in wal", ""},
	{"at 1s disk-full minority for 1s", ""},
	{"at 1s slow-sync n1 by 50ms for 1s", ""},
	{"at 1s stall-sync n1 for 1s", ""},
}

func TestLinesReadAndPrint(t *testing.T) {
	used := map[fault.Kind]bool{}
	for _, l := range lines {
		f, err := fault.Parse(l.in)
		if err != nil {
			t.Errorf("%s: %v", l.in, err)
			continue
		}
		used[f.Kind] = true
		want := l.out
		if want == "" {
			want = l.in
		}
		if got := f.String(); got != want {
			t.Errorf("%q prints as %q, want %q", l.in, got, want)
		}
		b, err := json.Marshal([]fault.Fault{f})
		if err != nil {
			t.Errorf("%s: %v", l.in, err)
			continue
		}
		var back []fault.Fault
		if err := json.Unmarshal(b, &back); err != nil || back[0] != f {
			t.Errorf("%s became %v, %v", b, back, err)
		}
	}
	for _, k := range fault.Kinds() {
		if !used[k] {
			t.Errorf("no line shows %v", k)
		}
	}
}

func TestSyntaxErrorsSayWhereAndWhat(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", `plan:1:1: expected "at", "after" or "on", found the end of the line`},
		{"ta 1s heal", `plan:1:1: expected "at", "after" or "on", found "ta"; the nearest word is "at"`},
		{"at soon heal", `plan:1:4: expected a time like 1.2s, found "soon"`},
		{"at -1s heal", `plan:1:4: expected a time like 1.2s, found "-1s"`},
		{"at 1s cash n1", `plan:1:7: expected a fault, found "cash"; the nearest word is "crash"`},
		{"at 2s crash leeder", `plan:1:13: expected a node (n1, …) or a role, found "leeder"; the nearest word is "leader"`},
		{"at 2s crash n99", `plan:1:13: expected a node from n1 to n64, found "n99"`},
		{"at 2s crash n1 fro 2s", `plan:1:16: expected the end of the line, found "fro"; the nearest word is "for"`},
		{"at 2s isolate n1 for 2s dropping in-flight", `plan:1:25: expected the end of the line, found "dropping", which comes too late or twice; the order is "isolate" Nodes [ "dropping" "in-flight" ] [ For ]`},
		{"at 25h heal", `plan:1:4: expected a duration of at most 24h, found "25h"`},
		{"at 2s crash n1 for 24h1ns", `plan:1:20: expected a duration of at most 24h, found "24h1ns"`},
		{"at 2s slow n1 by 2562047h", `plan:1:18: expected a duration of at most 24h, found "2562047h"`},
		{"at 2s skew n1 +2562047h", `plan:1:15: expected a jump of at most 100000h, found "+2562047h"`},
		{"at 2s skew n1 -100001h", `plan:1:15: expected a jump of at most 100000h, found "-100001h"`},
		{"at 2s strobe n1 100001h every 1s", `plan:1:17: expected a jump of at most 100000h, found "100001h"`},
		{"at 2s crash n1 for 0s", `plan:1:20: expected a duration above 0, found "0s"`},
		{"at 1s partition haves", `plan:1:17: expected groups or a shape, found "haves"; the nearest word is "halves"`},
		{"at 1s partition n1,n2", `plan:1:22: expected "|" and another group, found the end of the line`},
		{"at 1s cut n1 n2", `plan:1:14: expected ">" or "<>" and the other end, found "n2"`},
		{"on akc crash it", `plan:1:4: expected an event, found "akc"; the nearest word is "ack"`},
		{"at 1s loss 3/2", `plan:1:12: expected a probability like 1/100, found "3/2"`},
		{"at 1s drift n1 1", `plan:1:16: expected a drift like +1/1000 or -1/500, found "1"`},
		{"at 1s latency unifrom 1ms 2ms", `plan:1:15: expected a distribution, found "unifrom"; the nearest word is "uniform"`},
		{"at 1s latency uniform 5ms 2ms", `plan:1:27: the longest latency 2ms is below the shortest, 5ms`},
		{"at 1s crash n1 keeping al", `plan:1:24: expected what survives, found "al"; the nearest word is "all"`},
		{"at 1s io-error n1 3 write", `plan:1:19: expected a probability like 1/100, or one call like 3rd, found "3"`},
		{"at 1s io-error n1 3rd wriet", `plan:1:23: expected the end of the line, found "wriet"; the nearest word is "write"`},
		{"at 1s short-io n1 3rd sync", `plan:1:23: expected the end of the line, found "sync"; known are read, write, in, for, forever`},
		{"at 1s cut-file n1 to 0", `plan:1:22: expected a number of bytes, from 1, found "0"`},
		{"at 1s bandwidth 64", `plan:1:17: expected a bandwidth like 64kB/s, found "64"`},
	} {
		profile := fault.Profile{Roles: []string{"leader", "follower"}, Events: []fault.EventDecl{{Event: "elected"}}}
		_, err := profile.ParsePlan("plan", "# first\n\n"+c.in)
		if c.in == "" {
			_, err = fault.Parse("")
			c.want = strings.Replace(c.want, "plan:1:1:", "line 1, column 1:", 1)
		}
		want := strings.Replace(c.want, "plan:1:", "plan:3:", 1)
		if err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", c.in, err, want)
		}
	}
}

func TestUnwritableFaultIsRefused(t *testing.T) {
	for _, f := range []fault.Fault{
		{Kind: fault.Crash},
		{Kind: fault.Crash, Target: "for"},
		{Kind: fault.Crash, Target: "n1", Shape: fault.Halves},
		{Kind: fault.Cut, Target: "n1"},
		{Kind: 200},
	} {
		if b, err := f.MarshalText(); err == nil {
			t.Errorf("%#v is written as %q", f, b)
		}
	}
}

func TestParseUndoesPrint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := faults(t)
		text, err := f.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back fault.Fault
		if err := back.UnmarshalText(text); err != nil || back != f {
			t.Fatalf("%q became %#v, %v", text, back, err)
		}
	})
}
