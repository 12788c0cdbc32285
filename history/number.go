package history

import (
	"bytes"
	"errors"
	"strconv"
)

// maxExponent bounds the exponent of a number, so that exact arithmetic on
// exponents cannot overflow; IEEE doubles end at 308.
const maxExponent = 1_000_000

// maxPlainDigits is the length up to which a number is written without an exponent.
const maxPlainDigits = 40

var (
	errNumber   = errors.New("malformed number")
	errExponent = errors.New("the exponent of a number is greater than a million")
)

// appendNumber appends the canonical form of a JSON number. Equal numbers have the
// same form, however they were written, and it is exact, since nothing is converted
// to floating point. The form is that of RFC 8785 (section 3.2.2.3), except that the
// number of digits has no bound.
func appendNumber(dst, lit []byte) ([]byte, error) {
	if plainInt(lit) {
		return append(dst, lit...), nil
	}
	negative, digits, point, err := splitNumber(lit)
	if err != nil {
		return dst, err
	}
	trimmed := bytes.TrimLeft(digits, "0")
	point -= len(digits) - len(trimmed)
	digits = bytes.TrimRight(trimmed, "0")
	if len(digits) == 0 {
		return append(dst, '0'), nil // -0 is 0
	}
	if negative {
		dst = append(dst, '-')
	}
	return appendDecimal(dst, digits, point), nil
}

// plainInt reports whether lit is an integer that is already in canonical form.
func plainInt(lit []byte) bool {
	if len(lit) > 1 && lit[0] == '-' {
		lit = lit[1:]
		if lit[0] == '0' {
			return false
		}
	}
	if len(lit) == 0 || len(lit) > 18 || lit[0] == '0' && len(lit) > 1 {
		return false
	}
	for _, c := range lit {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// plainInts returns how long the array is that a text begins with, if it is one of natural numbers in canonical form, without spaces, and not empty; else 0. Such
// arrays are most of a history of lists.
func plainInts(text []byte) int {
	digits := 0
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9' && (digits > 0 || c != '0') && digits < 18:
			digits++
		case c == ',' && digits > 0:
			digits = 0
		case c == ']' && digits > 0:
			return i + 1
		default:
			return 0
		}
	}
	return 0
}

// splitNumber splits a JSON number into its parts: its value is 0.digits × 10^point.
func splitNumber(lit []byte) (negative bool, digits []byte, point int, err error) {
	rest := lit
	if len(rest) > 0 && rest[0] == '-' {
		negative, rest = true, rest[1:]
	}
	whole := countDigits(rest)
	if whole == 0 || whole > 1 && rest[0] == '0' {
		return false, nil, 0, errNumber
	}
	digits, point, rest = append([]byte(nil), rest[:whole]...), whole, rest[whole:]
	if len(rest) > 0 && rest[0] == '.' {
		n := countDigits(rest[1:])
		if n == 0 {
			return false, nil, 0, errNumber
		}
		digits, rest = append(digits, rest[1:1+n]...), rest[1+n:]
	}
	if len(rest) > 0 && (rest[0] == 'e' || rest[0] == 'E') {
		rest = rest[1:]
		sign := 1
		if len(rest) > 0 && (rest[0] == '+' || rest[0] == '-') {
			if rest[0] == '-' {
				sign = -1
			}
			rest = rest[1:]
		}
		n := countDigits(rest)
		if n == 0 || n != len(rest) {
			return false, nil, 0, errNumber
		}
		exp, err := strconv.Atoi(string(rest))
		if err != nil || exp > maxExponent {
			return false, nil, 0, errExponent
		}
		point, rest = point+sign*exp, nil
	}
	if len(rest) > 0 {
		return false, nil, 0, errNumber
	}
	return negative, digits, point, nil
}

func countDigits(b []byte) int {
	n := 0
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	return n
}

// appendDecimal appends 0.digits × 10^point. The digits neither begin nor end with 0.
func appendDecimal(dst, digits []byte, point int) []byte {
	n := len(digits)
	switch {
	case n <= point && (point <= maxPlainDigits || n == point):
		dst = append(dst, digits...)
		return append(dst, bytes.Repeat([]byte{'0'}, point-n)...)
	case 0 < point && point < n:
		dst = append(dst, digits[:point]...)
		dst = append(dst, '.')
		return append(dst, digits[point:]...)
	case -6 < point && point <= 0:
		dst = append(dst, "0."...)
		dst = append(dst, bytes.Repeat([]byte{'0'}, -point)...)
		return append(dst, digits...)
	}
	dst = append(dst, digits[0])
	if n > 1 {
		dst = append(dst, '.')
		dst = append(dst, digits[1:]...)
	}
	dst = append(dst, 'e')
	return strconv.AppendInt(dst, int64(point-1), 10)
}
