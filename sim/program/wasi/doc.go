// Package wasi runs modules of WebAssembly, built for WASI preview 1 in any language, as nodes: byte for byte the same in every run.
//
// # How a module runs
//
// The guest is a coroutine around its function _start. Host functions that wait (poll_oneoff, a read of standard input, fsync) hand
// control back to the engine in the middle of the call, and get it back when the event is there. Nothing runs at the same time as
// anything else, and the only sources of time, chance and input are those of [sim.Env].
//
// # What a program sees
//
//   - Standard input: one line for each wait. A program that reads a line and waits again has decided everything that the line makes it
//     decide before it sees the next, however many came meanwhile. Standard input never ends.
//   - Standard output and standard error: split into lines. A line of more than [MaxLine] bytes ends the program; a line of the log is
//     cut into pieces of [MaxLogLine].
//   - The real-time clock is [Epoch] plus the node's own clock, which may jump as a fault of the plan makes it.
//   - The monotonic clock adds up how far the node's clock moved forward. When that jumps back, the monotonic clock stops for
//     the moment and goes on from there. A jump forward can't be told from time that passed, and moves it too. Timeouts are counted by
//     the same rule, as the timers of a node are.
//   - Random bytes are those of a ChaCha8 generator, seeded for each node and boot. A runtime takes its seeds from there, so the order of
//     Go's maps and of select differs from seed to seed and not from run to run.
//   - A file system, "/", on the node's disk, with the disk's faults. An fsync takes virtual time. It makes the content of a file durable and,
//     as ext4 does, its name and the folders that lead to it, unless [program.Streams] asks for no more than POSIX promises; of a folder it makes the names durable that came and went in it. An unlinked file that is
//     open stays readable; renaming is atomic, of folders too. There are no links, and times of files do not outlast a crash.
//
// # What can't hang
//
// A program that looks at the clock again and again until it has moved would never see it move. So after 1,000 looks without waiting each
// further look takes a microsecond of virtual time, and twice as long after each further 10,000: the node does nothing else meanwhile,
// as a process in a busy loop does nothing else. A loop that does not even look is stopped by the fuel meter ([Config.Fuel]).
//
// # A restart
//
// Each life of a program is a real start: it runs from the first instruction. What it does not repeat is to make an instance. That of a life that
// has ended is used again, with memory and globals put back to where an instance begins; a module whose tables may change, or that
// drops segments, gets a new one each time.
//
// A snapshot of a program that has started already would save more, but equals a real start only where everything that the program asked for until
// then is the same again. Go's runtime asks for its random seed 0.1 ms after it starts, before it has a heap. That seed differs from node to node, boot to boot
// and run to run, and places of maps and orders follow from it, so what two starts have in common ends there. What remains is a start that is exactly
// repeated, of the same node and boot of the same seed. Putting one back would need the stack of calls too, which the runtime restores only within
// the call that it was taken in, and only once: an instance would have to be kept, with its call, for each start that may come again.
//
// # What may differ between machines
//
// Two things are left open by the specification of WebAssembly: the bits of a NaN, and how deep calls nest before the stack overflows.
// A program whose output depends on either may behave differently on another architecture.
package wasi
