package sim

// Files lists the names of the files on the node's disk as the node sees them, in order. It costs as much as there are files.
func (e *Env) Files() []string { return e.s.disk.Files() }
