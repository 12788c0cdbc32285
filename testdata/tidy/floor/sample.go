//tidy:as history

// Package floor imports upward.
package floor

import (
	_ "simrun/check" // want floor
)
