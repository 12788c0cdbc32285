package store

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"simrun/sim"
)

// A record is written as encoding/json writes it, whatever is in it.
func TestRecordsAreWrittenAsTheirJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := sim.Record{
			Event: rapid.Uint64().Draw(t, "event"), Cause: rapid.Uint64Max(1).Draw(t, "cause"), Time: sim.Time(rapid.Int64().Draw(t, "time")),
			Kind: sim.RecordKind(rapid.String().Draw(t, "kind")), Message: rapid.Uint64Max(2).Draw(t, "message"),
			Node: sim.NodeID(rapid.IntRange(-3, 3).Draw(t, "node")), Peer: sim.NodeID(rapid.IntRange(-3, 3).Draw(t, "peer")),
			Text: rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`)).Draw(t, "text"), Key: rapid.String().Draw(t, "key"),
		}
		if rapid.Bool().Draw(t, "state") {
			r.State = &sim.State{Role: rapid.String().Draw(t, "role"), Epoch: rapid.Uint64().Draw(t, "epoch")}
			for range rapid.IntRange(0, 3).Draw(t, "details") {
				r.State.Detail = append(r.State.Detail, sim.Field{Name: rapid.String().Draw(t, "name"), Value: rapid.String().Draw(t, "value")})
			}
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(&r); err != nil {
			t.Fatal(err)
		}
		if got := append(appendRecord(nil, &r), '\n'); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("got %swant %s", got, &want)
		}
	})
}
