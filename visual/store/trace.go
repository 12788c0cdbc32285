package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"simrun/sim"
)

// writeTrace writes a trace as compressed JSON, one record per line. One
// goroutine compresses, so that equal traces have equal bytes.
func writeTrace(w io.Writer, t *sim.Trace) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<20))
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(z, 1<<16)
	var line []byte
	for i := range t.Records {
		line = append(appendRecord(line[:0], &t.Records[i]), '\n')
		if _, err := b.Write(line); err != nil {
			return err
		}
	}
	return errors.Join(b.Flush(), z.Close())
}

// readTrace reads what [writeTrace] wrote.
func readTrace(r io.Reader, file string) (*sim.Trace, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	defer z.Close()
	t := &sim.Trace{}
	limited := &io.LimitedReader{R: z, N: maxTrace}
	lines := bufio.NewScanner(limited)
	lines.Buffer(nil, maxRecord)
	for lines.Scan() {
		var rec sim.Record
		if err := json.Unmarshal(lines.Bytes(), &rec); err != nil && limited.N > 0 {
			return nil, fmt.Errorf("%s: record %d of the trace is damaged: %w", file, len(t.Records)+1, err)
		}
		t.Records = append(t.Records, rec)
	}
	switch err := lines.Err(); {
	case err != nil:
		return nil, fmt.Errorf("%s: record %d of the trace is damaged: %w", file, len(t.Records)+1, err)
	case limited.N == 0:
		return nil, fmt.Errorf("%s: the trace unpacks to more than %d MiB, which no run of simrun has", file, maxTrace>>20)
	}
	return t, nil
}

// Bounds of a trace, so that a hostile one does not fill the memory.
const (
	maxRecord = 16 << 20
	maxWindow = 64 << 20
)

var maxTrace = int64(1 << 30) // bytes, unpacked
