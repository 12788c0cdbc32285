package maelstrom

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"simrun/history"
	"simrun/internal/brief"
)

// message is a line that a program printed, or that a node got.
type message struct {
	src, dest string
	body      json.RawMessage
}

// parse reads a line; why says in the middle of a sentence what is wrong with it, or is "".
func parse(line []byte) (m message, why string) {
	var e struct {
		Src  *string         `json:"src"`
		Dest *string         `json:"dest"`
		Body json.RawMessage `json:"body"`
	}
	switch err := json.Unmarshal(line, &e); {
	case err != nil && !json.Valid(line):
		return m, "which is not JSON"
	case err != nil:
		return m, `which is no object with the texts "src" and "dest"`
	case e.Src == nil:
		return m, `which lacks "src"`
	case e.Dest == nil:
		return m, `which lacks "dest"`
	case len(e.Body) == 0:
		return m, `which lacks "body"`
	case e.Body[0] != '{':
		return m, `whose "body" is no object`
	}
	return message{*e.Src, *e.Dest, e.Body}, ""
}

// head is what all bodies have in common.
type head struct {
	Type      string        `json:"type"`
	MsgID     history.Value `json:"msg_id"`
	InReplyTo history.Value `json:"in_reply_to"`
}

// headOf reads the head of a body; what can't be read is left out.
func headOf(body []byte) (h head) {
	json.Unmarshal(body, &h) // a member of a wrong kind leaves the others
	return h
}

// field is a member of a body.
type field struct {
	name  string
	value history.Value
}

// bodyOf makes a body, with its type first.
func bodyOf(kind string, fields ...field) []byte {
	b := history.String(kind).AppendJSON([]byte(`{"type":`))
	for _, f := range fields {
		b = append(history.String(f.name).AppendJSON(append(b, ',')), ':')
		b = f.value.AppendJSON(b)
	}
	return append(b, '}')
}

// numbered is a body with a msg_id or an in_reply_to as its first member.
func numbered(name string, n uint64, body []byte) []byte {
	b := append(make([]byte, 0, len(body)+32), `{"`+name+`":`...)
	b = append(strconv.AppendUint(b, n, 10), ',')
	return append(b, body[1:]...)
}

// lineOf makes a line.
func lineOf(src, dest string, body []byte) []byte {
	b := history.String(src).AppendJSON(append(make([]byte, 0, len(body)+64), `{"src":`...))
	b = history.String(dest).AppendJSON(append(b, `,"dest":`...))
	return append(append(append(b, `,"body":`...), body...), '}')
}

// quoted is a line for a sentence.
func quoted(line []byte) string { return strconv.Quote(brief.Middle(string(line), 120)) }

// describe tells a person what a payload says.
func describe(payload []byte) string {
	m, why := parse(payload)
	if why != "" {
		m = message{body: payload} // between a client and a node
	}
	text := describeBody(m.body)
	switch {
	case isService(m.dest):
		return m.dest + " " + text
	case isService(m.src):
		return m.src + " " + text
	}
	return text
}

// describeBody says "read key=1", or "error 22: the value is 3".
func describeBody(body []byte) string {
	v, err := history.ParseValue(string(bytes.TrimSpace(body)))
	kind, _ := v.Field("type")
	if err != nil || kind.IsNull() {
		return brief.Middle(string(body), 60)
	}
	text, _ := kind.AsString()
	if text == "error" {
		code, _ := v.Field("code")
		why, _ := v.Field("text")
		reason, _ := why.AsString()
		return brief.Middle(fmt.Sprintf("error %v: %s", code, reason), 60)
	}
	for name, value := range v.Members() {
		if name != "type" && name != "msg_id" && name != "in_reply_to" {
			text += " " + name + "=" + value.String()
		}
	}
	return brief.Middle(text, 60)
}
