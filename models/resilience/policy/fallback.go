package policy

import "time"

// Fallback keeps the last good answer, to be given when there is no new one, as long as it is not too old. It fits what may be a little out of date, and nothing
// else. See RFC 5861, HTTP Cache-Control Extensions for Stale Content, section 4: stale-if-error.
type Fallback[T any] struct {
	MaxAge time.Duration

	kept T
	at   time.Duration
	has  bool
}

// Keep takes a good answer.
func (f *Fallback[T]) Keep(now time.Duration, answer T) { f.kept, f.at, f.has = answer, now, true }

// Get returns the last good answer and its age; false if there is none, or it is too old.
func (f *Fallback[T]) Get(now time.Duration) (answer T, age time.Duration, ok bool) {
	if age = now - f.at; !f.has || age > f.MaxAge {
		return answer, 0, false
	}
	return f.kept, age, true
}
