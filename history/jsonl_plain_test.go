package history

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"simrun/internal/soak"
)

// The fast path takes a line only if it makes the same record of it as the parser does, and it takes what simrun writes.
func TestPlainLinesAreWhatTheParserMakesOfThem(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	numbers := []string{"0", "7", "-7", "01", "-", "", "1.0", "1e3", "999999999999999999", "9223372036854775807", "12345678901234567890", "-0"}
	values := append([]string{"null", "12", "nul", "nullx", "true", `"x"`, "[1]", `[1, 2]`, "{}"}, numbers...)
	names := []string{"read", "write", "", `a\"b`, "ä", "a\u0041", "x y", "tab\t"}
	types := []string{"invoke", "ok", "fail", "info", "OK", ""}
	pick := func(of []string) string {
		if rng.IntN(4) > 0 {
			return of[rng.IntN(2)]
		}
		return of[rng.IntN(len(of))]
	}
	space := func() string { return strings.Repeat(" ", rng.IntN(3)/2+rng.IntN(8)/7) }
	taken := 0
	for range soak.N(20_000, 2_000_000) {
		line := fmt.Sprintf(`{"index":%s%s,%s"time":%s,"process":%s%s,"type":"%s",%s"f":"%s","value":%s%s}`,
			space(), pick(numbers), space(), pick(numbers), space(), pick(numbers), pick(types), space(), pick(names), space(), pick(values))
		if at := rng.IntN(2 * len(line)); at < len(line) && rng.IntN(3) == 0 {
			line = line[:at] + string(line[rng.IntN(len(line))]) + line[at+1:]
		}
		var fast record
		if !plainLine([]byte(line), &fast, nil) {
			continue
		}
		taken++
		var slow record
		s := jsonScanner{text: []byte(line)}
		if err := s.record(&slow, true); err != nil || s.peek() != 0 || slow != fast {
			t.Fatalf("%s\nis %+v, and the parser says %+v, %v", line, fast, slow, err)
		}
	}
	if taken < soak.N(20_000, 2_000_000)/10 {
		t.Errorf("only %d lines were taken", taken)
	}
	for _, v := range []Value{Null, Int(7), Int(-7)} {
		var rec record
		if e := (Event{Index: 3, Time: 5, Process: 2, Type: OK, F: "read", Value: v}); !plainLine(e.AppendJSON(nil), &rec, nil) || rec.Event != e {
			t.Errorf("%s is not taken", e.AppendJSON(nil))
		}
	}
}
