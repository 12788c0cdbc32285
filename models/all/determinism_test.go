package all

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"simrun/history"
	"simrun/sim"
)

// fingerprintChild tells the test binary that it is the other process.
const fingerprintChild = "SIMRUN_FINGERPRINT_CHILD"

// fingerprint runs a few cases with a trace and returns, for each, the digest and the hashes of the files that
// a run leaves: case, history and trace.
func fingerprint(t *testing.T) []byte {
	var out bytes.Buffer
	for _, m := range Models() {
		for seed := uint64(1); seed <= 8; seed++ {
			r, err := sim.RunTraced(m.System(), searchCase(t, m, seed))
			if err != nil {
				t.Fatal(err)
			}
			caseFile, err := json.Marshal(r.Case)
			if err != nil {
				t.Fatal(err)
			}
			traceFile, err := json.Marshal(r.Trace)
			if err != nil {
				t.Fatal(err)
			}
			var historyFile bytes.Buffer
			if err := history.Write(&historyFile, history.JSONL, r.History); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s %d digest %s case %x history %x trace %x\n", m.Name, seed, r.Digest,
				sha256.Sum256(caseFile), sha256.Sum256(historyFile.Bytes()), sha256.Sum256(traceFile))
		}
	}
	return out.Bytes()
}

// The same case gives the same bytes in other processes, with one processor and with four, and with and without a trace.
func TestRunsAreDeterministicAcrossProcesses(t *testing.T) {
	here := fingerprint(t)
	if os.Getenv(fingerprintChild) != "" {
		if err := os.WriteFile(os.Getenv(fingerprintChild), here, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, procs := range []string{"1", "4"} {
		file := t.TempDir() + "/fingerprint"
		cmd := exec.Command(self, "-test.run=^TestRunsAreDeterministicAcrossProcesses$")
		cmd.Env = append(os.Environ(), fingerprintChild+"="+file, "GOMAXPROCS="+procs)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("the other process: %v\n%s", err, text)
		}
		there, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(here, there) {
			t.Errorf("GOMAXPROCS=%s: the other process ran\n%s\nthis one\n%s", procs, there, here)
		}
	}
}

// A trace changes nothing.
func TestTraceDoesNotChangeTheRun(t *testing.T) {
	for _, m := range Models() {
		for seed := uint64(1); seed <= 20; seed++ {
			c := searchCase(t, m, seed)
			plain, err := sim.Run(m.System(), c)
			if err != nil {
				t.Fatal(err)
			}
			traced, err := sim.RunTraced(m.System(), c)
			if err != nil {
				t.Fatal(err)
			}
			if plain.Digest != traced.Digest || plain.Events != traced.Events {
				t.Errorf("%s: seed %d: digest %s without a trace, %s with it", m.Name, seed, plain.Digest, traced.Digest)
			}
		}
	}
}
