package history

import "fmt"

// origin is the type that a JSON string had in EDN.
type origin uint8

const (
	originString origin = iota
	originKeyword
	originSymbol
	originChar
	originRatio
	originName // the key of a map that is not a string, as JSON text
)

var originNames = [...]string{"string", "keyword", "symbol", "character", "ratio", "key of a map"}

// origins remembers the origin of each short text of a file. :a and "a" are different
// values in EDN but equal in JSON, so a file that has both is an error. A nil origins
// allows everything.
//
// It keeps a 64-bit hash of each text, since a file may have millions of them. A
// collision can only make it refuse a file that it should accept.
type origins struct {
	seen map[uint64]origin
}

func newOrigins() *origins { return &origins{seen: make(map[uint64]origin)} }

// see records the origin of a text, or returns an error if the text had another one before.
func (o *origins) see(text []byte, from origin) error {
	if o == nil || len(text) > maxInterned || from == originString && !wordLike(text) {
		return nil
	}
	h := hash(text)
	before, ok := o.seen[h]
	if !ok {
		o.seen[h] = from
		return nil
	}
	if before != from {
		return fmt.Errorf("%s is a %s here, but was a %s before, and JSON cannot tell the two apart", clip(text), originNames[from], originNames[before])
	}
	return nil
}

// hash is FNV-1a.
func hash(text []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range text {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// wordLike reports whether a string could have been a keyword, a symbol, a
// character, a ratio or a number.
func wordLike(text []byte) bool {
	for _, c := range text {
		if isEDNDelimiter(c) {
			return len(text) == 1
		}
	}
	return len(text) > 0
}
