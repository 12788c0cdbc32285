package wasi

import (
	"fmt"
	"strings"
)

// The disk of a node has files, and no folders: a name is any text. A file system lies on it like this:
//
//	a file "log" in the folder "data"    data/log
//	the folder "data" itself             data/
//	the folder after it was renamed      old→data/
//
// A folder is an empty file whose name ends in a slash. What is in it begins with the folder's home, which is the name that the
// folder got when it was made, and is not renamed with it: so renaming a folder is one operation on the disk, which a crash takes
// whole or not at all, as on file systems that people use. The arrow leads from a folder's present name to its home.

// arrow is between a name and a home. In names that guests give it is escaped.
const arrow = "→"

var (
	escapeName   = strings.NewReplacer("%", "%25", arrow, "%3E")
	unescapeName = strings.NewReplacer("%25", "%", "%3E", arrow)
	escapeHome   = strings.NewReplacer("%", "%25", "/", "%2F")
	unescapeHome = strings.NewReplacer("%25", "%", "%2F", "/")
)

// fileOnDisk is the name on disk of a file in a folder with this home.
func fileOnDisk(home, name string) string { return home + escapeName.Replace(name) }

// folderOnDisk is the name on disk of a folder that has a home of its own.
func folderOnDisk(home, name, own string) string {
	plain := fileOnDisk(home, name) + "/"
	if own == plain {
		return plain
	}
	return fileOnDisk(home, name) + arrow + escapeHome.Replace(strings.TrimSuffix(own, "/")) + "/"
}

// entry is a name on disk, understood.
type entry struct {
	home   string // of the folder that it is in
	name   string
	folder bool
	own    string // the home of a folder
}

// entryOf understands a name on disk.
func entryOf(disk string) entry {
	text, folder := strings.CutSuffix(disk, "/")
	cut := strings.LastIndexByte(text, '/') + 1
	e := entry{home: text[:cut], folder: folder, own: disk}
	name, own, renamed := strings.Cut(text[cut:], arrow)
	e.name = unescapeName.Replace(name)
	if renamed {
		e.own = unescapeHome.Replace(own) + "/"
	}
	return e
}

// freeHome is a home that no folder has, and no file begins with that a crash left behind.
func (t *fileTable) freeHome(plain string) string {
	home := plain
	for i := 2; t.homes[home]; i++ {
		home = fmt.Sprintf("%s~%d/", strings.TrimSuffix(plain, "/"), i)
	}
	return home
}
