package check

import (
	"runtime"
	"sync"
	"sync/atomic"

	"simrun/internal/crash"
)

// parallel calls f(0) … f(n-1) on all cores and returns when all are done. The
// calls must be independent, since their order is not determined. If one panics, such as in
// a specification, parallel does too, in the caller's goroutine.
func parallel(n int, f func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	var panicked firstPanic
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				i := int(next.Add(1)) - 1
				if i >= n || !panicked.guard(i, f) {
					return
				}
			}
		}()
	}
	wg.Wait()
	if panicked.what != nil {
		panic(panicked.what)
	}
}

// firstPanic keeps the panic of the call with the lowest number.
type firstPanic struct {
	lock sync.Mutex
	at   int
	what *crash.Panic
}

// guard calls f(i), and reports whether it returned.
func (p *firstPanic) guard(i int, f func(i int)) (ok bool) {
	defer func() {
		if x := recover(); x != nil {
			what := crash.Recovered(x)
			p.lock.Lock()
			defer p.lock.Unlock()
			if p.what == nil || i < p.at {
				p.at, p.what = i, what
			}
		}
	}()
	f(i)
	return true
}
