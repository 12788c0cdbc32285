//tidy:as check/util

// Package util is a drawer.
package util // want drawer
