package visual

import "encoding/binary"

// column is a sequence of integers as variable-length bytes. The page reads it
// back in the order of writing; the two ends must agree on kind and number.
type column []byte

// put appends a number that is not negative.
func (c *column) put(n uint64) { *c = binary.AppendUvarint(*c, n) }

// signed appends a number of either sign: zigzag, as in protocol buffers.
func (c *column) signed(n int64) { *c = binary.AppendVarint(*c, n) }

// texts numbers distinct strings in the order of their first use. Number 0 is "".
type texts struct {
	list   []string
	number map[string]uint64
}

func newTexts() *texts { return &texts{list: []string{""}, number: map[string]uint64{"": 0}} }

func (t *texts) of(s string) uint64 {
	n, ok := t.number[s]
	if !ok {
		n = uint64(len(t.list))
		t.list = append(t.list, s)
		t.number[s] = n
	}
	return n
}
