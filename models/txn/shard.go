package txn

// Shard is the shard of a key in a store that spreads its keys over so many, from 0: neighbours are in different ones.
func (k Key) Shard(shards int) int { return int(uint64(k) % uint64(shards)) }
