package sim

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"simrun/sim/fault"
)

// NodeID names a participant: 1, 2, … are the servers n1, n2, …; -1, -2, … are
// the clients c1, c2, …. Zero is nobody.
type NodeID int32

// ClientID returns the name of the i-th client, from 1.
func ClientID(i int) NodeID { return NodeID(-i) }

// String returns "n3" for a server, "c2" for a client and "" for nobody.
func (n NodeID) String() string {
	switch {
	case n > 0:
		return "n" + strconv.Itoa(int(n))
	case n < 0:
		return "c" + strconv.Itoa(int(-n))
	}
	return ""
}

// MarshalText implements [encoding.TextMarshaler].
func (n NodeID) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (n *NodeID) UnmarshalText(b []byte) error {
	s := string(b)
	if s == "" {
		*n = 0
		return nil
	}
	i, err := strconv.ParseUint(s[1:], 10, 31)
	id := NodeID(i)
	if s[0] == 'c' {
		id = -id
	}
	if err != nil || i == 0 || id.String() != s {
		return fmt.Errorf("%q is not a participant: expected n1, n2, … or c1, c2, …", s)
	}
	*n = id
	return nil
}

// Seed decides every random choice of a run.
type Seed uint64

// ParseSeed reads a seed: decimal, 0x… or a 40-digit commit hash, of which the first 16 digits count.
func ParseSeed(s string) (Seed, error) {
	if len(s) == 40 {
		if b, err := hex.DecodeString(s); err == nil {
			var n Seed
			for _, c := range b[:8] {
				n = n<<8 | Seed(c)
			}
			return n, nil
		}
	}
	digits, base := s, 10
	if hex, ok := strings.CutPrefix(strings.ToLower(s), "0x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return 0, fmt.Errorf("seed %q: expected a decimal number below 2^64, 0x… or a 40-digit commit hash", s)
	}
	return Seed(n), nil
}

// Duration is a virtual duration that is written as text: "10s", "1.5ms".
type Duration time.Duration

// String formats d as [time.Duration] does.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText implements [encoding.TextMarshaler].
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. A negative duration is refused.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a duration: expected one like 10s, 1.5ms or 0s", b)
	}
	*d = Duration(v)
	return nil
}

// Ratio is a probability as a fraction of integers, so that it means the same on
// every machine. It is written "1/100". The zero Ratio is never.
type Ratio = fault.Ratio

// Digest is the running hash of every event of a run.
type Digest uint64

// String returns 16 hexadecimal digits.
func (d Digest) String() string { return fmt.Sprintf("%016x", uint64(d)) }
