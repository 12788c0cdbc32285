//tidy:as visual

// Package machine depends on where it runs.
package machine

import (
	"os" // want io
	"runtime"
)

func where() int {
	os.Getenv("HOME")       // want machine
	return runtime.NumCPU() // want machine
}
