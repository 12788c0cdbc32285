package maelstrom

import (
	"fmt"

	"simrun/history"
	"simrun/internal/brief"
	"simrun/internal/count"
	"simrun/sim/rng"
)

// command is a request to a key-value service.
type command struct {
	kind       string
	key, value history.Value
	from, to   history.Value
	create     bool // a cas makes a key that is not there
}

// commandOf reads a request. A refusal says what is wrong with it; both are nothing if it is of a kind that key-value services don't know.
func commandOf(request history.Value) (c command, refused []byte) {
	c.kind = text(request, "type")
	needs := map[string][]string{"read": {"key"}, "write": {"key", "value"}, "cas": {"key", "from", "to"}}[c.kind]
	for _, name := range needs {
		if _, there := request.Field(name); !there {
			return c, refusal(errMalformed, fmt.Sprintf("%s lacks %q", c.kind, name))
		}
	}
	c.key, _ = request.Field("key")
	c.value, _ = request.Field("value")
	c.from, _ = request.Field("from")
	c.to, _ = request.Field("to")
	create, _ := request.Field("create_if_not_exists")
	c.create, _ = create.AsBool()
	return c, nil
}

// apply does a command to what a key holds: the value that it writes, if it does, and the answer; nil if it is unknown.
func (c *command) apply(held history.Value, there bool) (written history.Value, writes bool, answer []byte) {
	switch {
	case c.kind == "write":
		return c.value, true, bodyOf("write_ok")
	case c.kind != "read" && c.kind != "cas":
		return history.Null, false, nil
	case c.kind == "cas" && (there && held == c.from || !there && c.create):
		return c.to, true, bodyOf("cas_ok")
	case !there:
		return history.Null, false, refusal(errNoKey, "there is no key "+brief.Middle(c.key.String(), 60))
	case c.kind == "read":
		return history.Null, false, bodyOf("read_ok", field{"value", held})
	}
	return history.Null, false, refusal(errPrecondition, fmt.Sprintf("the value is %s, and not %s", brief.Middle(held.String(), 60), brief.Middle(c.from.String(), 60)))
}

// linear is lin-kv: one copy.
type linear struct {
	values map[history.Value]history.Value
}

func (l *linear) handle(_ string, request history.Value, _ rng.Value) []byte {
	c, answer := commandOf(request)
	if answer != nil {
		return answer
	}
	held, there := l.values[c.key]
	written, writes, answer := c.apply(held, there)
	if writes {
		if l.values == nil {
			l.values = map[history.Value]history.Value{}
		}
		l.values[c.key] = written
	}
	return answer
}

func (l *linear) String() string { return keys(len(l.values)) }

// keys counts keys for people; "" if there are none.
func keys(n int) string {
	if n == 0 {
		return ""
	}
	return count.Of(n, "key")
}
