package history

import "strings"

// interner keeps one copy of each short text of a history: a million lines have
// a handful of operation names and keys, and few distinct values. Copies share
// large blocks, so that a new text needs no allocation of its own. A nil interner
// copies every text.
type interner struct {
	seen  map[string]string
	block strings.Builder
	buf   []byte // scratch
}

const (
	maxInterned = 64      // bytes; longer texts are rarely repeated
	maxSeen     = 1 << 16 // texts that are remembered; a file with more of them rarely repeats one
	internBlock = 1 << 16 // bytes of a block
)

func newInterner() *interner { return &interner{seen: make(map[string]string)} }

// str returns text as a string.
func (in *interner) str(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if in == nil || len(text) > maxInterned {
		return string(text)
	}
	if s, ok := in.seen[string(text)]; ok {
		return s
	}
	if in.block.Cap()-in.block.Len() < len(text) {
		in.block = strings.Builder{}
		in.block.Grow(internBlock)
	}
	from := in.block.Len()
	in.block.Write(text)
	s := in.block.String()[from:]
	if len(in.seen) < maxSeen {
		in.seen[s] = s
	}
	return s
}

// scratch returns an empty buffer that is valid until the next call.
func (in *interner) scratch() []byte {
	if in == nil {
		return nil
	}
	return in.buf[:0]
}

// keep stores buf, which may have grown, for the next call of scratch.
func (in *interner) keep(buf []byte) {
	if in != nil {
		in.buf = buf
	}
}
