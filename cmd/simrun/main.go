// Command simrun simulates replicated systems on faulty networks from a seed,
// decides whether what their clients saw was linearizable, and shows what went wrong.
package main

import (
	"os"

	"simrun/cli"
	"simrun/models/all"
)

func main() { os.Exit(cli.Main(all.Models()...)) }
