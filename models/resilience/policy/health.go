package policy

// Health says whether a host is up from checks that are made of it all the time, whether or not it gets calls: so many in a row must fail before it counts as
// down, and so many succeed before it counts as up again, so that one lost message changes nothing. Load balancers call them fall and rise (HAProxy), or
// unhealthy and healthy threshold (Envoy). A host is up at first. Whoever picks a host ignores it when all are down.
type Health struct {
	Fall int // checks that fail in a row
	Rise int // checks that succeed in a row

	down bool
	row  int // checks in a row that speak against the present state
}

// Checked says how a check ended.
func (h *Health) Checked(ok bool) {
	if ok != h.down {
		h.row = 0
		return
	}
	need := h.Fall
	if h.down {
		need = h.Rise
	}
	if h.row++; h.row >= need {
		h.down, h.row = !h.down, 0
	}
}

// Up reports whether the host should get calls.
func (h *Health) Up() bool { return !h.down }
