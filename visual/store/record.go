package store

import (
	"bytes"
	"encoding/json"
	"strconv"

	"simrun/sim"
)

// appendRecord appends a record as encoding/json writes it, without its cost: a trace has tens of thousands.
func appendRecord(b []byte, r *sim.Record) []byte {
	b = strconv.AppendUint(append(b, `{"event":`...), r.Event, 10)
	if r.Cause != 0 {
		b = strconv.AppendUint(append(b, `,"cause":`...), r.Cause, 10)
	}
	b = strconv.AppendInt(append(b, `,"time":`...), int64(r.Time), 10)
	b = appendText(append(b, `,"kind":`...), string(r.Kind))
	if r.Node != 0 {
		b = appendText(append(b, `,"node":`...), r.Node.String())
	}
	if r.Peer != 0 {
		b = appendText(append(b, `,"peer":`...), r.Peer.String())
	}
	if r.Message != 0 {
		b = strconv.AppendUint(append(b, `,"message":`...), r.Message, 10)
	}
	if r.Text != "" {
		b = appendText(append(b, `,"text":`...), r.Text)
	}
	if r.Key != "" {
		b = appendText(append(b, `,"key":`...), r.Key)
	}
	if r.State != nil {
		b = appendState(append(b, `,"state":`...), r.State)
	}
	return append(b, '}')
}

func appendState(b []byte, s *sim.State) []byte {
	b = appendText(append(b, `{"role":`...), s.Role)
	b = strconv.AppendUint(append(b, `,"epoch":`...), s.Epoch, 10)
	for i, f := range s.Detail {
		if i == 0 {
			b = append(b, `,"detail":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"name":`...), f.Name)
		b = append(appendText(append(b, `,"value":`...), f.Value), '}')
	}
	if len(s.Detail) > 0 {
		b = append(b, ']')
	}
	return append(b, '}')
}

// appendText appends a text as a JSON string. Only what needs no escape is written here.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return append(b, escaped(s)...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func escaped(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string has always a JSON
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
