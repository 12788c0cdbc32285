package history

import "fmt"

// origin tells what a JSON string was in EDN.
type origin uint8

const (
	originString origin = iota
	originKeyword
	originSymbol
	originChar
	originRatio
	originName // the key of a map that is no string, as JSON text
)

var originNames = [...]string{"string", "keyword", "symbol", "character", "ratio", "key of a map"}

// origins remembers for each short text of a file what it was, so that :a and
// "a", which are different values in EDN and one in JSON, cannot be taken for
// each other: a file that has both is refused. A nil origins sees nothing.
type origins struct {
	seen map[string]origin
}

func newOrigins() *origins { return &origins{seen: make(map[string]origin)} }

// see notes a text, or returns an error if it was something else before.
func (o *origins) see(text []byte, from origin) error {
	if o == nil || len(text) > maxInterned || from == originString && !wordLike(text) {
		return nil
	}
	before, ok := o.seen[string(text)]
	if !ok {
		o.seen[string(text)] = from
		return nil
	}
	if before != from {
		return fmt.Errorf("%s is a %s here, but was a %s before, and JSON cannot tell the two apart", clip(text), originNames[from], originNames[before])
	}
	return nil
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
