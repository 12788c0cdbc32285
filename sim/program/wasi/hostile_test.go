package wasi_test

import (
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/program"
	"simrun/sim/program/wasi"
)

// Whatever a program does, its node goes on or it has ended, and is said how.
func TestHostilePrograms(t *testing.T) {
	guest := cGuest(t, wasi.Config{Memory: 8 << 20, Fuel: 100_000_000})
	for _, tc := range []struct {
		args string
		want program.Exit
		log  string
	}{
		{"exit 0", program.Exit{Code: 0, Reason: "exited with code 0"}, ""},
		{"exit 3", program.Exit{Code: 3, Reason: "exited with code 3"}, ""},
		{"exit 255", program.Exit{Code: 255, Reason: "exited with code 255"}, ""},
		{"spin", program.Exit{Code: -1, Reason: "ran 100,000,000 units of fuel without waiting", Finding: true}, ""},
		{"hog", program.Exit{Code: -1, Reason: "trapped: unreachable, after it was refused more than 8 MiB of memory", Finding: true}, "no memory\n"},
		{"trap", program.Exit{Code: -1, Reason: "trapped: unreachable", Finding: true}, ""},
		{"deep", program.Exit{Code: -1, Reason: "trapped: out of bounds memory access", Finding: true}, ""},
		{"longlog", program.Exit{Code: 0, Reason: "exited with code 0"}, strings.Repeat("x", wasi.MaxLogLine) + "\n" + strings.Repeat("x", 100000-wasi.MaxLogLine) + "\nshort\nno end\n"},
	} {
		s := &stage{program: guest, args: strings.Fields(tc.args)}
		s.play(t, aCase())
		if got := s.only(t); got != tc.want {
			t.Errorf("%s: %+v, expected %+v", tc.args, got, tc.want)
		}
		if got := text(s.logs); got != tc.log {
			t.Errorf("%s logged %.100q, expected %.100q", tc.args, got, tc.log)
		}
	}
}

// A line without an end is a finding, and not a lack of memory here.
func TestEndlessLine(t *testing.T) {
	s := &stage{program: cGuest(t, wasi.Config{}), args: []string{"endless"}}
	s.play(t, aCase())
	if got, want := s.only(t).Reason, "wrote a line of more than 16 MiB to standard output"; got != want || !s.exits[0].Finding {
		t.Errorf("%+v, expected %q", s.exits[0], want)
	}
}

// A program that waits for the clock to move, without waiting, sees it move. Others of its node come in between.
func TestFrozenClock(t *testing.T) {
	for name, guest := range map[string]*wasi.Program{"C": cGuest(t, wasi.Config{}), "Go": goGuest(t, wasi.Config{})} {
		s := &stage{program: guest, args: []string{"clock"}}
		s.client = func(c *sim.Client) { c.Call(1, []byte("hello"), time.Hour) }
		c := aCase()
		c.Duration = sim.Duration(5 * time.Minute)
		s.play(t, c)
		if got, want := text(s.lines), "a minute is over\nhello\n"; got != want || len(s.exits) > 0 {
			t.Errorf("%s: said %q, expected %q; %v", name, got, want, s.exits)
		}
	}
}

// A Go program that wants too much memory ends by itself.
func TestGoWithoutMemory(t *testing.T) {
	s := &stage{program: goGuest(t, wasi.Config{Memory: 32 << 20}), args: []string{"hog"}}
	s.play(t, aCase())
	if got, want := s.only(t), (program.Exit{Code: 2, Reason: "exited with code 2, after it was refused more than 32 MiB of memory", Finding: true}); got != want {
		t.Errorf("%+v, expected %+v", got, want)
	}
	if !strings.Contains(text(s.logs), "out of memory") {
		t.Errorf("logged %q", s.logs)
	}
}

// A panic of a Go program is in its log.
func TestGoPanic(t *testing.T) {
	s := &stage{program: goGuest(t, wasi.Config{}), args: []string{"panic"}}
	s.play(t, aCase())
	if got := s.only(t); got.Code != 2 || got.Finding || !strings.HasPrefix(text(s.logs), "panic: on purpose\n\ngoroutine 1 [running]:\n") {
		t.Errorf("%+v; logged %q", got, s.logs)
	}
}
