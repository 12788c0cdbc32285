package kv

import (
	"testing"

	"simrun/models/session"
)

// §8 and dissertation §6.3: each command takes effect once, in the order of its session.
func TestMachineAppliesOnce(t *testing.T) {
	m := NewMachine()
	m.Sessions.Open(5)
	x := []byte("x")
	for i, step := range []struct {
		c    Command
		want session.Result
	}{
		{Command{Session: 5, Seq: 1, Op: CAS, From: 1, Value: 2, Key: x}, session.Result{Status: session.Absent}},
		{Command{Session: 5, Seq: 2, Op: Write, Value: 1, Key: x}, session.Result{Status: session.OK}},
		{Command{Session: 5, Seq: 3, Op: CAS, From: 1, Value: 2, Key: x}, session.Result{Status: session.OK}},
		{Command{Session: 5, Seq: 3, Op: CAS, From: 1, Value: 2, Key: x}, session.Result{Status: session.OK}},                 // repeated
		{Command{Session: 5, Seq: 4, Op: CAS, From: 1, Value: 3, Key: x}, session.Result{Status: session.Mismatch, Value: 2}}, // found 2
		{Command{Session: 5, Seq: 2, Op: Write, Value: 1, Key: x}, session.Result{Status: session.Stale}},                     // late
		{Command{Session: 9, Seq: 1, Op: Write, Value: 7, Key: x}, session.Result{Status: session.NoSession}},                 // unknown
		{Command{Op: Read, Key: x}, session.Result{Status: session.OK, Value: 2}},                                             //
		{Command{Op: Read, Key: []byte("y")}, session.Result{Status: session.Absent}},                                         //
		{Command{Session: 5, Seq: 5, Op: Write, Value: 4, Key: []byte("y")}, session.Result{Status: session.OK}},              //
		{Command{Op: Read, Key: []byte("y")}, session.Result{Status: session.OK, Value: 4}},                                   //
	} {
		if got := m.Once(&step.c); got != step.want || m.Repeated != (i == 3) {
			t.Errorf("step %d: %+v, repeated %v, want %+v", i, got, m.Repeated, step.want)
		}
	}
}
