// Package brief shortens text for a sentence.
package brief

import "unicode/utf8"

// Middle is s, or, if that is longer than so many bytes, its two ends with an ellipsis
// between them. Of broken UTF-8 it may cut off a piece.
func Middle(s string, most int) string {
	if len(s) <= most {
		return s
	}
	const ellipsis = "…"
	room := most - len(ellipsis)
	head, tail := room-room/3, len(s)-room/3
	for head > 0 && !utf8.RuneStart(s[head]) {
		head--
	}
	for tail < len(s) && !utf8.RuneStart(s[tail]) {
		tail++
	}
	return s[:head] + ellipsis + s[tail:]
}
