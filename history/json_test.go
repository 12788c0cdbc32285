package history

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestValuesAndEventsInsideOtherJSON(t *testing.T) {
	type run struct {
		Value  Value
		Events []Event
		By     map[Process]Value
	}
	const text = `{"Value":{"a":[1,"b"]},"Events":[{"index":4,"time":5,"process":"nemesis","type":"info","f":"crash","value":null,"node":"n1"}],"By":{"3":1.5}}`
	var r run
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	if r.Events[0] != (Event{Index: 4, Time: 5, Process: Nemesis, Type: Info, F: "crash", Node: "n1"}) {
		t.Errorf("%+v", r.Events[0])
	}
	again, err := json.Marshal(r)
	if err != nil || string(again) != text {
		t.Errorf("%s\nbecame %s (%v)", text, again, err)
	}
	for in, want := range map[string]string{
		`{"Value":{"a":1,"a":1}}`:    `value: the name "a" occurs twice in one object`,
		`{"Events":[{"index":0}]}`:   "event: time is missing",
		`{"Events":[{"indx":0}]}`:    `event: unknown member of an event "indx"; did you mean "index"?`,
		`{"Events":[{"index":1.5}]}`: "event: index: expected a whole number, got 1.5",
		`{"Events":[{"f":null}]}`:    "event: f: expected the name of an operation, got null",
	} {
		if err := json.Unmarshal([]byte(in), &r); message(err) != want {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

func TestValueOfTheWrongKind(t *testing.T) {
	for _, v := range []Value{Null, Bool(true), Int(7), String("x"), Ints(1, 2)} {
		_, isInt := v.AsInt()
		_, isBool := v.AsBool()
		_, isString := v.AsString()
		_, isList := v.AsList()
		n := 0
		for _, is := range []bool{isInt, isBool, isString, isList, v.IsNull()} {
			if is {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%v is %d things", v, n)
		}
	}
	if b, ok := Bool(true).AsBool(); !b || !ok {
		t.Error("true is not true")
	}
}

func TestValueCompareIsAnOrder(t *testing.T) {
	ascending := []Value{Null, Bool(false), Bool(true), Int(-3), Int(7), String(""), String("a"), String("b"), mustParse("1.5"), Ints(1), List(), mustParse("{}")}
	for i, a := range ascending {
		for j, b := range ascending {
			want := 0
			switch {
			case i < j:
				want = -1
			case i > j:
				want = 1
			}
			if got := a.Compare(b); got != want {
				t.Errorf("%v to %v: %d", a, b, got)
			}
		}
	}
}

// slowReader returns nothing at every other call, and at every call once it is stuck.
type slowReader struct {
	text  string
	calls int
	stuck bool
}

func (r *slowReader) Read(b []byte) (int, error) {
	r.calls++
	if r.calls%2 == 0 || r.stuck && r.text == "" {
		return 0, nil
	}
	if r.text == "" {
		return 0, io.EOF
	}
	n := copy(b[:1], r.text)
	r.text = r.text[n:]
	return n, nil
}

func TestReadFromSlowReaders(t *testing.T) {
	const text = `{:process 0 :type :invoke :f :read}`
	events, err := Read(&slowReader{text: text}, "file", EDN)
	if err != nil || len(events) != 1 {
		t.Errorf("%v, %v", events, err)
	}
	// Read looks at the first part to detect the format; the formReader reads the rest.
	long := text + strings.Repeat(" ", detectBytes)
	if _, err := Read(&slowReader{text: long, stuck: true}, "file", EDN); !strings.Contains(message(err), io.ErrNoProgress.Error()) {
		t.Errorf("a reader that never ends: %v", err)
	}
}

func TestReadLongLines(t *testing.T) {
	long := strings.Repeat("long ", 100_000)
	events := []Event{{F: "write", Value: String(long)}, {Index: 1, Type: OK, F: "write", Value: String(long + "!")}}
	checkWritten(t, events)
	_, err := Read(strings.NewReader("INFO  jepsen.util - 0\t:invoke\t:write\t\""+long+"\"\n0 foo\n"), "file", Auto)
	if want := `file:2: expected a line like INFO  jepsen.util - 3 :invoke :read nil, got "0 foo"`; message(err) != want {
		t.Errorf("got %v", err)
	}
}

// sought is a reader whose length can be found by seeking, like that of a file.
type sought struct{ io.ReadSeeker }

// unsought has a Seek that fails, like that of standard input.
type unsought struct{ io.Reader }

func (unsought) Seek(int64, int) (int64, error) { return 0, errors.New("a pipe") }

func TestSizeIsFoundWithoutMoving(t *testing.T) {
	r := strings.NewReader("0123456789")
	if _, err := r.Seek(3, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	for name, reader := range map[string]io.Reader{"length": r, "seek": sought{r}} {
		if n, ok := sizeOf(reader); n != 7 || !ok {
			t.Errorf("%s: %d, %v", name, n, ok)
		}
	}
	if rest, _ := io.ReadAll(r); string(rest) != "3456789" {
		t.Errorf("the reader moved: %q is left", rest)
	}
	for _, reader := range []io.Reader{unsought{r}, io.MultiReader(r)} {
		if n, ok := sizeOf(reader); n != 0 || ok {
			t.Errorf("%T: %d, %v", reader, n, ok)
		}
	}
}

func TestSplitKeysRefuses(t *testing.T) {
	pair := func(i int, k Value) Event {
		return Event{Index: i, Process: Process(i), F: "write", Value: List(k, Int(1))}
	}
	for want, events := range map[string][]Event{
		"event 0: value: expected a pair [key, value], got 7":                                          {{F: "write", Value: Int(7)}},
		`event 1: key "5" is a string here, but was a number before, and simrun compares keys as text`: {pair(0, Int(5)), pair(1, String("5"))},
		`event 1: process 0 completes write of key "6", but it invoked it for key "5" at event 0`: {
			pair(0, Int(5)), {Index: 1, Type: OK, F: "write", Value: List(Int(6), Null)}},
	} {
		if _, err := SplitKeys(events); message(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if events[0].Key != "" {
			t.Error("the argument was changed")
		}
	}
}
