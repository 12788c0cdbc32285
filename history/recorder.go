package history

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// A Recorder writes down what the clients of a running system do and see, by a real clock,
// as [JSONL]. Its methods, and those of its clients and calls, may be called from any goroutine.
//
//	file, err := os.Create("history.jsonl")
//	rec := history.NewRecorder(file)
//	client := rec.Client() // one for each goroutine
//	call := client.Invoke("write", "x", history.Int(1))
//	err = db.Write("x", 1)
//	switch {
//	case err == nil:
//		call.OK(history.Null)
//	case errors.Is(err, errRefused): // it certainly had no effect
//		call.Fail(err)
//	default: // a timeout, a lost connection: nobody knows
//		call.Info(err)
//	}
//	err = errors.Join(rec.Close(), file.Close())
//
// An event gets its position and its time before Invoke returns, and when a call ends before
// OK, Fail or Info returns. A goroutine of the recorder writes it right after. So a
// process that crashes leaves a file that can be read and decided, which may lack the last
// moment.
type Recorder struct {
	mu        sync.Mutex
	room      sync.Cond // pending has room, or the recorder has ended
	start     time.Time
	pending   []Event // not yet taken by the writer
	count     int     // events so far
	processes Process // so far
	closed    bool
	failure   error // of the writer

	wake    chan struct{} // there is something to write, or the recorder is closed
	written chan struct{} // closed when the writer has ended
	out     io.Writer
}

// maxPending is how many events wait for the writer at most; more make their clients wait.
const maxPending = 1 << 14

// NewRecorder returns a recorder that writes to w, such as a file, without a buffer of its own. It does not close w.
func NewRecorder(w io.Writer) *Recorder {
	r := &Recorder{start: time.Now(), wake: make(chan struct{}, 1), written: make(chan struct{}), out: w}
	r.room.L = &r.mu
	go r.write()
	return r
}

// Client returns a new client: something that does one operation after the other, such as a
// goroutine with its connection. Its process is the next that is free.
func (r *Recorder) Client() *Client {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &Client{rec: r, process: r.process()}
}

// process returns a process that nothing was recorded of.
func (r *Recorder) process() Process {
	r.processes++
	return r.processes - 1
}

// Nemesis records that something was done to the system, such as "kill" of "n1". [Faults] has the
// names that make two events the beginning and the end of one fault.
func (r *Recorder) Nemesis(what string, value Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(Event{Process: Nemesis, Type: Info, F: what, Value: value})
}

// Close writes what is left. What is still under way stays without an end, and what happens
// later is not recorded. It returns the first error of writing; what was written then is the history up to it.
func (r *Recorder) Close() error {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		r.signal()
	}
	r.room.Broadcast()
	r.mu.Unlock()
	<-r.written
	return r.failure
}

// add gives the next event its position and its time. The caller holds the lock.
func (r *Recorder) add(e Event) {
	for len(r.pending) >= maxPending && !r.ended() {
		r.room.Wait()
	}
	if r.ended() {
		return
	}
	e.Index, e.Time = r.count, Time(time.Since(r.start))
	r.count++
	if r.pending = append(r.pending, e); len(r.pending) == 1 {
		r.signal()
	}
}

// ended reports that nothing more is recorded.
func (r *Recorder) ended() bool { return r.closed || r.failure != nil }

// signal wakes the writer. The caller holds the lock.
func (r *Recorder) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// write writes events as they come.
func (r *Recorder) write() {
	defer close(r.written)
	var events []Event
	var text []byte
	for closed := false; !closed; {
		<-r.wake
		r.mu.Lock()
		events, r.pending = r.pending, events[:0]
		closed = r.closed
		r.room.Broadcast()
		r.mu.Unlock()

		text = text[:0]
		for i := range events {
			text = append(events[i].AppendJSON(text), '\n')
		}
		if _, err := r.out.Write(text); err != nil {
			r.fail(err)
			break
		}
		clear(events) // of the texts that they hold
	}
}

// fail ends the recording.
func (r *Recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure == nil {
		r.failure = fmt.Errorf("the history could not be written: %w", err)
	}
	r.pending = nil
	r.room.Broadcast()
}

// A Client is one client of a system that is recorded.
type Client struct {
	// Node is the server that the client asks, if a report is to tell it.
	Node string

	rec     *Recorder
	process Process
	call    *Call // under way
}

// Invoke records that the client begins an operation: f is its name in the specification, key
// the object if there are several, and arg its argument. Call it right before the
// operation. It panics if the client's last operation is still under way.
func (c *Client) Invoke(f, key string, arg Value) *Call {
	r := c.rec
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.call != nil {
		panic(fmt.Sprintf("history: client %d invokes %s while its %s is under way; a client does one operation at a time, so each goroutine needs its own", c.process, f, c.call.f))
	}
	c.call = &Call{client: c, f: f, key: key}
	r.add(Event{Process: c.process, Type: Invoke, F: f, Key: key, Value: arg, Node: c.Node})
	return c.call
}

// A Call is an operation under way. Exactly one of OK, Fail and Info ends it, right after the
// operation has returned; another panics.
type Call struct {
	client *Client
	f, key string
}

// OK records that the operation took effect, and its result; Null if it has none.
func (c *Call) OK(result Value) { c.end(OK, result, nil) }

// Fail records that the operation certainly had no effect and never will, and why. If that is
// not certain, it is an Info.
func (c *Call) Fail(why error) { c.end(Fail, Null, why) }

// Info records that nobody knows whether the operation took effect, or will, such as after a
// timeout. The client goes on as a new process.
func (c *Call) Info(why error) { c.end(Info, Null, why) }

func (c *Call) end(t Type, result Value, why error) {
	e := Event{Type: t, F: c.f, Key: c.key, Value: result}
	if why != nil {
		e.Error = why.Error()
	}
	client := c.client
	r := client.rec
	r.mu.Lock()
	defer r.mu.Unlock()
	if client.call != c {
		panic(fmt.Sprintf("history: the %s of client %d has ended already", c.f, client.process))
	}
	client.call = nil
	e.Process, e.Node = client.process, client.Node
	r.add(e)
	if t == Info {
		client.process = r.process()
	}
}
