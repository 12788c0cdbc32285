// Command mine is simrun for a model of our own.
package main

import (
	"os"

	"simrun/cli"

	"example.com/mine/store"
)

func main() { os.Exit(cli.Main(store.Model())) }
