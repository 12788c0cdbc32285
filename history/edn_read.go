package history

import (
	"bytes"
	"errors"
	"fmt"
)

// readEDN reads [EDN].
func readEDN(c *collector, r sized) ([]Event, error) {
	forms := newFormReader(r, false)
	s := newEDNScanner(c.in)
	for {
		form, line, err := forms.next()
		if err != nil {
			return nil, c.fail(line, "%v", err)
		}
		if form == nil {
			break
		}
		var rec record
		s.text, s.at = form, 0
		if err := s.record(&rec); err != nil {
			return nil, c.fail(line+bytes.Count(form[:min(s.at, len(form))], []byte{'\n'}), "%v", err)
		}
		if err := c.addForeign(&rec, line); err != nil {
			return nil, err
		}
		c.reserve(forms.taken - int64(len(forms.buf)-forms.at))
	}
	return c.finish()
}

// record parses a map that is an event.
func (s *ednScanner) record(rec *record) error {
	c, err := s.peek()
	for ; err == nil && c == '#'; c, err = s.peek() {
		s.at++
		s.token() // the class of a record
	}
	if err != nil {
		return err
	}
	if c != '{' {
		return fmt.Errorf("expected an event such as {:process 0, :type :invoke, :f :read, :value nil}, got %s", quoteByte(c))
	}
	s.at++
	for {
		done, err := s.closed('}')
		if done || err != nil {
			return err
		}
		if err := s.member(rec); err != nil {
			return err
		}
	}
}

// member parses a key and its value.
func (s *ednScanner) member(rec *record) error {
	f := fieldUnknown
	if c, _ := s.peek(); c == ':' {
		name, err := s.keyword()
		if err != nil {
			return err
		}
		f = fieldOf(name)
	} else if _, err := s.form(nil, 0); err != nil {
		return err
	}
	if c, err := s.peek(); err != nil {
		return err
	} else if c == '}' {
		return errors.New("a key has no value")
	}
	if f == fieldValue {
		return s.operand(rec)
	}
	if f == fieldKey {
		s.origins = s.keys
	}
	v, err := s.value()
	s.origins = nil
	if err != nil {
		return err
	}
	return rec.setForeign(f, v)
}

// operand parses the value of an event, which may be a tuple of jepsen.independent.
func (s *ednScanner) operand(rec *record) error {
	s.origins = s.values
	defer func() { s.origins = nil }()
	tuple, err := s.independentTag()
	if err != nil {
		return err
	}
	v, err := s.value()
	if err != nil || !tuple {
		if err == nil {
			err = rec.set(fieldValue, v)
		}
		return err
	}
	k, v, ok := tupleOf(v)
	if !ok {
		return errors.New("a tuple of jepsen.independent must be a vector of a key and a value, or a map with :key and :value")
	}
	if err := rec.set(fieldKey, k); err != nil {
		return err
	}
	return rec.set(fieldValue, v)
}

// tupleOf returns the key and the value of a tuple, which may be printed as a record.
func tupleOf(v Value) (key, value Value, ok bool) {
	if key, value, ok = v.AsPair(); ok {
		return key, value, true
	}
	key, hasKey := v.Field("key")
	value, hasValue := v.Field("value")
	return key, value, hasKey && hasValue
}

// independentTag parses the tag of a tuple of jepsen.independent, and reports whether there was one.
func (s *ednScanner) independentTag() (bool, error) {
	const tag = "#jepsen.independent"
	c, err := s.peek()
	if err != nil || c != '#' || len(s.text)-s.at < len(tag) || string(bytes.ToLower(s.text[s.at:s.at+len(tag)])) != tag {
		return false, err
	}
	s.token()
	return true, nil
}
