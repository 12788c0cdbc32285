package history_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"simrun/history"
)

// followed is what Follow makes of a text of which it gets a few bytes at a time.
func followed(t *testing.T, text string, f history.Format) ([]history.Event, error) {
	t.Helper()
	var events []history.Event
	_, err := history.Follow(dripping{strings.NewReader(text)}, "h", history.Options{Format: f}, func(e history.Event) error {
		events = append(events, e)
		return nil
	})
	return events, err
}

// dripping returns at most seven bytes at a time.
type dripping struct{ r io.Reader }

func (r dripping) Read(b []byte) (int, error) { return r.r.Read(b[:min(len(b), 7)]) }

var toFollow = []history.Event{
	{Index: 0, Time: 1, Process: 0, Type: history.Invoke, F: "write", Value: history.Int(1)},
	{Index: 1, Time: 2, Process: history.Nemesis, Type: history.Info, F: "start"},
	{Index: 2, Time: 3, Process: 0, Type: history.OK, F: "write", Value: history.Int(1)},
	{Index: 3, Time: 4, Process: 1, Type: history.Invoke, F: "read"},
}

func TestFollowReadsWhatReadReads(t *testing.T) {
	for _, f := range []history.Format{history.JSONL, history.EDN} {
		var text bytes.Buffer
		if err := history.Write(&text, f, toFollow); err != nil {
			t.Fatal(err)
		}
		for _, named := range []history.Format{f, history.Auto} {
			if events, err := followed(t, text.String(), named); err != nil || !slices.Equal(events, toFollow) {
				t.Errorf("%s: %v, %v", f, events, err)
			}
		}
	}
}

// An event is there as soon as its line is, not when some buffer is full.
func TestFollowDoesNotWaitForMore(t *testing.T) {
	r, w := io.Pipe()
	seen := make(chan history.Event)
	done := make(chan error)
	go func() {
		_, err := history.Follow(r, "h", history.Options{}, func(e history.Event) error {
			seen <- e
			return nil
		})
		done <- err
	}()
	for _, e := range toFollow {
		if _, err := w.Write(append(e.AppendJSON(nil), '\n')); err != nil {
			t.Fatal(err)
		}
		if got := <-seen; got != e {
			t.Errorf("got %v, want %v", got, e)
		}
	}
	w.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestFollowEnds(t *testing.T) {
	line := string(toFollow[0].AppendJSON(nil)) + "\n"
	if events, err := followed(t, line+line[:20], history.Auto); len(events) != 1 || err != nil {
		t.Errorf("with half a line: %v, %v", events, err)
	}
	if events, err := followed(t, "", history.Auto); len(events) != 0 || err != nil {
		t.Errorf("nothing: %v, %v", events, err)
	}
	stop := errors.New("stop")
	if _, err := history.Follow(strings.NewReader(line), "h", history.Options{}, func(history.Event) error { return stop }); err != stop {
		t.Errorf("stopped with %v", err)
	}
	for text, want := range map[string]string{
		line + line:                        "h:2: index: expected 1, got 0",
		"process,f,call,return\n":          "can't be followed",
		"hello\n":                          "h:1: not a history",
		line + "{\"index\":1,\"tim\":2}\n": "h:2: unknown member",
	} {
		if _, err := followed(t, text, history.Auto); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
