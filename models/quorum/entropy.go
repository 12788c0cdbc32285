package quorum

import (
	"encoding/binary"
	"maps"
	"slices"

	"simrun/models/merkle"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/rng"
)

// treeDepth makes 16 leaves: more than the default number of keys, so that a leaf rarely has two.
const treeDepth = 4

var peerName = rng.Of("quorum anti-entropy peer")

// heals reports whether replicas compare what they hold.
func heals(p *blocking.Proc) bool {
	return p.Option(optionConsistency) == lww && p.Option(optionAntiEntropy) == "on"
}

// antiEntropy compares what this node holds with another, again and again (Dynamo §4.7). Of the leaves in which their trees differ, both tell the other their
// versions. Nothing is remembered of an exchange, so that lost messages and crashes only delay.
func (r *replica) antiEntropy(p *blocking.Proc) {
	peers := r.ring.neighbours(p.ID())
	if len(peers) == 0 {
		return
	}
	for round := uint64(p.Boots()) << 32; ; round++ {
		p.Sleep(entropyTick)
		peer := peers[p.Rand(peerName, round).N(uint64(len(peers)))]
		leaves, ok := r.treeFor(p, peer).Descend(func(claims []merkle.Claim) ([]merkle.Node, bool) {
			reply, err := p.Call(peer, appendClaims(nil, claims), patience)
			differ, ok := decodeNodes(reply, kindDiffer)
			return differ, ok && err == nil
		})
		if !ok || len(leaves) == 0 {
			continue
		}
		reply, err := p.Call(peer, appendExchange(nil, kindMine, leaves, r.inLeaves(peer, leaves)), patience)
		if _, theirs, ok := decodeExchange(reply, kindYours); ok && err == nil {
			r.learn(p, theirs)
			delete(r.stale, peer)
		}
	}
}

// common are the versions of the keys that belong to this node and to a peer, which both compare.
func (r *replica) common(peer sim.NodeID) versions {
	common := versions{}
	for key := range r.Own {
		if r.ring.isHome(key, peer) && r.ring.isHome(key, r.id) {
			common[key] = r.Own[key]
		}
	}
	return common
}

// treeFor is the tree of what this node compares with a peer.
func (r *replica) treeFor(p *blocking.Proc, peer sim.NodeID) *merkle.Tree {
	if t := r.stale[peer]; t != nil {
		return t
	}
	held := make(map[string]merkle.Hash)
	for key, v := range r.common(peer) {
		held[key] = merkle.Sum(v.append(nil, kindIs))
	}
	t := merkle.Of(treeDepth, held)
	if p.Bug(bugStaleTree) {
		r.stale[peer] = t
	}
	return t
}

// inLeaves are the versions in some leaves of what this node compares with a peer, in the order of their keys.
func (r *replica) inLeaves(peer sim.NodeID, leaves []merkle.Node) (list []version) {
	common := r.common(peer)
	for _, key := range slices.Sorted(maps.Keys(common)) {
		if slices.Contains(leaves, merkle.LeafOf(treeDepth, key)) {
			list = append(list, common[key])
		}
	}
	return list
}

// learn takes over versions of another replica. Nobody waits until the disk holds them: to learn promises nothing.
func (r *replica) learn(p *blocking.Proc, theirs []version) {
	for _, v := range theirs {
		if r.ring.isHome(v.Key, r.id) && r.Own.add(v) {
			r.file.Change(p)
		}
	}
}

// serveEntropy answers an exchange of another node; false if the message is of something else.
func (r *replica) serveEntropy(p *blocking.Proc, m blocking.Message) bool {
	if claims, ok := decodeClaims(m.Payload); ok {
		p.Reply(m.Caller, appendNodes(nil, kindDiffer, r.treeFor(p, m.From).Differ(claims)))
		return true
	}
	leaves, theirs, ok := decodeExchange(m.Payload, kindMine)
	if !ok {
		return false
	}
	mine := r.inLeaves(m.From, leaves)
	r.learn(p, theirs)
	delete(r.stale, m.From)
	p.Reply(m.Caller, appendExchange(nil, kindYours, nil, mine))
	return true
}

// The payloads of anti-entropy.

func appendClaims(b []byte, claims []merkle.Claim) []byte {
	var body []byte
	for _, c := range claims {
		body = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(body, uint32(c.Node)), uint64(c.Hash))
	}
	return wire.Append(b, kindCompare, body)
}

func decodeClaims(payload []byte) (claims []merkle.Claim, ok bool) {
	body, ok := wire.Decode(payload, kindCompare, nil)
	if !ok || len(body)%12 != 0 {
		return nil, false
	}
	for c := range slices.Chunk(body, 12) {
		claims = append(claims, merkle.Claim{Node: merkle.Node(binary.LittleEndian.Uint32(c)), Hash: merkle.Hash(binary.LittleEndian.Uint64(c[4:]))})
	}
	return claims, true
}

func nodesBody(nodes []merkle.Node) (body []byte) {
	for _, n := range nodes {
		body = binary.LittleEndian.AppendUint32(body, uint32(n))
	}
	return body
}

func nodesOf(body []byte) (nodes []merkle.Node, ok bool) {
	if len(body)%4 != 0 {
		return nil, false
	}
	for n := range slices.Chunk(body, 4) {
		nodes = append(nodes, merkle.Node(binary.LittleEndian.Uint32(n)))
	}
	return nodes, true
}

func appendNodes(b []byte, kind byte, nodes []merkle.Node) []byte {
	return wire.Append(b, kind, nodesBody(nodes))
}

func decodeNodes(payload []byte, kind byte) ([]merkle.Node, bool) {
	body, ok := wire.Decode(payload, kind, nil)
	if !ok {
		return nil, false
	}
	return nodesOf(body)
}

// appendExchange appends the leaves of which versions are wanted, and those that the sender holds.
func appendExchange(b []byte, kind byte, leaves []merkle.Node, held []version) []byte {
	body := wire.AppendRecord(nil, nodesBody(leaves))
	for _, v := range held {
		body = wire.AppendRecord(body, v.append(nil, kindIs))
	}
	return wire.Append(b, kind, body)
}

func decodeExchange(payload []byte, kind byte) (leaves []merkle.Node, held []version, ok bool) {
	body, ok := wire.Decode(payload, kind, nil)
	if !ok {
		return nil, nil, false
	}
	size, first := 0, true
	for record := range wire.Records(body) {
		size += 4 + len(record)
		if first {
			first = false
			if leaves, ok = nodesOf(record); !ok {
				return nil, nil, false
			}
			continue
		}
		v, ok := decode(record, kindIs)
		if !ok {
			return nil, nil, false
		}
		held = append(held, v)
	}
	return leaves, held, !first && size == len(body)
}
