// Package policy has the policies by which a caller and a service keep a failure from spreading, as small values in explicit time.
//
// A policy never reads a clock, sleeps or draws a random number: its methods take the time since any fixed start, the same for all calls of one value, and
// the number that was drawn. So a simulator, a test and a server can use the same code. No value is safe for use by several goroutines at once.
//
// The zero value of a policy's own state is where it starts; its exported fields are its settings and do not change.
//
// The policies are those of Nygard, "Release It!", second edition, 2018, chapter 5 (Timeouts, Circuit Breaker, Bulkheads, Shed Load), and of Beyer and others,
// "Site Reliability Engineering", 2016, chapters 21 (Handling Overload) and 22 (Addressing Cascading Failures). Each file names what else it follows.
package policy
