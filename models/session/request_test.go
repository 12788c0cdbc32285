package session

import "testing"

func TestDamagedRequestsAndRepliesAreRefused(t *testing.T) {
	request := Seal(append(Begin(nil), "key"...), Read)
	reply := Result{Mismatch, 7, "body"}.Append(nil)
	if kind, body, ok := Open(request); !ok || kind != Read || string(body) != "key" {
		t.Errorf("the request became %v %q %v", kind, body, ok)
	}
	var r Result
	if !r.Decode(reply) || r != (Result{Mismatch, 7, "body"}) {
		t.Errorf("the reply became %v", r)
	}
	for i := range request {
		bad := append([]byte(nil), request...)
		bad[i] ^= 0x10
		if _, _, ok := Open(bad); ok {
			t.Errorf("byte %d: a damaged request was accepted", i)
		}
	}
	for i := range reply {
		bad := append([]byte(nil), reply...)
		bad[i] ^= 0x10
		if r.Decode(bad) {
			t.Errorf("byte %d: a damaged reply was accepted", i)
		}
	}
	if _, _, ok := Open(nil); ok || r.Decode(nil) {
		t.Error("nothing was accepted")
	}
}
