package shrink

// A pass proposes smaller cases of one kind. It reports whether one of them became the best.
type pass struct {
	what string
	try  func() bool
}

// stages are the passes in the order in which they are worth their runs. When a stage helped, the search begins anew: what was needed
// may no longer be.
func (r *reduction) stages() [][]pass {
	return [][]pass{
		{ // what makes every later run cheaper
			{"recovery", r.skipRecovery},
			{"duration", r.shorten},
			{"idle faults", r.unfired},
			{"sites", r.dropSites},
			{"requests", r.requests},
			{"faults", r.dropFaults},
			{"operations", r.dropOperations},
		},
		{ // what makes single parts simpler
			{"roles", r.resolve},
			{"kinds of faults", r.simplify},
			{"pairs of faults", r.merge},
			{"lengths", r.lengths},
			{"weather", r.calm},
			{"clients", r.dropClients},
			{"nodes", r.dropNodes},
			{"workload and options", r.plainWorkload},
			{"phases of the mix", r.phases},
			{"stretches of time", r.cutTime},
			{"rate", r.faster},
			{"gaps", r.closeGaps},
		},
		{ // what leaves the run
			{"latency of the network", r.usual},
			{"places of faults", r.afresh},
			{"messages in place of faults", r.fates},
			{"other minima", r.restart},
		},
		{ // what is for the reader
			{"times", r.round},
			{"overrides", r.roundOverrides},
			{"end", r.roundEnd},
		},
	}
}

// reduce repeats the stages until none helps; false if the budget was used up before.
func (r *reduction) reduce() bool {
	stages := r.stages()
	for i := 0; i < len(stages); i++ {
		helped := false
		for _, p := range stages[i] {
			r.trying = p.what
			helped = p.try() || helped
			if r.spent() {
				return false
			}
		}
		if helped {
			i = -1
		}
	}
	return true
}

// minimal reports whether each case with a fault, an override or an operation less was tried. One that can't run, or that goes beyond the
// claims, counts as tried.
func (r *reduction) minimal() bool {
	for _, c := range singles(r.best.run) {
		if _, _, untried := r.admits(c); untried {
			return false
		}
	}
	return true
}
