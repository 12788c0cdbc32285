package wal

import (
	"bytes"
	"errors"
	"fmt"
)

// ErrDamaged is wrapped by the error of a log that has lost what was durable.
var ErrDamaged = errors.New("disk damaged")

// Found is what [Options.Recover] found in the copies of a log.
type Found struct {
	Size int // bytes that count

	crc        uint32 // of the last frame
	generation uint32
	repairs    []repair
}

// repair is a frame that a copy does not have.
type repair struct {
	copy, at int
	frame    []byte
}

// Repairs is the number of frames that one copy lacks and another has.
func (f *Found) Repairs() int { return len(f.repairs) }

// Recover reads the copies of a log after a restart and replays its records, oldest first. head and
// body are valid as long as the copies are.
//
// A crash may lose, tear or reorder what was not synced: a tail that can't be
// read is cut off, since nothing in it was ever promised. What had been
// synced must be there; if no copy has it, the disk has damaged it, and cutting it
// off would forget what others rely on (Alagappan et al., "Protocol-Aware Recovery", FAST'18, §3.3.3, tells
// crashes from corruptions likewise). The two are told apart by the frames that follow: each carries how much of
// the file was durable when it was written. Then the error wraps [ErrDamaged]. An error of replay is returned
// as it is.
func (o *Options) Recover(copies [][]byte, replay func(head, body []byte) error) (Found, error) {
	found := Found{generation: o.latest(copies)}
	for {
		f, ok := o.frameOfAny(copies, &found)
		if !ok {
			break
		}
		if err := replay(f[frameHeader:o.FrameSize(0)], f[o.FrameSize(0):]); err != nil {
			return found, err
		}
		found.noteRepairs(copies, f)
		found.Size += len(f)
		found.crc = f.crc()
	}
	if found.Size == 0 && o.replaced(copies) {
		return found, fmt.Errorf("%w: the record that the log begins with can't be read", ErrDamaged)
	}
	for _, file := range copies {
		for at := found.Size + 1; at+o.FrameSize(0) <= len(file); at++ {
			if f, ok := o.frameAt(file, at); ok && o.proves(f, &found) {
				return found, fmt.Errorf("%w: byte %d can't be read, but was durable when byte %d was written", ErrDamaged, found.Size, at)
			}
		}
	}
	return found, nil
}

// Damaged reports whether a copy alone has lost what was durable.
func (o *Options) Damaged(file []byte) bool {
	_, err := o.Recover([][]byte{file}, func(_, _ []byte) error { return nil })
	return err != nil
}

// proves reports whether a frame behind what counts shows that more was durable. What is left of an older generation shows nothing: the log was
// replaced, and this copy not yet.
func (o *Options) proves(f frame, found *Found) bool {
	g := o.generation(f)
	return g > found.generation || g == found.generation && f.durable() > found.Size
}

// latest is the latest generation that a copy begins with. An older copy is one that was about to be replaced when the node crashed: nothing was
// added to the later one before both were there, so that either is good.
func (o *Options) latest(copies [][]byte) (g uint32) {
	for _, file := range copies {
		if f, ok := o.frameAt(file, 0); ok && f.before() == 0 {
			g = max(g, o.generation(f))
		}
	}
	return g
}

// replaced reports whether a copy seems to have replaced another: its first record was whole on the disk before it did.
func (o *Options) replaced(copies [][]byte) bool {
	for _, file := range copies {
		if len(file) >= frameHeader && o.generation(frame(file)) > 0 && o.generation(frame(file)) <= maxGeneration {
			return true
		}
	}
	return false
}

// frameOfAny returns the frame that follows what was found, from the first copy that has it.
func (o *Options) frameOfAny(copies [][]byte, found *Found) (frame, bool) {
	for _, file := range copies {
		if found.Size < len(file) {
			if f, ok := o.frameAt(file, found.Size); ok && o.generation(f) == found.generation && f.before() == found.crc {
				return f, true
			}
		}
	}
	return nil, false
}

// noteRepairs notes which copies don't have a frame that counts.
func (f *Found) noteRepairs(copies [][]byte, x frame) {
	for i, file := range copies {
		if end := f.Size + len(x); end > len(file) || !bytes.Equal(file[f.Size:end], x) {
			f.repairs = append(f.repairs, repair{copy: i, at: f.Size, frame: bytes.Clone(x)})
		}
	}
}
