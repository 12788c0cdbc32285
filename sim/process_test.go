//go:build !wasm

package sim_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Two processes, with one thread and with four, and a third run here, give the same bytes.
func TestTwoProcesses(t *testing.T) {
	const seed = 7
	if os.Getenv("SIMRUN_TEST_BYTES") != "" {
		b, err := everyByte(run(t, busy(seed)))
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.Write(append([]byte("begin\n"), append(b, "end\n"...)...))
		return
	}
	want, err := everyByte(run(t, busy(seed)))
	if err != nil {
		t.Fatal(err)
	}
	if len(want) < 100_000 {
		t.Fatalf("only %d bytes: the comparison is worth little", len(want))
	}
	for _, procs := range []string{"1", "4"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestTwoProcesses$")
		cmd.Env = append(os.Environ(), "SIMRUN_TEST_BYTES=1", "GOMAXPROCS="+procs)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(out), "begin\n")
		got, _, _ := strings.Cut(rest, "end\n")
		if got != string(want) {
			t.Errorf("GOMAXPROCS=%s: %d bytes that differ from the %d bytes of this process", procs, len(got), len(want))
		}
	}
}
