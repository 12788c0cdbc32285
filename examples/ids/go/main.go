// Command go hands out unique ids, over Maelstrom's protocol: the name of the node, and a number.
//
//	simrun run --program ./examples/ids/go --workload unique-ids
//
// The number is kept in memory, so that it begins anew after a crash: the bug to find. With the argument "durable" the node takes numbers in
// blocks of 100, and puts the end of a block on disk before it uses any of it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
)

type message struct {
	Src  string         `json:"src"`
	Dest string         `json:"dest"`
	Body map[string]any `json:"body"`
}

var (
	durable     = len(os.Args) > 1 && os.Args[1] == "durable"
	last, limit int // the number that was used last, and the last of the block
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var m message
		if err := json.Unmarshal(in.Bytes(), &m); err != nil {
			log.Fatal(err)
		}
		answer := map[string]any{"in_reply_to": m.Body["msg_id"]}
		switch m.Body["type"] {
		case "init":
			load()
			answer["type"] = "init_ok"
		case "generate":
			answer["type"] = "generate_ok"
			answer["id"] = fmt.Sprintf("%s-%d", m.Dest, next())
		}
		line, err := json.Marshal(message{m.Dest, m.Src, answer})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(line))
	}
}

// next returns the next number.
func next() int {
	if durable && last == limit {
		limit += 100
		save()
	}
	last++
	return last
}

// load goes on after the last block that is on disk.
func load() {
	if b, err := os.ReadFile("last-id"); err == nil {
		last, _ = strconv.Atoi(string(b))
		limit = last
	}
}

// save puts the end of the block on disk. A crash leaves the old file or the new one, whole.
func save() {
	f, err := os.Create("last-id.new")
	if err == nil {
		_, err = f.WriteString(strconv.Itoa(limit))
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename("last-id.new", "last-id")
	}
	if err == nil {
		f, err = os.Open(".") // the new name is on disk when the folder is
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		log.Fatal(err)
	}
}
