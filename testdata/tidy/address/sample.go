//tidy:as sim

// Package address takes addresses for values.
package address

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"unsafe" // want address
)

func less(a, b *int) bool {
	_ = fmt.Sprintf("%p", a)    // want address
	_ = fmt.Sprintf("%-10p", a) // want address
	_ = fmt.Sprintf("%d of %d", *a, *b)
	_ = debug.Stack()                   // want address
	_ = reflect.ValueOf(a).Pointer()    // want address
	return uintptr(unsafe.Pointer(a)) < // want address
		uintptr(unsafe.Pointer(b)) // want address
}
