package sim_test

import (
	"strings"
	"testing"
	"time"

	"simrun/sim"
)

func TestNodeIDText(t *testing.T) {
	for text, want := range map[string]sim.NodeID{"": 0, "n1": 1, "n64": 64, "c1": -1, "c10000": -10000} {
		var got sim.NodeID
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want || got.String() != text {
			t.Errorf("%q: %d (%v), %v", text, got, got, err)
		}
	}
	for _, text := range []string{"n", "n0", "n-1", "n+1", "n01", "x1", "1", "é1", "n1 ", "n4294967297", "N1"} {
		var got sim.NodeID
		if err := got.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "is not a participant: expected n1, n2, … or c1, c2, …") {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

func TestParseSeed(t *testing.T) {
	for text, want := range map[string]sim.Seed{
		"0": 0, "7": 7, "010": 10, "18446744073709551615": 1<<64 - 1, "0x10": 16, "0XfF": 255,
		"0123456789abcdef0123456789abcdef01234567": 0x0123456789abcdef, "1111111111111111111111111111111111111111": 0x1111111111111111,
	} {
		if got, err := sim.ParseSeed(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-1", "1_000", "0b1", "0o7", "0x", "18446744073709551616", "seven", "1.5", "0x_1"} {
		if got, err := sim.ParseSeed(text); err == nil || !strings.Contains(err.Error(), "expected a decimal number below 2^64, 0x… or a 40-digit commit hash") {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

func TestRatioAndDurationText(t *testing.T) {
	for text, want := range map[string]sim.Ratio{"0": {}, "1/100": {Num: 1, Den: 100}, "1/1": {Num: 1, Den: 1}, "0/5": {}} {
		var got sim.Ratio
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "1", "1/0", "2/1", "-1/2", "1/-2", "0.5", "1/2/3", "1/4294967296"} {
		var got sim.Ratio
		if got.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
	for text, want := range map[string]time.Duration{"0s": 0, "10s": 10 * time.Second, "1.5ms": 1500 * time.Microsecond, "1h": time.Hour} {
		var got sim.Duration
		if err := got.UnmarshalText([]byte(text)); err != nil || time.Duration(got) != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "10", "-1s", "ten", "1s2"} {
		var got sim.Duration
		if got.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
