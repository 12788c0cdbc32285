package history

import (
	"bytes"
	"fmt"
)

// readJSON reads [JSON].
func readJSON(c *collector, r sized) ([]Event, error) {
	forms := newFormReader(r, true)
	for {
		form, line, err := forms.next()
		if err != nil {
			return nil, c.fail(line, "%v", err)
		}
		if form == nil {
			return c.finish()
		}
		var rec record
		s := jsonScanner{text: form, in: c.in}
		err = s.record(&rec, false)
		if err == nil && s.peek() != 0 {
			err = fmt.Errorf("expected nothing after the object, got %s", quoteByte(s.text[s.at]))
		}
		if err != nil {
			return nil, c.fail(line+bytes.Count(form[:min(s.at, len(form))], []byte{'\n'}), "%v", err)
		}
		if err := c.addForeign(&rec, line); err != nil {
			return nil, err
		}
		c.reserve(forms.taken - int64(len(forms.buf)-forms.at))
	}
}
