package all

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"testing"

	"simrun/history"
	"simrun/internal/soak"
	"simrun/models/session"
	"simrun/sim"
)

// fingerprintChild tells the test binary that it is the other process.
const fingerprintChild = "SIMRUN_FINGERPRINT_CHILD"

// fingerprint runs a few cases with a trace and returns, for each, the digest and the hashes of the files that
// a run leaves: case, history and trace.
func fingerprint(t *testing.T) []byte {
	var out bytes.Buffer
	for _, m := range Models() {
		for seed := uint64(1); seed <= uint64(soak.N(2, 16)); seed++ {
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

// A trace changes nothing. It tells what nodes say to each other, and has their states, and a profile lists the roles that they take, so that a plan can name each of them, and no other.
func TestTracesAndTheirRoles(t *testing.T) {
	for _, m := range Models() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			seen, told := map[string]bool{}, map[string]bool{}
			for seed := uint64(1); seed <= uint64(soak.N(4, 40)); seed++ {
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
					t.Errorf("seed %d: digest %s without a trace, %s with it", seed, plain.Digest, traced.Digest)
				}
				for _, rec := range traced.Trace.Records {
					switch {
					case rec.Kind == sim.StateIs:
						seen[rec.State.Role] = true
					case rec.Kind == sim.Send && rec.Node > 0 && rec.Peer > 0:
						told[rec.Text] = true
					}
				}
			}
			for _, role := range slices.Sorted(maps.Keys(seen)) {
				if !slices.Contains(m.Profile.Roles, role) {
					t.Errorf("a node is %s, and the profile lists the roles %q", role, m.Profile.Roles)
				}
			}
			for _, reply := range []string{session.Result{Status: session.Lost}.String(), "damaged message"} {
				if told[reply] {
					t.Errorf("a message between nodes is described as %q", reply)
				}
			}
			if m.Profile.Leader != "" && !seen[m.Profile.Leader] {
				t.Errorf("no node was %s", m.Profile.Leader)
			}
		})
	}
}
