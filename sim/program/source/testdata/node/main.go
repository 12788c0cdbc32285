// Command node is a program without dependencies, quick to build.
package main

func main() { println("a node") }
