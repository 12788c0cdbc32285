// Package native runs any command of the machine as a node: one process for each life of a node, over pipes, in real time.
//
// Network, clients and plan of faults are simulated as ever; a crash is kill -9, a pause is SIGSTOP. What a process does, and when, is up to
// the machine: the same seed gives the same faults, not the same run. So a run is recorded and judged, but can't be repeated.
//
// # What a process sees
//
//   - Standard input, output and error are pipes. A process that does not read is not waited for, but has ended with a finding once
//     [MaxInput] bytes wait for it. One that prints more than is handled is held up, as by any full pipe.
//   - Its working folder belongs to its node, and is the same in each of the node's lives. So files survive kill -9 and a restart. The
//     folders go with the run, unless [Config.Keep] says where they are kept.
//   - Its environment is that of whoever runs the command, and what [Config.Env] adds.
//
// # What ends with it
//
// Each process leads a group of its own, and the group ends with its leader and with the life of the node. When this program
// itself is killed, a shell that watches it ends the groups; on Linux the kernel ends the leaders too, at once. Only a process that has left its
// group on purpose, with setsid or setpgid, is out of reach, as it is for a terminal.
package native
