// Command simrun simulates replicated systems on faulty networks from a seed,
// decides whether what their clients saw was linearizable, and shows what went wrong.
package main

import "os"

func main() { os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr)) }
