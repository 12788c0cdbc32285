//tidy:as check

// Package io reads files and prints.
package io

import (
	"fmt"
	"io"
	"net/http" // want io
	"os"       // want io
)

func read(w io.Writer) {
	os.Remove("x")
	http.Get("x")
	fmt.Fprintln(w, "fine")
	fmt.Println("seen") // want io
	println("seen")     // want io
}
