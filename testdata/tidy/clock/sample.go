//tidy:as sim

// Package clock looks at the clock on the wall.
package clock

import (
	"context"
	"time"
)

func look(ctx context.Context) time.Duration {
	start := time.Now()                                    // want clock
	time.Sleep(time.Second)                                // want clock
	now := time.Now                                        // want clock
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second) // want clock
	cancel()
	context.WithCancel(ctx)
	return now().Sub(start) + time.Duration(time.Unix(0, 0).Nanosecond())
}
