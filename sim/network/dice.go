package network

import (
	"time"

	"simrun/sim/fault"
	"simrun/sim/rng"
)

// Dice decide by chance. Every decision is a hash of its name, its link and the key of its message.
type Dice struct {
	latency, copied, loss, duplicate, corrupt, reorder family

	// Override returns what is decided instead, by name, link and key, and false where chance decides. Probabilities are decided by 0 for
	// no, delays in nanoseconds. Nil: chance decides all.
	Override func(what rng.Name, who, key uint64) (int64, bool)
}

// family is one kind of decision.
type family struct {
	name  rng.Name
	draws rng.Family
}

// NewDice returns the dice of a seed.
func NewDice(seed uint64) Dice {
	of := func(name string) family { return family{rng.Of(name), rng.Decisions(seed, rng.Of(name))} }
	return Dice{
		latency: of("latency"), copied: of("copy latency"), loss: of("loss"), duplicate: of("duplicate"), corrupt: of("corrupt"), reorder: of("reorder"),
	}
}

// Decisions lists the names of the decisions about messages.
func Decisions() []string {
	return []string{"latency", "copy latency", "loss", "duplicate", "corrupt", "reorder"}
}

// override is what is decided instead of chance, if anything is.
func (d *Dice) override(f *family, who, key uint64) (int64, bool) {
	if d.Override == nil {
		return 0, false
	}
	return d.Override(f.name, who, key)
}

// chance decides something that has any number of probabilities; without one it happens only where that is decided instead.
func (d *Dice) chance(f *family, who, key uint64, any []fault.Ratio) bool {
	if len(any) == 0 && d.Override == nil {
		return false
	}
	if v, ok := d.override(f, who, key); ok {
		return v != 0
	}
	v := f.draws.Draw(who, key)
	for _, r := range any {
		if v.Chance(uint64(r.Num), uint64(r.Den)) {
			return true
		}
		v = v.Next()
	}
	return false
}

// delay decides a delay.
func (d *Dice) delay(f *family, who, key uint64, of *Delay) time.Duration {
	if v, ok := d.override(f, who, key); ok {
		return time.Duration(max(0, v))
	}
	return of.Draw(f.draws.Draw(who, key))
}

// holdBack decides how long a message is held back by the reorderings in force: each by its own draws.
func (d *Dice) holdBack(who, key uint64, list []reordering) (held time.Duration) {
	if v, ok := d.override(&d.reorder, who, key); ok {
		return time.Duration(max(0, v))
	}
	v := d.reorder.draws.Draw(who, key)
	for _, r := range list {
		if v.Chance(uint64(r.chance.Num), uint64(r.chance.Den)) {
			held += time.Duration(v.Next().Between(1, int64(r.by)))
		}
		v = v.Next().Next()
	}
	return held
}

// Bit is the bit of a message of size bytes that flips: of which byte, and which of its eight. size must not be 0.
func (d *Dice) Bit(who, key uint64, size int) (at int, bit uint8) {
	v := d.corrupt.draws.Draw(who, key).Next().Next()
	return int(v.N(uint64(size))), uint8(v.Next().N(8))
}
