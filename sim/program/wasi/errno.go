package wasi

import (
	"errors"

	"simrun/sim/disk"
)

// errno is how a function of WASI says what went wrong.
type errno uint16

// The numbers of the specification of preview 1.
const (
	success     errno = 0
	eagain      errno = 6
	ebadf       errno = 8
	eexist      errno = 20
	efault      errno = 21
	efbig       errno = 22
	einval      errno = 28
	eio         errno = 29
	eisdir      errno = 31
	emfile      errno = 33
	enametoobig errno = 37
	enoent      errno = 44
	enospc      errno = 51
	enosys      errno = 52
	enotdir     errno = 54
	enotempty   errno = 55
	enotsup     errno = 58
	eperm       errno = 63
	espipe      errno = 70
	enotcapable errno = 76
)

// errnoOf says what the disk said.
func errnoOf(err error) errno {
	switch {
	case err == nil:
		return success
	case errors.Is(err, disk.ErrFull):
		return enospc
	case errors.Is(err, disk.ErrNotExist):
		return enoent
	case errors.Is(err, disk.ErrRange):
		return efbig
	}
	return eio
}
