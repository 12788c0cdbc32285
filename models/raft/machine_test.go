package raft

import "testing"

// §8 and dissertation §6.3: each command takes effect once, in the order of its session.
func TestMachineAppliesOnce(t *testing.T) {
	m := newMachine()
	apply := func(i Index, c command) result { return m.apply(i, entryCommand, c.append(nil)) }
	if got := m.apply(5, entryRegister, nil); got != (result{statusRegistered, 5}) {
		t.Fatalf("registration: %v", got)
	}
	x := []byte("x")
	for i, step := range []struct {
		c    command
		want result
	}{
		{command{session: 5, seq: 1, op: opCAS, from: 1, value: 2, key: x}, result{status: statusAbsent}},
		{command{session: 5, seq: 2, op: opWrite, value: 1, key: x}, result{status: statusOK}},
		{command{session: 5, seq: 3, op: opCAS, from: 1, value: 2, key: x}, result{status: statusOK}},
		{command{session: 5, seq: 3, op: opCAS, from: 1, value: 2, key: x}, result{status: statusOK}},    // repeated
		{command{session: 5, seq: 4, op: opCAS, from: 1, value: 3, key: x}, result{statusMismatch, 2}},   // found 2
		{command{session: 5, seq: 2, op: opWrite, value: 1, key: x}, result{status: statusStale}},        // late
		{command{session: 9, seq: 1, op: opWrite, value: 7, key: x}, result{status: statusNoSession}},    // unknown
		{command{op: opRead, key: x}, result{statusOK, 2}},                                               //
		{command{op: opRead, key: []byte("y")}, result{status: statusAbsent}},                            //
		{command{session: 5, seq: 5, op: opWrite, value: 4, key: []byte("y")}, result{status: statusOK}}, //
		{command{op: opRead, key: []byte("y")}, result{statusOK, 4}},                                     //
	} {
		if got := apply(Index(6+i), step.c); got != step.want {
			t.Errorf("step %d: %+v, want %+v", i, got, step.want)
		}
	}
}

func TestDamagedRequestIsIgnored(t *testing.T) {
	good := writeRequest(1, 2, "key", 3)
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 0x10
		if _, _, ok := openRequest(bad); ok {
			t.Errorf("byte %d: a damaged request was accepted", i)
		}
	}
	if _, _, ok := openRequest(nil); ok {
		t.Error("an empty request was accepted")
	}
}
