package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sync"

	"github.com/hashicorp/raft"
)

// store keeps the log and the votes of one server in one file, to which records are appended. What it acknowledges is synced. The end of a
// file that a crash has torn is cut off when the store opens.
//
// It implements [raft.LogStore] and [raft.StableStore].
type store struct {
	early bool // acknowledge entries before they are synced: a bug

	mu     sync.Mutex
	dir    string
	file   *os.File
	dead   int // records of the file that mean nothing any more
	logs   map[uint64]*raft.Log
	first  uint64 // 0: the log is empty
	last   uint64
	values map[string][]byte
}

// record is a line of the file: one of its fields is set.
type record struct {
	Log    *raft.Log  `json:"log,omitempty"`
	Delete *[2]uint64 `json:"delete,omitempty"` // first and last index
	Key    string     `json:"key,omitempty"`
	Value  []byte     `json:"value,omitempty"`
}

const logFile = "log"

// openStore reads what the disk holds.
func openStore(dir string, early bool) (*store, error) {
	s := &store{early: early, dir: dir, logs: map[uint64]*raft.Log{}, values: map[string][]byte{}}
	name := filepath.Join(dir, logFile)
	b, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	whole := s.replay(b)
	if s.file, err = os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644); err != nil {
		return nil, err
	}
	if whole < len(b) {
		if err := s.file.Truncate(int64(whole)); err != nil {
			return nil, err
		}
	}
	if err := s.file.Sync(); err != nil {
		return nil, err
	}
	return s, syncDir(dir)
}

// replay takes over the records of a file, and returns how many bytes of it are whole.
func (s *store) replay(b []byte) int {
	at := 0
	for len(b)-at >= 8 {
		size, sum := int(binary.LittleEndian.Uint32(b[at:])), binary.LittleEndian.Uint32(b[at+4:])
		if size > len(b)-at-8 {
			break
		}
		var r record
		if data := b[at+8 : at+8+size]; crc32.ChecksumIEEE(data) != sum || json.Unmarshal(data, &r) != nil {
			break
		}
		s.take(&r)
		at += 8 + size
	}
	return at
}

// take makes a record part of what the store holds.
func (s *store) take(r *record) {
	switch {
	case r.Log != nil:
		if s.first == 0 || r.Log.Index < s.first {
			s.first = r.Log.Index
		}
		s.logs[r.Log.Index] = r.Log
		s.last = r.Log.Index
	case r.Delete != nil:
		s.drop(r.Delete[0], r.Delete[1])
	default:
		s.dead++
		s.values[r.Key] = r.Value
	}
}

func (s *store) drop(first, last uint64) {
	for i := first; i <= last; i++ {
		if _, ok := s.logs[i]; ok {
			delete(s.logs, i)
			s.dead++
		}
	}
	switch {
	case len(s.logs) == 0:
		s.first, s.last = 0, 0
	case first <= s.first:
		s.first = last + 1
	default:
		s.last = first - 1
	}
}

func encode(r *record) ([]byte, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(data)))
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(data))
	return append(b, data...), nil
}

// write appends records to the file and takes them over.
func (s *store) write(sync bool, records ...*record) error {
	var buf bytes.Buffer
	for _, r := range records {
		b, err := encode(r)
		if err != nil {
			return err
		}
		buf.Write(b)
	}
	if _, err := s.file.Write(buf.Bytes()); err != nil {
		fail(err)
	}
	if sync {
		if err := s.file.Sync(); err != nil {
			fail(err)
		}
	}
	for _, r := range records {
		s.take(r)
	}
	return nil
}

// fail ends the server when its disk does: what a failed write or sync has left behind, nobody knows.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "the disk failed:", err)
	os.Exit(1)
}

// compact writes a new file without what means nothing any more, once that is most of it.
func (s *store) compact() error {
	if s.dead < 500 || s.dead < len(s.logs) {
		return nil
	}
	var buf bytes.Buffer
	put := func(r *record) error {
		b, err := encode(r)
		buf.Write(b)
		return err
	}
	for k, v := range s.values {
		if err := put(&record{Key: k, Value: v}); err != nil {
			return err
		}
	}
	for i := s.first; i <= s.last && s.first > 0; i++ {
		if err := put(&record{Log: s.logs[i]}); err != nil {
			return err
		}
	}
	name := filepath.Join(s.dir, logFile)
	f, err := os.OpenFile(name+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		fail(err)
	}
	if _, err = f.Write(buf.Bytes()); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		err = os.Rename(name+".new", name)
	}
	if err == nil {
		err = syncDir(s.dir)
	}
	if err == nil {
		s.file.Close()
		s.file, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0o644)
	}
	if err != nil {
		fail(err)
	}
	s.dead = 0
	return nil
}

// syncDir makes the names of a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (s *store) FirstIndex() (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first, nil
}

func (s *store) LastIndex() (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last, nil
}

func (s *store) GetLog(index uint64, log *raft.Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.logs[index]
	if !ok {
		return raft.ErrLogNotFound
	}
	*log = *l
	return nil
}

func (s *store) StoreLog(log *raft.Log) error { return s.StoreLogs([]*raft.Log{log}) }

func (s *store) StoreLogs(logs []*raft.Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := make([]*record, len(logs))
	for i, l := range logs {
		records[i] = &record{Log: l}
	}
	return s.write(!s.early, records...)
}

func (s *store) DeleteRange(first, last uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.write(true, &record{Delete: &[2]uint64{first, last}}); err != nil {
		return err
	}
	return s.compact()
}

func (s *store) Set(key, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(true, &record{Key: string(key), Value: value})
}

// errNotFound is the answer for a value that was never set; the library knows it by its text.
var errNotFound = errors.New("not found")

// Get implements [raft.StableStore].
func (s *store) Get(key []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[string(key)]
	if !ok {
		return nil, errNotFound
	}
	return v, nil
}

func (s *store) SetUint64(key []byte, v uint64) error {
	return s.Set(key, binary.BigEndian.AppendUint64(nil, v))
}

func (s *store) GetUint64(key []byte) (uint64, error) {
	b, err := s.Get(key)
	if err != nil || len(b) != 8 {
		return 0, err
	}
	return binary.BigEndian.Uint64(b), nil
}
