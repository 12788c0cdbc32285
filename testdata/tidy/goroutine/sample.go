//tidy:as models/raft

// Package goroutine lets a scheduler decide.
package goroutine

import "sync"

func race(a, b chan int) int {
	go close(a) // want goroutine
	var wg sync.WaitGroup
	wg.Go(func() {}) // want goroutine
	var m sync.Map
	m.Range(nil) // want goroutine
	wg.Wait()
	select { // want goroutine
	case x := <-a:
		return x
	case x := <-b:
		return x
	}
}
