package raft

// recover reads the disk and begins as a follower (§5.2: "When servers start up,
// they begin as followers"). If the disk refuses, it tries again.
func (s *server) recover() {
	s.role = halted
	files, err := s.disk.Copies()
	if err != nil {
		s.env.SetTimer(timerDisk, diskRetry)
		return
	}
	p, err := s.readState(files)
	if err != nil {
		s.halt(err.Error())
		return
	}
	if p.wal.Repairs() > 0 {
		s.env.Sometimes(markRepaired)
	}
	if s.disk.Settle(p.wal, files) != nil {
		s.env.SetTimer(timerDisk, diskRetry)
		return
	}
	s.begin(&p)
}

// readState finds out what the copies say.
func (s *server) readState(files [][]byte) (persistent, error) {
	if s.env.Bug(bugDamageIsTornTail) || s.env.Bug(bugNoChecksums) {
		file := files[0]
		if s.env.Bug(bugNoChecksums) {
			file = logFiles.Believe(file)
		}
		p, _ := recoverState([][]byte{file})
		return p, nil
	}
	return recoverState(files)
}

// begin takes over what was recovered.
func (s *server) begin(p *persistent) {
	s.role = follower
	s.term, s.vote, s.log = p.term, p.vote, p.log
	s.termOffset, s.termTold = p.wal.Size, p.term
	s.stable = p.log.last()
	s.facts.recovered = Recovered{Term: s.term, Vote: s.vote, Last: s.log.last()}
	s.env.Report(&s.facts.recovered)
	for i := Index(1); i <= s.log.last(); i++ {
		s.stateAppended(i)
	}
	s.drawElectionTimeout()
}

// halt takes the server out of the cluster for good: it has forgotten what it promised.
func (s *server) halt(reason string) {
	s.role = halted
	s.facts.halted = Halted{Reason: reason}
	s.env.Report(&s.facts.halted)
}

func (s *server) retryDisk() {
	switch {
	case s.disk.Broken():
		if s.disk.Rewrite() {
			s.env.Sometimes(markRewritten)
		}
	case s.role == halted:
		s.recover()
	}
}

// becameDurable acts on what the last sync made durable.
func (s *server) becameDurable() {
	s.stable = max(s.stable, s.stableTarget)
	if s.disk.Durable() >= s.termOffset && s.termTold != s.term {
		s.termTold = s.term
		s.facts.termStored = TermStored{Term: s.term}
		s.env.Report(&s.facts.termStored)
	}
	if s.planted.voteLate && s.disk.Durable() >= s.termOffset {
		s.planted.voteLate = false
		head := headOf(s.term, s.vote, 0)
		s.disk.Put(head[:], nil)
	}
	if s.role == leader {
		s.countOwn()
	}
}

// countOwn counts what this leader holds itself.
func (s *server) countOwn() {
	s.peers[s.id].match = s.stable
	s.tallyMatch()
}

// persist writes the change of the persistent state as one frame.
func (s *server) persist() {
	vote := s.vote
	if s.env.Bug(bugVoteNotPersisted) {
		vote = 0
	}
	var entries []byte
	if s.firstDirty > 0 {
		entries = s.log.raw(s.firstDirty, s.log.last())
	}
	if s.env.Bug(bugVoteWrittenLate) && (s.termDirty || s.planted.voteLate) {
		s.planted.voteLate, vote = true, 0
	}
	head := headOf(s.term, vote, s.firstDirty)
	s.disk.Put(head[:], entries)
	if s.termDirty {
		s.termOffset = s.disk.Written()
	}
	s.termDirty, s.firstDirty = false, 0
}
