package history

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
)

// repeated is a text that is longer than anybody wants to hold in memory: a beginning, a
// piece many times, and an end.
func repeated(begin, piece string, times int, end string) io.Reader {
	readers := []io.Reader{strings.NewReader(begin)}
	chunk := strings.Repeat(piece, max(1, 1<<16/len(piece)))
	for n := times * len(piece) / len(chunk); n >= 0; n-- {
		readers = append(readers, strings.NewReader(chunk))
	}
	return io.MultiReader(append(readers, strings.NewReader(end))...)
}

// lengthy is a reader that says how long it is, as a file is.
type lengthy struct {
	io.Reader
	bytes int
}

func (l lengthy) Len() int { return l.bytes }

// nestedKeys is a map as the key of a map as the key of a map …
func nestedKeys(depth int) string {
	v := `"a"`
	for range depth {
		v = "{" + v + " 1}"
	}
	return v
}

// Hostile texts are refused, with a message that a screen holds, in bounded memory.
func TestHostileTexts(t *testing.T) {
	const mib = 1 << 20
	ednValue := func(v string) io.Reader {
		return strings.NewReader("{:type :invoke, :f :write, :value " + v + ", :process 0}\n")
	}
	jsonlValue := func(v string) io.Reader {
		return strings.NewReader(`{"index":0,"time":0,"process":0,"type":"invoke","f":"write","value":` + v + "}\n")
	}
	for _, c := range []struct {
		name  string
		text  io.Reader
		want  string // in the error; "" if it is no error
		bound uint64 // of what is allocated
	}{
		{"JSONL, a line of 200 MB", repeated(`{"index":0,"time":0,"process":0,"type":"invoke","f":"write","value":"`, "x", 200*mib, "\"}\n"), "longer than 64 MiB", 600 * mib},
		{"JSONL, a line of 200 MB in a file", lengthy{repeated(`{"index":0,"time":0,"process":0,"type":"invoke","f":"write","value":"`, "x", 200*mib, "\"}\n"), 200 * mib}, "longer than 64 MiB", 600 * mib},
		{"EDN, a record of 200 MB", repeated(`{:type :invoke, :f :write, :process 0, :value "`, "x", 200*mib, "\"}\n"), "longer than 64 MiB", 600 * mib},
		{"JSON, a record of 200 MB", repeated(`[{"type":"invoke","f":"write","process":0,"value":"`, "x", 200*mib, "\"}]\n"), "longer than 64 MiB", 600 * mib},
		{"CSV, a line of 200 MB", repeated("process,f,input,output,call,return\n0,write,\"", "x", 200*mib, "\",,1,2\n"), "longer than 64 MiB", 600 * mib},
		{"log, a line of 200 MB", repeated(`INFO  jepsen.util - 0 :invoke :write "`, "x", 200*mib, "\"\n"), "longer than 64 MiB", 600 * mib},
		{"JSONL without an end", repeated(`{"index":0,"time":0,"process":0,"type":"invoke","f":"write","value":[`, "[", 200*mib, ""), "longer than 64 MiB", 600 * mib},
		{"EDN, maps as keys, 28 deep", ednValue(nestedKeys(28)), "longer than 64 KiB as JSON", mib},
		{"EDN, maps as keys, 1,000 deep", ednValue(nestedKeys(1000)), "longer than 64 KiB as JSON", mib},
		{"EDN, a million levels", ednValue(strings.Repeat("[", mib) + strings.Repeat("]", mib)), "nested more than 1000 levels deep", 16 * mib},
		{"JSON, a million levels", jsonlValue(strings.Repeat("[", mib) + strings.Repeat("]", mib)), "nested more than 1000 levels deep", 16 * mib},
		{"EDN, a million tags", ednValue(strings.Repeat("#a ", mib) + "1"), "nested more than 1000 levels deep", 16 * mib},
		{"EDN, a million discards", repeated("", "#_ ", mib, "{:type :invoke, :f :write, :process 0}"), "expected a form after #_", mib},
		{"EDN, a great exponent", ednValue("1e999999999"), "the exponent of a number is greater than a million", mib},
		{"EDN, a great decimal", ednValue("1e999999999M"), "the exponent of a number is greater than a million", mib},
		{"JSON, a small exponent", jsonlValue("-1e-999999999"), "the exponent of a number is greater than a million", mib},
		{"EDN, a ratio of a million digits", ednValue(strings.Repeat("1", mib) + "/" + strings.Repeat("3", mib)), "is not a ratio", 16 * mib},
		{"JSON, a number of a million digits", jsonlValue(strings.Repeat("1", mib)), "", 32 * mib},
		{"an operation of a megabyte", strings.NewReader(strings.Repeat(`{"index":0,"time":0,"process":0,"type":"invoke","f":"`+strings.Repeat("f", mib)+`"}`+"\n", 2)), "index: expected 1, got 0", 32 * mib},
		{"a type of a megabyte", strings.NewReader(`{"index":0,"time":0,"process":0,"f":"x","type":"` + strings.Repeat("f", mib) + `"}` + "\n"), "type: expected invoke, ok, fail or info", 32 * mib},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ReadWith(c.text, "hostile", Options{})
		runtime.ReadMemStats(&after)
		var e *Error
		switch {
		case err == nil && c.want != "", err != nil && !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		case err != nil && !errors.As(err, &e):
			t.Errorf("%s: %v has no place", c.name, err)
		case err != nil && len(err.Error()) > 300:
			t.Errorf("%s: the message has %d bytes: %.100s…", c.name, len(err.Error()), err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > c.bound {
			t.Errorf("%s allocated %d MiB, more than %d", c.name, took/mib, c.bound/mib)
		}
	}
}
